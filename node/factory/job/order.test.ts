import { expect, test } from "vitest";
import { SEED, sourceRows } from "../testing/jobs.ts";
import { splitRows } from "./data.ts";
import { epochOrder } from "./order.ts";

test("an epoch visits every sample once, in an order of its own", () => {
  const [one, two] = [epochOrder(SEED, 0, 500), epochOrder(SEED, 1, 500)];
  expect([...one].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  expect(two).not.toEqual(one);
  expect(epochOrder(SEED, 0, 500)).toEqual(one);
});

test("behavior: the order is that of any machine", () => {
  expect([...epochOrder(SEED, 0, 12)].join(" ")).toMatchInlineSnapshot(`"10 8 11 5 7 3 0 6 1 2 9 4"`);
});

test("every place is as likely for a sample, within what 600 epochs show", () => {
  const first = new Array<number>(6).fill(0);
  for (let epoch = 0; epoch < 600; epoch++) first[epochOrder(SEED, epoch, 6)[0]!]! += 1;
  for (const count of first) expect(Math.abs(count - 100)).toBeLessThan(40);
});

test("behavior: held-out rows follow from seed, roots and item ids, not from the order of rows", () => {
  const sources = [sourceRows("x/1", 40)];
  const { training, heldOut } = splitRows(sources, SEED, 5);
  expect([training.length, heldOut.length]).toEqual([32, 8]);
  const reversed = sources.map((source) => ({ ...source, rows: [...source.rows].reverse() }));
  expect(new Set(splitRows(reversed, SEED, 5).heldOut)).toEqual(new Set(heldOut));
  const other = sources.map((source) => ({ ...source, root: SEED }));
  expect(new Set(splitRows(other, SEED, 5).heldOut)).not.toEqual(new Set(heldOut));
});
