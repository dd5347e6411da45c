import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { trainingSetOf } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { FOLDS, trainFolds } from "../factory/train-folds.ts";
import { trainHead } from "../factory/train-head.ts";
import { subset } from "../factory/training-set.ts";
import { HASHED_NGRAM_512 } from "./encoder.ts";
import { buildIndex } from "./index-build.ts";
import {
  decodeIndexHeader,
  decodeRow,
  encodeIndexHeader,
  encodeRow,
  rowBytes,
  rowWidth,
  triangleSize,
} from "./index-format.ts";
import { rowsRoot } from "./row-proof.ts";
import { drawn } from "./sample.ts";
import type { IndexHeader, IndexRow } from "./types.ts";
import { type IndexClaim, verifyIndex } from "./verify-index.ts";

const CLASSES = 2;
const ROWS = 48;
const SEED = new Uint8Array(32).fill(9);
let honest: IndexClaim;

beforeAll(async () => {
  const data = syntheticData(60, "verify-index", CLASSES);
  const all = trainingSetOf(data.train, CLASSES);
  const positions = Array.from({ length: 60 }, (_, i) => i);
  const [item, held] = [positions.slice(0, ROWS), positions.slice(ROWS)];
  const set = subset(all, item);
  const folds = item.map((i) => i % FOLDS);
  const { weights, lambda } = await trainHead(set, { lambda: 1e-2, workers: 1 });
  const { gate, heads } = await trainFolds({ ...set, folds }, { lambda: 1e-2, workers: 1 });
  const columns = { contribution: item.map((i) => i % 3), item, entry: item.map((i) => ROWS - 1 - i) };
  const heldOut = subset(all, held);
  const built = await buildIndex({ set, weights, lambda, gate, ...columns, heldOut }, { workers: 1 });
  const { headerBytes, rows, inverse } = built;
  const given = {
    set,
    weights,
    encoderSpecHash: HASHED_NGRAM_512.specHash,
    trainedRows: ROWS,
    folds: { of: folds, heads },
    heldOut,
    lambdaGrid: built.header.lambdaGrid,
  };
  honest = { headerBytes, rows, inverse, ...columns, ...given };
});

/** The claim with other parts and a header that names them: what a cheating poster would register. */
function forged(change: {
  readonly header?: Partial<IndexHeader>;
  readonly row?: (row: IndexRow, i: number) => IndexRow;
  readonly inverse?: (view: DataView) => void;
}): IndexClaim {
  const header = decodeIndexHeader(honest.headerBytes);
  const [rows, inverse] = [honest.rows.slice(), honest.inverse.slice()];
  for (let i = 0; i < header.rows; i++) {
    const row = decodeRow(header, rowBytes(honest.rows, header, i));
    rows.set(encodeRow(change.row?.(row, i) ?? row), i * rowWidth(header));
  }
  change.inverse?.(new DataView(inverse.buffer));
  const hashes = { rowsRoot: rowsRoot(rows, header), rowsHash: sha256(rows), inverseHash: sha256(inverse) };
  return { ...honest, rows, inverse, headerBytes: encodeIndexHeader({ ...header, ...hashes, ...change.header }) };
}

const reasonFor = async (claim: IndexClaim) => (await verifyIndex(claim, SEED)).reason;
const at = (target: number, change: (row: IndexRow) => Partial<IndexRow>) => (row: IndexRow, i: number) =>
  i === target ? { ...row, ...change(row) } : row;

