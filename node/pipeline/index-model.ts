import { encoderById } from "../influence/encoder.ts";
import { type BuiltIndex, buildIndex, type IndexOptions } from "../influence/index-build.ts";
import { decodeModel } from "../influence/model-format.ts";
import { lambdaOf, type TrainingPlan, trainingSet } from "./training.ts";

/** The influence index of a trained model: one row a cluster owner, in the order of its training. Throws as buildIndex. */
export function indexModel(
  plan: TrainingPlan,
  trained: { readonly model: Uint8Array; readonly gate: Uint16Array },
  options: IndexOptions = {},
): Promise<BuiltIndex> {
  const { rows } = plan;
  const { weights } = decodeModel(trained.model);
  const columns = {
    contribution: rows.map(({ contribution }) => contribution),
    item: rows.map(({ item }) => item),
    entry: rows.map(({ entry }) => entry),
  };
  const encoder = encoderById(plan.encoder);
  return buildIndex(
    { set: trainingSet(plan), weights, lambda: lambdaOf(plan), gate: trained.gate, ...columns, encoder },
    options,
  );
}
