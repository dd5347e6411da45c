import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { encodeBasis } from "./basis-format.ts";
import { buildAdapterIndex } from "./build.ts";
import { adapterRowBytes, decodeAdapterRow, encodeAdapterHeader, encodeAdapterRow } from "./format.ts";
import { loadAdapter } from "./resident.ts";
import { adapterRowsRoot } from "./row-root.ts";
import { TINY_TEXTS, type TinyAdapter, tinyAdapter } from "./testing/tiny-adapter.ts";
import type { AdapterHeader, AdapterRow, AdapterView, BuiltAdapterIndex } from "./types.ts";
import { type AdapterIndexClaim, verifyAdapterIndex } from "./verify.ts";

const SEED = new Uint8Array(32).fill(9);

let tiny: TinyAdapter;
let built: BuiltAdapterIndex;
let views: readonly AdapterView[];

beforeAll(async () => {
  tiny = await tinyAdapter(TINY_TEXTS.slice(0, 12));
  const { rows, texts } = tiny.input;
  // Two rows judge the others; the training saw them, which is the training's matter and not the index's.
  built = await buildAdapterIndex({ ...tiny.input, heldOut: rows.slice(0, 2), texts }, { reference: true });
  const { headerBytes: header, basis } = built;
  views = loadAdapter({ header, rows: built.rows, basis, ...tiny.input.job, weights: tiny.weights }).views;
});

const claimOf = (change: Partial<AdapterIndexClaim> = {}): AdapterIndexClaim => {
  const { headerBytes, rows, basis } = built;
  return { ...tiny.claim, heldOut: tiny.input.rows.slice(0, 2), headerBytes, rows, basis, ...change };
};

/** A claim whose hashes all fit, over other rows, another basis or another header. */
function forged(change: {
  readonly row?: (row: AdapterRow, i: number) => AdapterRow;
  readonly view?: (view: AdapterView, v: number) => AdapterView;
  readonly header?: Partial<AdapterHeader>;
}): AdapterIndexClaim {
  const { header } = built;
  const rows = Uint8Array.from(
    Array.from({ length: header.rows }, (_, i) => {
      const row = decodeAdapterRow(header, adapterRowBytes(built.rows, header, i));
      return [...encodeAdapterRow(change.row ? change.row(row, i) : row)];
    }).flat(),
  );
  const basis = encodeBasis(change.view ? views.map(change.view) : views, header);
  const headerBytes = encodeAdapterHeader({
    ...header,
    ...{ rowsHash: sha256(rows), rowsRoot: adapterRowsRoot(rows, header), basisHash: sha256(basis) },
    ...change.header,
  });
  return claimOf({ headerBytes, rows, basis });
}

/** One entry changed in a copy. */
function changed<T extends Int8Array | Int32Array | Uint8Array | Float32Array | Uint32Array>(
  from: T,
  at: number,
  to: number,
): T {
  const copy = from.slice() as T;
  copy[at] = to;
  return copy;
}

describe("an honest claim", () => {
  test("is accepted, with a witness of safe integers that its seed decides", async () => {
    const first = await verifyAdapterIndex(claimOf(), SEED, { workers: 1, witnessRows: 2 });
    expect(first.reason).toBeUndefined();
    expect(first.verdict).toBe("accept");
    expect(first.witness).toHaveLength(2 * 3 * 432);
    expect(first.witness.every(Number.isSafeInteger)).toBe(true);
    const again = await verifyAdapterIndex(claimOf(), SEED, { reference: true, witnessRows: 2 });
    expect(again.witness).toEqual(first.witness);
    const other = await verifyAdapterIndex(claimOf(), new Uint8Array(32), { reference: true, witnessRows: 2 });
    expect(other.witness).not.toEqual(first.witness);
  });

  test("may turn eigenvectors round and order them otherwise, for no score depends on it", async () => {
    const flip = (basis: Int32Array | undefined) => basis?.map((x) => -x);
    const view = (v: AdapterView): AdapterView => ({
      ...v,
      bases: v.bases.map(({ left, right }) => ({ left: flip(left), right: flip(right) })),
    });
    // Both sides turn round, so that every product keeps its sign.
    expect((await verifyAdapterIndex(forged({ view }), SEED, { reference: true })).verdict).toBe("accept");
  });
});

