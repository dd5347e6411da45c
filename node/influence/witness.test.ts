import { expect, test } from "vitest";
import { GRID_ONE } from "./grid.ts";
import { blobWitness, resultWitness } from "./witness.ts";

test("resultWitness: gradient of the loss on the own output on a 2^-20 grid, then the raw scores", () => {
  const answer = { label: 1, probabilities: Int32Array.of(GRID_ONE / 4, (3 * GRID_ONE) / 4) };
  const witness = resultWitness(Float64Array.of(0.5, -1), answer, Float64Array.of(7, -9));
  expect([...witness]).toEqual([2 ** 17, -(2 ** 18), -(2 ** 17), 2 ** 18, 7, -9]);
});

test("blobWitness: big-endian words, the last one padded", () => {
  expect([...blobWitness(Uint8Array.of(0, 0, 1, 2, 255))]).toEqual([258, 255 * 2 ** 24]);
  expect(blobWitness(new Uint8Array(0)).length).toBe(0);
});
