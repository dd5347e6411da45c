import { type LabelledText, requireBanking77 } from "./dataset.ts";
import { type IndexedModel, indexedModel } from "./fixture.ts";

export interface BankingModel extends IndexedModel {
  readonly questions: readonly LabelledText[];
}

/** A model of `rows` Banking77 items (duplicates included: only the count matters to a speed) and its test questions. */
export async function bankingModel(rows: number): Promise<BankingModel> {
  const data = requireBanking77();
  process.stderr.write(`training and indexing ${rows} rows\n`);
  return { ...(await indexedModel(data.train.slice(0, rows), data.labels)), questions: data.test };
}
