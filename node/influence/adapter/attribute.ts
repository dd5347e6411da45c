import { InfluenceError } from "../errors.ts";
import { roundHalfUp } from "../grid.ts";
import { settle } from "../settle.ts";
import { gradientSize } from "./blocks.ts";
import { packQuery } from "./pack.ts";
import { scoreAdapterRows } from "./score.ts";
import type { AdapterQuery, AdapterSession, AnswerAttribution, ResidentAdapter } from "./types.ts";
import { whitened } from "./whitening.ts";

/** The gradient's grid in a witness (DESIGN.md "Proof of own work"). */
const GRADIENT_GRID = 2 ** 20;

/** Gradients of an answer, one a view, to query vectors: turned, whitened, rounded once. Throws InfluenceError bad-shape. */
export function adapterQueryOf(resident: ResidentAdapter, gradients: readonly Float64Array[]): AdapterQuery {
  const { views, turners, header } = resident;
  const size = gradientSize(resident.blocks);
  if (gradients.length !== views.length || gradients.some(({ length }) => length !== size)) {
    throw new InfluenceError("bad-shape", `${gradients.length} gradients for ${views.length} views of ${size} weights`);
  }
  const values = views.map(({ whitening }, v) => whitened(turners[v]!.turn(gradients[v]!), whitening));
  return packQuery(
    values,
    header.views.map(({ baseExponent }) => baseExponent),
  );
}

/** Gradient of the mean token loss on the model's own answer, teacher forced behind its prompt, in the index's coordinates. */
export async function adapterQuery(
  resident: ResidentAdapter,
  session: AdapterSession,
  prompt: Int32Array,
  answer: Int32Array,
): Promise<AdapterQuery> {
  return adapterQueryOf(resident, await session.gradients(prompt, answer));
}

/** The last view's gradient on the 2^-20 grid, then all scores. */
export function answerWitness(gradient: Float64Array, scores: Float64Array): Float64Array {
  const witness = new Float64Array(gradient.length + scores.length);
  for (let k = 0; k < gradient.length; k++) witness[k] = roundHalfUp(gradient[k]! * GRADIENT_GRID);
  witness.set(scores, gradient.length);
  return witness;
}

/** Everything after the gradients. */
export function attributeGradients(resident: ResidentAdapter, gradients: readonly Float64Array[]): AnswerAttribution {
  const query = adapterQueryOf(resident, gradients);
  const scores = scoreAdapterRows(resident, query);
  const settlement = settle(scores, resident.columns);
  return { query, settlement, scores, witness: answerWitness(gradients.at(-1)!, scores) };
}

/**
 * One attributed answer. `prompt` begins with the end token, as generation feeds it; `answer` is what the model said, its own
 * end token included where it said it. Throws InfluenceError: bad-shape, not-finite, worker-lost.
 */
export async function attributeAnswer(
  resident: ResidentAdapter,
  session: AdapterSession,
  prompt: Int32Array,
  answer: Int32Array,
): Promise<AnswerAttribution> {
  return attributeGradients(resident, await session.gradients(prompt, answer));
}
