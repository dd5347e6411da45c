import { defaultLambda, trainHead } from "../../node/factory/train-head.ts";
import type { TrainingSet } from "../../node/factory/training-set.ts";
import { encodeAll, HASHED_NGRAM_512 } from "../../node/influence/encoder.ts";
import { type BuiltIndex, buildIndex } from "../../node/influence/index-build.ts";
import { encodeModel } from "../../node/influence/model-format.ts";
import type { ModelBlobs } from "../../node/influence/types.ts";
import type { LabelledData, LabelledText } from "./dataset.ts";

export function trainingSetOf(rows: readonly LabelledText[], classes: number): TrainingSet {
  const features = encodeAll(rows.map(({ text }) => text));
  return { features, dims: HASHED_NGRAM_512.dims, classes, labels: Int32Array.from(rows, ({ label }) => label) };
}

export interface IndexedModel {
  readonly blobs: ModelBlobs;
  readonly index: BuiltIndex;
}

/** Trains and indexes some rows, every gate open, row i being item i of contribution i mod 12. */
export async function indexedModel(
  rows: readonly LabelledText[],
  labels: LabelledData["labels"],
  options: { readonly lambda?: number; readonly workers?: number } = {},
): Promise<IndexedModel> {
  const { lambda = defaultLambda(rows.length), ...crew } = options;
  const set = trainingSetOf(rows, labels.length);
  const { weights } = await trainHead(set, { lambda, ...crew });
  const item = rows.map((_, i) => i);
  const fields = { gate: rows.map(() => 65535), contribution: item.map((i) => i % 12), item, entry: item };
  const index = await buildIndex({ set, weights, lambda, ...fields }, crew);
  const model = encodeModel({ encoderId: HASHED_NGRAM_512.id, dims: set.dims, labels, weights });
  return { index, blobs: { model, indexHeader: index.headerBytes, rows: index.rows, inverse: index.inverse } };
}
