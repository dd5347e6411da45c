import { expect, test } from "vitest";
import { answerOf, logits, ownResidual, referenceAnswer } from "./answer.ts";
import { GRID_ONE } from "./grid.ts";

test("logits are plain inner products", () => {
  expect([...logits(Float64Array.of(1, 2, 3, 4), Float64Array.of(10, 1))]).toEqual([12, 34]);
});

test("behavior: ties go to the lower class", () => {
  expect(answerOf([0.2, 0.4, 0.4]).label).toBe(1);
});

test("behavior: differences below half a grid step disappear", () => {
  expect(answerOf([0.25, 0.75])).toEqual(answerOf([0.25 + 2 ** -27, 0.75 - 2 ** -27]));
});

test("ownResidual is p - y of the own label", () => {
  const answer = referenceAnswer(Float64Array.of(0, 0, 1, 1), Float64Array.of(0.5, 0.5));
  const residual = ownResidual(answer);
  expect(answer.label).toBe(1);
  expect(residual[1]).toBe(answer.probabilities[1]! - GRID_ONE);
  expect(Math.abs(residual[0]! + residual[1]!)).toBeLessThanOrEqual(2);
});
