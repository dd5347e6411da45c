import { beforeAll, describe, expect, test } from "vitest";
import { trainingSetOf } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { trainHead } from "../factory/train-head.ts";
import { subset } from "../factory/training-set.ts";
import { drawHeldOut, harmLimitOf } from "./held-out.ts";
import { type BuiltIndex, buildIndex } from "./index-build.ts";
import { decodeRow, rowBytes } from "./index-format.ts";
import { STANDING, standingOf } from "./standing.ts";

describe("drawHeldOut", () => {
  const items = Array.from({ length: 200 }, (_, i) => ({
    itemId: Uint8Array.of(i, i >> 8, 7),
    contributor: i < 120 ? "many" : `few-${i % 8}`,
  }));
  const seed = new Uint8Array(32).fill(5);

  test("default: a tenth of every contributor's items, up to one", () => {
    const drawn = drawHeldOut(seed, items);
    const of = (name: string) => drawn.filter((i) => items[i]!.contributor === name).length;
    expect(of("many")).toBe(12);
    for (let i = 0; i < 8; i++) expect([1, 2]).toContain(1 + of(`few-${i}`));
  });

  test("behavior: another seed draws others, another order of items the same", () => {
    const names = (from: typeof items, drawn: number[]) => drawn.map((i) => from[i]!.itemId.join()).sort();
    const reversed = [...items].reverse();
    expect(names(reversed, drawHeldOut(seed, reversed))).toEqual(names(items, drawHeldOut(seed, items)));
    expect(drawHeldOut(new Uint8Array(32), items)).not.toEqual(drawHeldOut(seed, items));
  });
});

describe("benefit of rows", () => {
  const CLASSES = 2;
  const data = syntheticData(300, "held-out", CLASSES);
  const wrong = new Set([3, 10, 21]);
  let index: BuiltIndex;
  beforeAll(async () => {
    const all = trainingSetOf(data.train, CLASSES);
    const positions = Array.from({ length: 300 }, (_, i) => i);
    const set = subset(all, positions.slice(0, 240));
    const labels = Int32Array.from(set.labels, (label, i) => (wrong.has(i) ? 1 - label : label));
    const noisy = { ...set, labels };
    const { weights, lambda } = await trainHead(noisy, { lambda: 1e-2, workers: 1 });
    const item = positions.slice(0, 240);
    const columns = { gate: item.map(() => 65535), contribution: item, item, entry: item };
    const heldOut = subset(all, positions.slice(240));
    index = await buildIndex({ set: noisy, weights, lambda, ...columns, heldOut }, { workers: 1 });
  });
  const rows = () =>
    Array.from({ length: 240 }, (_, i) => decodeRow(index.header, rowBytes(index.rows, index.header, i)));

  test("default: wrong labels have the lowest benefits, the worst do harm, right ones may be paid", () => {
    const order = rows()
      .map((_, i) => i)
      .sort((x, y) => rows()[x]!.benefit - rows()[y]!.benefit);
    expect(new Set(order.slice(0, 3))).toEqual(wrong);
    const harmful = order.filter((i) => standingOf(index.header, rows()[i]!, i) === STANDING.harms);
    expect(harmful).toEqual(order.slice(0, 2));
  });

  test("the header states limit and judges", () => {
    expect(index.header.heldOutRows).toBe(60);
    expect(index.header.harmLimit).toBe(
      harmLimitOf(
        Int32Array.from(rows(), ({ benefit }) => benefit),
        6,
      ),
    );
  });
});
