import { softmaxInPlace } from "./exact-math.ts";
import { GRID_ONE, roundHalfUp } from "./grid.ts";
import type { Answer } from "./types.ts";

/** logits_c = sum_k w_ck h_k, each one sequential sum in float64: the reference that ONNX Runtime approximates. */
export function logits(weights: Float64Array, features: Float64Array): Float64Array {
  const dims = features.length;
  const out = new Float64Array(weights.length / dims);
  for (let c = 0; c < out.length; c++) {
    let sum = 0;
    for (let k = 0; k < dims; k++) sum += weights[c * dims + k]! * features[k]!;
    out[c] = sum;
  }
  return out;
}

/** Float probabilities, from the reference or from ONNX Runtime, to the grid on which everything later is exact. */
export function answerOf(probabilities: ArrayLike<number>): Answer {
  const grid = Int32Array.from(probabilities, (p) => roundHalfUp(p * GRID_ONE));
  let label = 0;
  for (let c = 1; c < grid.length; c++) if (grid[c]! > grid[label]!) label = c;
  return { label, probabilities: grid };
}

/** The reference answer of a head (float64 classes x dims weights) to encoded text. */
export function referenceAnswer(weights: Float64Array, features: Float64Array): Answer {
  const values = logits(weights, features);
  softmaxInPlace(values);
  return answerOf(values);
}

/** (p - y) for the model's own label, on the 2^-24 grid. */
export function ownResidual(answer: Answer): Int32Array {
  const residual = answer.probabilities.slice();
  residual[answer.label]! -= GRID_ONE;
  return residual;
}
