import { describe, expect, test } from "vitest";
import {
  decodeIndexHeader,
  decodeRow,
  encodeIndexHeader,
  encodeRow,
  exponentRange,
  indexRoot,
  rowBytes,
  rowWidth,
  triangleSize,
} from "./index-format.ts";
import type { IndexHeader, IndexRow } from "./types.ts";

const header: IndexHeader = {
  encoderSpecHash: new Uint8Array(32).fill(1),
  weightsHash: new Uint8Array(32).fill(2),
  ...{ classes: 3, dims: 8, rows: 2, trainedRows: 2, blocks: 3, lambdaGrid: 21_990_233, baseExponent: -12 },
  inverseExponents: Int8Array.of(-14, -13, -14),
  ...{ normLimit: 11_744_051, embeddingCosine: 870, gradientCosine: 819 },
  ...{ embeddingSpacing: 5_900, gradientSpacing: 6_600 },
  ...{ heldOutRows: 40, heldOutHash: new Uint8Array(32).fill(6), benefitExponent: -31, harmLimit: 7_000 },
  selection: { candidates: 12, queries: 100, subsets: 16, ldsPpm: 951_000 },
  rowsRoot: new Uint8Array(32).fill(3),
  rowsHash: new Uint8Array(32).fill(4),
  inverseHash: new Uint8Array(32).fill(5),
};
const row: IndexRow = {
  h: Int8Array.of(127, -127, 0, 1, 2, 3, 4, 5),
  hExponent: -9,
  d: Int8Array.of(-64, 3, 61),
  dExponent: -2,
  ...{ judgement: 65_407, gate: 60_001, clip: 40_000, reference: 1, overlap: 4_097, spacing: 5_001 },
  ...{ benefit: -5_000, owner: 1, likeness: 2 as const },
  ...{ label: 2, contribution: 11, item: 1023, entry: 2 ** 32 - 1 },
};

describe("index header", () => {
  test("round trip", () => {
    expect(decodeIndexHeader(encodeIndexHeader(header))).toEqual(header);
  });

  test("behavior: the root changes with any byte", () => {
    const bytes = encodeIndexHeader(header);
    const root = Buffer.from(indexRoot(bytes)).toString("hex");
    for (let i = 0; i < bytes.length; i += 7) {
      const flipped = bytes.slice();
      flipped[i]! ^= 1;
      expect(Buffer.from(indexRoot(flipped)).toString("hex")).not.toBe(root);
    }
  });

  test("behavior: truncation, trailing bytes and shapes out of range are refused", () => {
    const bytes = encodeIndexHeader(header);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeIndexHeader(bytes.subarray(0, length))).toThrow();
    expect(() => decodeIndexHeader(Uint8Array.of(...bytes, 0))).toThrow("too many");
    for (const bad of [
      { classes: 1, inverseExponents: new Int8Array(1) },
      { dims: 6 },
      { dims: 4096 },
      { rows: 0 },
      { trainedRows: 0 },
      { trainedRows: 3 },
      { blocks: 4 },
    ]) {
      expect(() => decodeIndexHeader(encodeIndexHeader({ ...header, ...bad }))).toThrow("out of range");
    }
  });
});

describe("index rows", () => {
  test("round trip in fixed width", () => {
    const bytes = encodeRow(row);
    expect(bytes.length).toBe(rowWidth(header));
    expect(decodeRow(header, bytes)).toEqual(row);
  });

  test("behavior: -128, exponents off the base and unknown labels are refused", () => {
    const refused = (change: Partial<IndexRow>) => expect(() => decodeRow(header, encodeRow({ ...row, ...change })));
    refused({ h: new Int8Array(8).fill(-128) }).toThrow("-128");
    refused({ dExponent: -4 }).toThrow("from the index's base");
    refused({ dExponent: 30 }).toThrow("from the index's base");
    refused({ label: 3 }).toThrow("label 3 of 3");
    refused({ owner: 2 }).toThrow("owner 2 of 2 rows");
    refused({ reference: 2 }).toThrow("reference 2 of 2 rows");
    refused({ likeness: 3 as never }).toThrow("3 is no kind of likeness");
  });

  test("rowBytes finds a row and refuses others", () => {
    const blob = new Uint8Array([...encodeRow(row), ...encodeRow({ ...row, item: 5 })]);
    expect(decodeRow(header, rowBytes(blob, header, 1)).item).toBe(5);
    expect(() => rowBytes(blob, header, 2)).toThrow("no row 2");
    expect(() => rowBytes(blob.subarray(1), header, 0)).toThrow("index rows");
  });
});

test("exponentRange: the largest possible score is a safe integer, one more step would not be", () => {
  expect(exponentRange(512, 3)).toBe(14);
  for (const [dims, blocks] of [
    [512, 3],
    [4, 1],
    [1040, 8],
  ] as const) {
    const range = exponentRange(dims, blocks);
    expect(blocks * dims * 127 ** 4 * 2 ** range).toBeLessThan(2 ** 53);
    expect(range).toBeLessThanOrEqual(16);
  }
});

test("triangleSize", () => {
  expect(triangleSize(512)).toBe(131_328);
});
