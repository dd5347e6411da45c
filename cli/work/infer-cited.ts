import { toHex } from "../../chain/crypto/bytes.ts";
import { trainingRows } from "../../node/pipeline/training-rows.ts";
import { openTokenizer } from "../../node/tokens/tokenizer.ts";
import type { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { ChainClient } from "../chain/client.ts";
import { downloadArtefact } from "./artefacts.ts";
import { type CitedAnswer, citeAnswer, placedDocuments } from "./cite.ts";
import { itemName, type PaidItem } from "./payouts.ts";
import type { Progress } from "./progress.ts";
import { loadSnapshot } from "./snapshot-source.ts";

/** A paid answer with what it repeats. */
export interface CitedInference extends CitedAnswer {
  /** The token pool's shares that follow from these citations are those that the chain paid. */
  readonly agrees: boolean;
}

/**
 * Recomputes the token attribution of a generator's answer from the model's snapshots, as validators did: which of its
 * words stand where.
 */
export async function citeInference(
  client: ChainClient,
  model: Model,
  { tokens, items }: { readonly tokens: readonly number[]; readonly items: readonly PaidItem[] },
  progress: Progress,
): Promise<CitedInference> {
  const tokenizer = openTokenizer(await downloadArtefact(client.url, toHex(model.tokenizerBlob)));
  const sources = [];
  for (const id of model.snapshots) sources.push((await loadSnapshot(client, id, progress)).source);
  const contributions = sources.flatMap(({ snapshot }) =>
    snapshot.contributions.map(({ contribution }) => contribution),
  );
  const documents = placedDocuments(trainingRows(sources)).map((document) => {
    const contribution = contributions[document.contribution] ?? "";
    return { ...document, place: itemName({ contribution, item: document.item }) };
  });
  const cited = citeAnswer(documents, tokenizer, tokens);
  const own = cited.settlement.entries
    .filter(({ weight }) => weight > 0n)
    .map(({ contribution, item, weight }) => `${contributions[contribution]}/${item}:${weight}`);
  const paid = items
    .filter(({ pool }) => pool === "tokens")
    .map(({ contribution, item, weight }) => `${contribution}/${item}:${weight}`);
  return { ...cited, agrees: own.sort().join() === paid.sort().join() };
}
