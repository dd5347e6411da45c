import { builtInEncoder } from "../influence/encoders/built-in.ts";
import type { AsyncEncoder } from "../influence/encoders/types.ts";
import { type BuiltIndex, buildIndex, type IndexOptions } from "../influence/index-build.ts";
import { decodeModel } from "../influence/model-format.ts";
import { lambdaOf, type TrainingPlan, trainingSet } from "./training.ts";

/** The influence index of a trained model: one row a cluster owner, in the order of its training. Throws as buildIndex. */
export async function indexModel(
  plan: TrainingPlan,
  trained: { readonly model: Uint8Array; readonly gate: Uint16Array },
  options: IndexOptions & { readonly encoder?: AsyncEncoder; readonly onEncoded?: (done: number) => void } = {},
): Promise<BuiltIndex> {
  const { rows } = plan;
  const { weights } = decodeModel(trained.model);
  const columns = {
    contribution: rows.map(({ contribution }) => contribution),
    item: rows.map(({ item }) => item),
    entry: rows.map(({ entry }) => entry),
  };
  const encoder = options.encoder ?? builtInEncoder(plan.encoder);
  const set = await trainingSet(plan, encoder, options.onEncoded);
  return buildIndex({ set, weights, lambda: lambdaOf(plan), gate: trained.gate, ...columns, encoder }, options);
}
