import { beforeAll, describe, expect, test } from "vitest";
import { indexedModel, trainingSetOf } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { trainHead } from "../factory/train-head.ts";
import { subset } from "../factory/training-set.ts";
import { logits } from "./answer.ts";
import { softmaxInPlace } from "./exact-math.ts";
import { fromGrid } from "./grid.ts";
import { type BuiltIndex, buildIndex, extendIndex } from "./index-build.ts";
import { decodeIndexHeader, decodeRow, exponentRange, rowBytes, triangleSize } from "./index-format.ts";

const LAMBDA = 1e-3;
const data = syntheticData(60, "index-build", 3);
const set = trainingSetOf(data.train, 3);
let weights: Int32Array;
let index: BuiltIndex;
beforeAll(async () => {
  ({ index } = await indexedModel(data.train, data.labels, { lambda: LAMBDA, workers: 2 }));
  ({ weights } = await trainHead(set, { lambda: LAMBDA }));
});

function probabilitiesOf(row: number): Float64Array {
  const p = logits(fromGrid(weights), set.features.subarray(row * set.dims, (row + 1) * set.dims));
  softmaxInPlace(p);
  return p;
}

describe("buildIndex", () => {
  test("behavior: the same bytes for any number of workers", async () => {
    const one = await indexedModel(data.train, data.labels, { lambda: LAMBDA, workers: 1 });
    expect(one.index.indexRoot).toEqual(index.indexRoot);
    expect(one.index.inverse).toEqual(index.inverse);
  });

  test("the header decodes to what was built", () => {
    expect(decodeIndexHeader(index.headerBytes)).toEqual(index.header);
    expect(index.header).toMatchObject({ classes: 3, dims: 512, rows: 60, blocks: 3 });
    expect(index.header.lambdaGrid).toBe(Math.round(LAMBDA * 2 ** 40));
  });

  test("rows hold features and p - y within half a step", () => {
    const range = exponentRange(512, 3);
    for (const i of [0, 17, 59]) {
      const row = decodeRow(index.header, rowBytes(index.rows, index.header, i));
      const residual = probabilitiesOf(i);
      residual[row.label]! -= 1;
      for (const [c, m] of row.d.entries())
        expect(Math.abs(m * 2 ** row.dExponent - residual[c]!)).toBeLessThanOrEqual(2 ** row.dExponent);
      for (const [k, m] of row.h.entries()) {
        expect(Math.abs(m * 2 ** row.hExponent - set.features[i * 512 + k]!)).toBeLessThanOrEqual(2 ** row.hExponent);
      }
      expect(row.hExponent + row.dExponent - index.header.baseExponent).toBeLessThanOrEqual(range);
    }
  });

  test("behavior: the gridded block inverts (sum p (1 - p) h h^T / n + lambda I)", () => {
    const c = 1;
    const x = Float64Array.from({ length: 512 }, (_, k) => Math.sin(k));
    const image = x.map((value) => LAMBDA * value);
    for (let i = 0; i < 60; i++) {
      const h = set.features.subarray(i * 512, (i + 1) * 512);
      const p = probabilitiesOf(i)[c]!;
      const along = (p * (1 - p) * h.reduce((sum, value, k) => sum + value * x[k]!, 0)) / 60;
      for (let k = 0; k < 512; k++) image[k]! += along * h[k]!;
    }
    const view = new DataView(index.inverse.buffer, index.inverse.byteOffset + 4 * c * triangleSize(512));
    const back = new Float64Array(512);
    let at = 0;
    for (let a = 0; a < 512; a++) {
      for (let b = a; b < 512; b++, at += 4) {
        const value = view.getInt32(at, true) * 2 ** index.header.inverseExponents[c]!;
        back[a]! += value * image[b]!;
        if (a !== b) back[b]! += value * image[a]!;
      }
    }
    for (let k = 0; k < 512; k++) expect(Math.abs(back[k]! - x[k]!)).toBeLessThan(1e-5);
  });

  test("behavior: columns and weights of another length, and impossible blocks, are refused", async () => {
    const item = data.train.map((_, i) => i);
    const input = { set, weights, lambda: LAMBDA, gate: item, contribution: item, item, entry: item };
    await expect(buildIndex({ ...input, gate: [1] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[InfluenceError: index: 1 values of gate for 60 rows]`,
    );
    await expect(buildIndex({ ...input, weights: new Int32Array(4) })).rejects.toThrow("do not fit");
    await expect(buildIndex(input, { blocks: 4 })).rejects.toThrow("4 blocks");
  });

  test("behavior: extending an index gives the bytes of a fresh one, and refuses another beginning", async () => {
    const positions = data.train.map((_, i) => i);
    const columns = { gate: positions.map(() => 65535), contribution: positions, item: positions, entry: positions };
    const all = { set, weights, lambda: LAMBDA, ...columns };
    const first = (values: readonly number[]) => values.slice(0, 40);
    const begun = { gate: first(columns.gate), contribution: first(positions), item: first(positions) };
    const few = { ...begun, entry: first(positions), set: subset(set, first(positions)) };
    const old = await buildIndex({ ...all, ...few }, { workers: 1 });
    const grown = { ...all, trainedRows: 40 };
    const extended = await extendIndex(old, grown, { workers: 1 });
    expect(extended.indexRoot).toEqual((await buildIndex(grown, { workers: 2 })).indexRoot);
    expect(extended.inverse).toEqual(old.inverse);
    expect(extended.header).toMatchObject({ rows: 60, trainedRows: 40 });
    expect(() => extendIndex(old, { ...grown, weights: weights.map((w) => w + 1) })).toThrow("the head is another");
    expect(() => extendIndex(old, { ...grown, entry: positions.map((i) => i + 1) })).toThrow("row 0 is another item");
  });
});
