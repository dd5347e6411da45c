import { beforeAll, describe, expect, test } from "vitest";
import { indexedModel } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { InfluenceError } from "./errors.ts";
import { decodeRow, rowBytes } from "./index-format.ts";
import { encodeModel } from "./model-format.ts";
import { LEAST_SHARED_ROWS, loadModel, MOST_HELPERS, MOST_THREADS, openModel, shareModel } from "./resident.ts";
import type { ModelBlobs } from "./types.ts";

const data = syntheticData(90, "resident", 3);
let blobs: ModelBlobs;
beforeAll(async () => {
  blobs = (await indexedModel(data.train, data.labels, { lambda: 1e-3 })).blobs;
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof InfluenceError ? error.code : String(error);
  }
  return undefined;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

describe("loadModel", () => {
  test("columns repeat the rows", () => {
    const { header, columns } = loadModel(blobs);
    for (const i of [0, 41, 89]) {
      const row = decodeRow(header, rowBytes(blobs.rows, header, i));
      expect([columns.gate[i], columns.contribution[i], columns.item[i], columns.entry[i]]).toEqual([
        ...[row.gate, row.contribution, row.item, row.entry],
      ]);
      expect([0, 1, 2].map((c) => columns.d[c * header.rows + i])).toEqual([...row.d]);
      expect(columns.scale[i]).toBe(2 ** (row.hExponent + row.dExponent - header.baseExponent));
    }
  });

  test("behavior: one flipped byte anywhere is refused", () => {
    expect(codeOf(() => loadModel({ ...blobs, rows: flipped(blobs.rows, 100) }))).toBe("hash-mismatch");
    expect(codeOf(() => loadModel({ ...blobs, inverse: flipped(blobs.inverse, 7) }))).toBe("hash-mismatch");
    expect(codeOf(() => loadModel({ ...blobs, model: flipped(blobs.model, blobs.model.length - 1) }))).toBe(
      "hash-mismatch",
    );
    expect(codeOf(() => loadModel({ ...blobs, inverse: blobs.inverse.subarray(4) }))).toBe("hash-mismatch");
    expect(codeOf(() => loadModel({ ...blobs, indexHeader: blobs.indexHeader.subarray(1) }))).toBe("bad-bytes");
  });

  test("behavior: another encoder or shape is refused", () => {
    const weights = new Int32Array(3 * 512);
    const model = { encoderId: "hashed-ngram-512", dims: 512, labels: ["a", "b", "c"], weights };
    expect(codeOf(() => loadModel({ ...blobs, model: encodeModel(model) }))).toBe("hash-mismatch");
    expect(codeOf(() => loadModel({ ...blobs, model: encodeModel({ ...model, encoderId: "other" }) }))).toBe(
      "unknown-encoder",
    );
    const two = encodeModel({ ...model, labels: ["a", "b"], weights: new Int32Array(2 * 512) });
    expect(codeOf(() => loadModel({ ...blobs, model: two }))).toBe("hash-mismatch");
  });
});

test("openModel: threads have disjoint scratch, and only so many; helpers are for large indexes", () => {
  const shared = shareModel(blobs);
  const first = openModel(shared).scratch;
  expect(openModel(shared, { thread: 1 }).scratch - first).toBe(shared.places.scratchStride);
  expect(codeOf(() => openModel(shared, { thread: MOST_THREADS }))).toBe("bad-shape");
  expect(codeOf(() => openModel(shared, { helper: 1 }))).toBe("bad-shape");
  const large = { ...shared, header: { ...shared.header, rows: LEAST_SHARED_ROWS } };
  expect(openModel(large, { helper: 1 }).scratch - first).toBe(MOST_THREADS * shared.places.scratchStride);
  expect(codeOf(() => openModel(large, { helper: MOST_HELPERS + 1 }))).toBe("bad-shape");
});
