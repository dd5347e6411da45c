import { referenceAnswer } from "./answer.ts";
import { encoderById, encodeText } from "./encoder.ts";
import { fromGrid } from "./grid.ts";
import { noveltyOf, queryMantissas } from "./novelty.ts";
import { queryVectors } from "./query.ts";
import { type ResidentModel, rowFeatures } from "./resident.ts";
import { scoreRows } from "./score.ts";
import { type SettleRows, settle } from "./settle.ts";
import type { Answer, Attribution, HeadModel, QueryVectors } from "./types.ts";

/** What a head says about a text, by the exact reference. */
export function answer(model: HeadModel, text: string): Answer {
  return referenceAnswer(fromGrid(model.weights), encodeText(text, encoderById(model.encoderId)));
}

/** What settlement reads of a resident model for one query. */
export function payable(resident: ResidentModel, features: Float64Array): SettleRows {
  const query = queryMantissas(features);
  return {
    ...resident.columns,
    novelty: (row) =>
      noveltyOf(query, { h: rowFeatures(resident, row), spacing: resident.columns.spacing[row]! }, resident.header),
  };
}

/** Everything after the forward pass: integers from the rounded answer on. */
export function attributeAnswer(
  resident: ResidentModel,
  features: Float64Array,
  given: Answer,
  scoresOf: (query: QueryVectors) => Float64Array = (query) => scoreRows(resident, query),
): Attribution {
  const query = queryVectors(resident, features, given);
  const scores = scoresOf(query);
  return { answer: given, query, scores, settlement: settle(scores, payable(resident, features)) };
}

/** One attributed inference by the exact reference alone. */
export function attribute(resident: ResidentModel, text: string): Attribution {
  const features = resident.encoder.encode(text);
  return attributeAnswer(resident, features, referenceAnswer(resident.weights, features));
}
