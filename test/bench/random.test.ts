import { expect, test } from "vitest";
import { SeededStream, seededOrder } from "./random.ts";

test("the same seed gives the same stream, in [0, 1)", () => {
  const draw = (seed: string) => {
    const stream = new SeededStream(seed);
    return Array.from({ length: 100 }, () => stream.next());
  };
  expect(draw("a")).toEqual(draw("a"));
  expect(draw("a")).not.toEqual(draw("b"));
  expect(draw("a").every((x) => x >= 0 && x < 1)).toBe(true);
});

test("an order is a permutation", () => {
  const order = seededOrder(50, "order");
  expect([...order].sort((a, b) => a - b)).toEqual([...new Array(50).keys()]);
  expect(order).not.toEqual([...new Array(50).keys()]);
});
