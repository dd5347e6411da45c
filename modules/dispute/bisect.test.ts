import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkpointAt,
  checkpointCount,
  checkpointPosition,
  type Geometry,
  lastPosition,
  midpoint,
  mostQuestions,
} from "./bisect.ts";

const geometries: fc.Arbitrary<Geometry> = fc.record({
  steps: fc.integer({ min: 0, max: 3_000 }),
  every: fc.integer({ min: 1, max: 400 }),
});

/** Positions asked until one step is left, when everything from `wrongAt` on is disputed. */
function search(geometry: Geometry, wrongAt: number): { asked: number[]; step: number } {
  let [agreed, disputed] = [0, lastPosition(geometry)];
  const asked: number[] = [];
  for (let next = midpoint(geometry, agreed, disputed); next !== undefined; ) {
    asked.push(next);
    if (next < wrongAt) agreed = next;
    else disputed = next;
    next = midpoint(geometry, agreed, disputed);
  }
  return { asked, step: disputed };
}

test("checkpoints are the initial state, every so many steps, and the last state", () => {
  const geometry = { steps: 10, every: 4 };
  expect(checkpointCount(geometry)).toBe(4);
  expect([0, 1, 2, 3].map((i) => checkpointPosition(geometry, i))).toEqual([1, 5, 9, 11]);
  const at = Array.from({ length: 13 }, (_, position) => checkpointAt(geometry, position));
  const none = undefined;
  expect(at).toEqual([none, 0, none, none, none, 1, none, none, none, 2, none, 3, none]);
  expect(checkpointCount({ steps: 8, every: 4 })).toBe(3);
  expect(checkpointCount({ steps: 0, every: 4 })).toBe(1);
});

describe("bisection", () => {
  test("always ends at the true first differing step, in at most the logarithm of checkpoints and of their distance", () => {
    fc.assert(
      fc.property(geometries, fc.nat(), (geometry, drawn) => {
        const wrongAt = 1 + (drawn % lastPosition(geometry));
        const { asked, step } = search(geometry, wrongAt);
        expect(step).toBe(wrongAt);
        expect(asked.length).toBeLessThanOrEqual(mostQuestions(geometry));
        expect(new Set(asked).size).toBe(asked.length);
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  test("asks for checkpoints first: positions between them only when no checkpoint lies between", () => {
    fc.assert(
      fc.property(geometries, fc.nat(), (geometry, drawn) => {
        const wrongAt = 1 + (drawn % lastPosition(geometry));
        const kinds = search(geometry, wrongAt).asked.map((position) => checkpointAt(geometry, position) !== undefined);
        expect(kinds).toEqual([...kinds].sort((a, b) => Number(b) - Number(a)));
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test("a million steps in a thousand checkpoints take twenty questions", () => {
    expect(mostQuestions({ steps: 1_000_000, every: 1_000 })).toBe(20);
  });
});