describe("verifyIndex", () => {
  test("default: an honest claim is accepted whatever the seed, with a witness of safe integers", async () => {
    for (const byte of [1, 2, 3]) {
      const { verdict, reason, witness } = await verifyIndex(honest, new Uint8Array(32).fill(byte));
      expect([verdict, reason]).toEqual(["accept", undefined]);
      expect(witness.length).toBe(ROWS * (CLASSES + 512));
      expect(witness.every(Number.isSafeInteger)).toBe(true);
    }
  });

  test("behavior: another seed draws other rows, so another witness", async () => {
    const of = async (byte: number) => (await verifyIndex(honest, new Uint8Array(32).fill(byte), { rows: 8 })).witness;
    expect(await of(1)).not.toEqual(await of(2));
    expect(await of(1)).toEqual(await of(1));
  });

  test("behavior: every falsified field of a drawn row is named", async () => {
    const target = 7;
    const row = (change: (row: IndexRow) => Partial<IndexRow>) => reasonFor(forged({ row: at(target, change) }));
    expect(await row(({ h }) => ({ h: h.map((x, k) => (k === 3 ? (x + 1) % 127 : x)) }))).toBe(
      "row 7 has other features",
    );
    expect(await row(({ d }) => ({ d: d.map((x) => Math.trunc(x / 2)) }))).toBe("row 7 has another residual");
    expect(await row(({ judgement }) => ({ judgement: judgement === 65535 ? 1 : 65535 }))).toBe(
      "row 7 has another label gate",
    );
    expect(await row(({ gate }) => ({ gate: gate - 1 }))).toBe("row 7 has another payout gate");
    expect(await row(() => ({ clip: 12 }))).toBe("row 7 has another norm clip");
    expect(await row(({ spacing }) => ({ spacing: spacing + 1 }))).toBe("row 7 has another spacing");
    expect(await row(({ overlap }) => ({ overlap: overlap + 1 }))).toBe("row 7 repeats another row");
    expect(await row(({ reference }) => ({ reference: (reference + 1) % ROWS }))).toBe("row 7 repeats another row");
    expect(await row(({ benefit }) => ({ benefit: benefit + 1 }))).toBe("row 7 has another benefit");
    expect(await row(() => ({ owner: 8 }))).toBe("row 7 belongs to another cluster");
    expect(await row(() => ({ entry: 999 }))).toBe("row 7 names another item");
  });

  test("behavior: one wrong entry of an inverse, or a block of another ridge, is found", async () => {
    const place = 4 * (triangleSize(512) + 1000);
    const entry = forged({ inverse: (view) => view.setInt32(place, view.getInt32(place, true) + 2 ** 24, true) });
    expect(await reasonFor(entry)).toBe("the inverse of class 1 inverts another matrix");
    const { lambdaGrid } = decodeIndexHeader(honest.headerBytes);
    const doubled = forged({ header: { lambdaGrid: 2 * lambdaGrid } });
    expect(await reasonFor(doubled)).toBe("the ridge is none that a selection could choose");
    expect(await reasonFor({ ...doubled, lambdaGrid: 2 * lambdaGrid })).toContain("inverts another matrix");
  });

  test("behavior: rules and parts of the header that the data does not give are found", async () => {
    const header = (change: Partial<IndexHeader>) => reasonFor(forged({ header: change }));
    expect(await header({ normLimit: 5 })).toBe("the norm limit is not twice the mean");
    expect(await header({ embeddingCosine: 1000 })).toBe("the look-alike thresholds are not those of the rows");
    expect(await header({ gradientSpacing: 1 })).toBe("the spacing is not that of the rows");
    expect(await header({ harmLimit: 1 })).toBe("the harm limit is not that of the benefits");
    expect(await header({ heldOutHash: new Uint8Array(32) })).toBe("the held-out vectors are others");
    expect(await header({ weightsHash: new Uint8Array(32) })).toBe("the index names other weights");
    expect(await header({ trainedRows: 40 })).toBe("the head was trained on other rows");
    expect(await header({ rowsRoot: new Uint8Array(32) })).toBe("the rows do not lead to the header's root");
    expect(await reasonFor({ ...honest, headerBytes: honest.headerBytes.subarray(1) })).toContain("index header");
  });

  test("behavior: a base that takes bits from every row is found", async () => {
    const { baseExponent } = decodeIndexHeader(honest.headerBytes);
    const coarse = (row: IndexRow) => {
      const dExponent = Math.max(row.dExponent, baseExponent + 3 - row.hExponent);
      return { ...row, dExponent };
    };
    expect(await reasonFor(forged({ header: { baseExponent: baseExponent + 3 }, row: coarse }))).toBe(
      "the rows' base exponent is another",
    );
  });
});

test("drawn: different numbers below the limit, all of them when there are no more", () => {
  expect(drawn(SEED, "rows", { limit: 5, count: 9 })).toEqual([0, 1, 2, 3, 4]);
  const some = drawn(SEED, "rows", { limit: 1000, count: 50 });
  expect(new Set(some).size).toBe(50);
  expect(Math.max(...some)).toBeLessThan(1000);
  expect(drawn(SEED, "columns/1", { limit: 1000, count: 50 })).not.toEqual(some);
});