describe("a forged claim is rejected", () => {
  const ofView = (v: number, change: (view: AdapterView) => AdapterView) => (view: AdapterView, at: number) =>
    at === v ? change(view) : view;
  const cases: readonly [string, () => AdapterIndexClaim, RegExp][] = [
    [
      "a mantissa",
      () => forged({ row: (row, i) => (i === 7 ? { ...row, mantissas: changed(row.mantissas, 500, 99) } : row) }),
      /row 7 has another mantissa 68 in view 1/,
    ],
    [
      "an exponent",
      () => forged({ row: (row, i) => (i === 7 ? { ...row, shifts: changed(row.shifts, 2, 5) } : row) }),
      /row 7 has another exponent in view 2/,
    ],
    [
      "all rows of a view doubled",
      () => forged({ header: { views: built.header.views.map((v) => ({ ...v, baseExponent: v.baseExponent + 1 })) } }),
      /row 0 has another (exponent|mantissa)/,
    ],
    ["a clip", () => forged({ row: (row, i) => (i === 3 ? { ...row, clip: 9 } : row) }), /row 3 has another clip/],
    [
      "a word order",
      () => forged({ row: (row, i) => (i === 3 ? { ...row, order: 9 } : row) }),
      /row 3 has another order/,
    ],
    [
      "a likeness of texts",
      () => forged({ row: (row, i) => (i === 3 ? { ...row, textCosine: 9 } : row) }),
      /row 3 has another textCosine/,
    ],
    ["a gate", () => forged({ row: (row, i) => (i === 3 ? { ...row, gate: 9 } : row) }), /row 3 has another gate/],
    [
      "a cluster",
      () => forged({ row: (row, i) => (i === 3 ? { ...row, owner: 0, likeness: 1 } : row) }),
      /row 3 has another owner/,
    ],
    [
      "an overlap",
      () => forged({ row: (row, i) => (i === 3 ? { ...row, overlap: 9 } : row) }),
      /row 3 has another overlap/,
    ],
    [
      "a benefit",
      () => forged({ row: (row, i) => (i === 3 ? { ...row, benefit: 1 } : row) }),
      /row 3 has another benefit/,
    ],
    [
      "a contribution",
      () => forged({ row: (row, i) => (i === 3 ? { ...row, contribution: 8 } : row) }),
      /names another item/,
    ],
    [
      "a whitening factor",
      () =>
        forged({
          view: ofView(1, (v) => ({
            ...v,
            whitening: { ...v.whitening, factors: changed(v.whitening.factors, 4, 9) },
          })),
        }),
      /whitened by another factor/,
    ],
    [
      "a basis that is not orthonormal",
      () =>
        forged({
          view: ofView(0, (v) => ({
            ...v,
            bases: v.bases.map((b) => ({ ...b, left: b.left && changed(b.left, 0, 1) })),
          })),
        }),
      /eigenbasis/,
    ],
    [
      "the basis of another view",
      () => forged({ view: (view, v) => ({ ...view, bases: views[v === 0 ? 2 : v]!.bases }) }),
      /eigenbasis/,
    ],
    [
      "weights of no checkpoint",
      () => forged({ view: ofView(0, (v) => ({ ...v, weights: changed(v.weights, 0, 1) })) }),
      /view 0 has other weights/,
    ],
    ["another damping", () => forged({ header: { dampingGrid: 2 ** 39 } }), /damping/],
    [
      "another step",
      () => forged({ header: { views: built.header.views.map((v, i) => (i ? v : { ...v, step: 3 })) } }),
      /view 0/,
    ],
    ["another norm limit", () => forged({ header: { normLimit: 5 } }), /norm limit/],
    ["another harm limit", () => forged({ header: { harmLimit: 5 } }), /benefits/],
    ["another usual cosine", () => forged({ header: { usualCosine: 5 } }), /usual/],
    ["another threshold", () => forged({ header: { gradientCosine: 1000 } }), /threshold/],
    ["held-out vectors of others", () => forged({ header: { heldOutHash: new Uint8Array(32) } }), /held-out/],
    ["rows that were not trained on", () => forged({ header: { trainedRows: 10 } }), /rows are not those/],
    ["another job", () => forged({ header: { manifestHash: new Uint8Array(32) } }), /another job/],
    ["other weights", () => forged({ header: { weightsHash: new Uint8Array(32) } }), /other weights/],
    ["rows of another header", () => ({ ...claimOf(), rows: changed(built.rows, 9, built.rows[9]! ^ 1) }), /rows/],
    [
      "a basis of another header",
      () => ({ ...claimOf(), basis: changed(built.basis, 9, built.basis[9]! ^ 1) }),
      /basis/,
    ],
    ["a header that is none", () => claimOf({ headerBytes: built.headerBytes.slice(1) }), /header/],
  ];

  test.each(cases)("%s", async (_, make, reason) => {
    const { verdict, reason: given, witness } = await verifyAdapterIndex(make(), SEED, { reference: true });
    expect(verdict).toBe("reject");
    expect(given).toMatch(reason);
    expect(witness).toHaveLength(0);
  });
});

describe("what cannot be judged is thrown", () => {
  test.each([
    ["a log of another root", () => claimOf({ logRoot: new Uint8Array(32) }), /registered root/],
    ["a state that is not the log's", () => claimOf({ readState: async () => new Uint8Array(9) }), /not the log's/],
    ["a graph that is not the manifest's", () => claimOf({ graph: tiny.claim.graph.slice(1) }), /sha256/],
  ])("%s", async (_, make, message) => {
    await expect(verifyAdapterIndex(make(), SEED, { reference: true })).rejects.toThrow(message);
  });
});

test("whoever loads an index finds a change of any blob", () => {
  const { headerBytes: header, rows, basis } = built;
  const blobs = { header, rows, basis, ...tiny.input.job, weights: tiny.weights };
  for (const name of ["rows", "basis", "manifest", "graph", "weights"] as const) {
    for (const at of [0, blobs[name].length >> 1, blobs[name].length - 1]) {
      const bad = { ...blobs, [name]: changed(blobs[name], at, blobs[name][at]! ^ 4) };
      expect(() => loadAdapter(bad), `${name} at ${at}`).toThrow();
    }
    expect(() => loadAdapter({ ...blobs, [name]: blobs[name].slice(0, -1) })).toThrow();
  }
  expect(() => loadAdapter({ ...blobs, header: header.slice(0, -1) })).toThrow(/truncated/);
});
