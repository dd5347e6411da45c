import {
  type AnswerAttribution,
  attributeAnswer,
  loadAdapter,
  openAdapterSession,
} from "../influence/adapter/index.ts";
import type { GeneratorBlobs, GeneratorRow } from "./types.ts";

/** A generator's influence index, ready to attribute answers. */
export interface AnswerAttributor {
  /** What the generator was trained on. */
  readonly rows: readonly Omit<GeneratorRow, "text">[];
  /** Throws InfluenceError. */
  attribute(prompt: Int32Array, answer: Int32Array): Promise<AnswerAttribution>;
  close(): Promise<void>;
}

/** Throws InfluenceError: bad-bytes, bad-shape, hash-mismatch. */
export function openAttributor({ manifest, graph, weights, index }: GeneratorBlobs): AnswerAttributor {
  const resident = loadAdapter({ ...{ manifest, graph, weights }, ...index });
  const session = openAdapterSession(resident);
  const { contribution, item, entry } = resident.columns;
  const trained = Array.from({ length: resident.header.trainedRows }, (_, row) => {
    return { contribution: contribution[row]!, item: item[row]!, entry: entry[row]! };
  });
  return {
    rows: trained,
    attribute: (prompt, answer) => attributeAnswer(resident, session, prompt, answer),
    close: () => session.close(),
  };
}
