import { ownResidual } from "./answer.ts";
import { GRID_ONE, roundHalfUp } from "./grid.ts";
import type { Answer } from "./types.ts";

/** The gradient's grid in a witness (DESIGN.md "Proof of own work"). */
const GRADIENT_GRID = 2 ** 20;

/**
 * The witness of a result claim: the full gradient (classes x dims) of the loss on the model's own output, on the
 * 2^-20 grid, followed by every raw row score. None of it is ever posted. The gradient is the product of exact grid
 * probabilities and encoder features: one IEEE multiplication each, the same on every machine.
 */
export function resultWitness(features: Float64Array, answer: Answer, scores: Float64Array): Float64Array {
  const gradient = answer.probabilities.length * features.length;
  const witness = new Float64Array(gradient + scores.length);
  placeGradient(features, answer, witness);
  witness.set(scores, gradient);
  return witness;
}

/** The first part of a result's witness. */
export function placeGradient(features: Float64Array, answer: Answer, witness: Float64Array): void {
  const residual = ownResidual(answer);
  const dims = features.length;
  for (let c = 0; c < residual.length; c++) {
    const d = residual[c]! * (GRADIENT_GRID / GRID_ONE);
    for (let k = 0; k < dims; k++) witness[c * dims + k] = roundHalfUp(d * features[k]!);
  }
}

/** The witness of an availability claim: the blob as 32-bit big-endian words, the last one padded with zeros. */
export function blobWitness(blob: Uint8Array): Float64Array {
  const witness = new Float64Array(Math.ceil(blob.length / 4));
  for (const [i, byte] of blob.entries()) witness[i >> 2]! += byte * 2 ** (8 * (3 - (i & 3)));
  return witness;
}
