import { describe, expect, test } from "vitest";
import { trainingSetOf } from "../../test/bench/fixture.ts";
import { SeededStream } from "../../test/bench/random.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { GRID_ONE } from "../influence/grid.ts";
import { GATE_ONE } from "../influence/types.ts";
import { FOLDS, foldOf, gateOf, judgementOf, trainFolds } from "./train-folds.ts";
import { trainHead } from "./train-head.ts";
import { subset } from "./training-set.ts";

const data = syntheticData(300, "train-folds");
const set = trainingSetOf(data.train, data.labels.length);
const folds = data.train.map((_, i) => Math.floor(i / 7) % FOLDS);

describe("trainFolds", () => {
  test("behavior: a fold's head is the head of the rows outside it", async () => {
    const options = { lambda: 1e-3, tolerance: 1e-8 };
    const { heads } = await trainFolds({ ...set, folds }, options);
    const outside = folds.flatMap((fold, i) => (fold === 2 ? [] : [i]));
    expect(heads[2]).toEqual((await trainHead(subset(set, outside), options)).weights);
  });

  test("behavior: wrong labels are gated, right ones are not", async () => {
    const stream = new SeededStream("wrong labels");
    const wrong = new Set(Array.from({ length: 20 }, () => stream.below(300)));
    const labels = Int32Array.from(set.labels, (label, i) =>
      wrong.has(i) ? (label + 1 + stream.below(5)) % 6 : label,
    );
    const { gate } = await trainFolds({ ...set, labels, folds });
    const mean = (wanted: boolean) => {
      const chosen = [...gate].filter((_, i) => wrong.has(i) === wanted);
      return chosen.reduce((a, b) => a + b, 0) / chosen.length / GATE_ONE;
    };
    expect(mean(true)).toBeLessThan(0.5);
    expect(mean(false)).toBeGreaterThan(0.95);
  });

  test("behavior: without rows outside there is no judge and the gate is open", async () => {
    const { gate, heads, labelProbability } = await trainFolds({ ...set, folds: folds.map(() => 3) });
    expect(gate.every((g) => g === GATE_ONE)).toBe(true);
    expect(labelProbability.every((p) => p === GRID_ONE)).toBe(true);
    expect(heads.every((head) => head === undefined)).toBe(true);
  });

  test("behavior: a class that only one fold holds is trained all the same, and gated", async () => {
    const lonely = folds.map((fold, i) => (set.labels[i] === 5 ? 0 : fold));
    const { gate } = await trainFolds({ ...set, folds: lonely });
    const ofFive = [...gate].filter((_, i) => set.labels[i] === 5);
    expect(Math.max(...ofFive)).toBeLessThan(GATE_ONE);
  });

  test("behavior: folds of another length or out of range are refused", async () => {
    await expect(trainFolds({ ...set, folds: [0] })).rejects.toMatchObject({ code: "bad-shape" });
    await expect(trainFolds({ ...set, folds: folds.map(() => 5) })).rejects.toMatchObject({ code: "bad-shape" });
  });
});

test("gateOf: shut at chance, open at a tenth for many classes, later for few", () => {
  const of = (p: number, classes: number) => gateOf(Math.round(p * GRID_ONE), classes) / GATE_ONE;
  expect([of(0, 77), of(1 / 77, 77), of(0.1, 77), of(1, 77)]).toEqual([0, 0, 1, 1]);
  expect([of(1 / 6 - 0.01, 6), of(0.5, 6)]).toEqual([0, 1]);
  expect(of(1 / 3, 6)).toBeCloseTo(0.5, 3);
  expect([of(0.5, 2), of(0.75, 2)]).toEqual([0, 1]);
  expect(of(0.625, 2)).toBeCloseTo(0.5, 3);
  expect(gateOf(GRID_ONE, 4096)).toBe(GATE_ONE);
});

test("judgementOf: gate in the high byte, support from half of the likeliest label in the low one", () => {
  const of = (label: number, likeliest: number) => {
    const judgement = judgementOf(Math.round(label * GRID_ONE), Math.round(likeliest * GRID_ONE), 77);
    return [judgement >> 8, judgement & 255];
  };
  expect(of(0.9, 0.9)).toEqual([255, 255]);
  expect(of(0.45, 0.45)).toEqual([255, 255]);
  expect(of(0.2, 0.6)).toEqual([255, 0]);
  expect(of(0.3, 0.4)).toEqual([255, 127]);
  expect(of(0.01, 0.01)).toEqual([0, 255]);
  expect(judgementOf(0, 0, 77)).toBe(0);
});

test("foldOf is a function of the address alone, and spreads", () => {
  const of = (i: number) => foldOf(new Uint8Array(20).fill(i));
  const seen = Array.from({ length: 100 }, (_, i) => of(i));
  expect(seen.map((_, i) => of(i))).toEqual(seen);
  expect(new Set(seen).size).toBe(FOLDS);
});
