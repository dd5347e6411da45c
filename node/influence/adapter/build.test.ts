import { beforeAll, expect, test } from "vitest";
import { verifyRowProof } from "../row-proof.ts";
import { buildAdapterIndex } from "./build.ts";
import { adapterRowBytes, decodeAdapterHeader, decodeAdapterRow, encodeAdapterHeader } from "./format.ts";
import { adapterRowProofs } from "./row-root.ts";
import { TINY_TEXTS, type TinyAdapter, tinyAdapter } from "./testing/tiny-adapter.ts";
import type { BuiltAdapterIndex } from "./types.ts";
import { verifyAdapterIndex } from "./verify.ts";
import { viewCheckpoints } from "./views.ts";
import { shuffledTexts } from "./word-order.ts";

let tiny: TinyAdapter;
let built: BuiltAdapterIndex;

beforeAll(async () => {
  tiny = await tinyAdapter(TINY_TEXTS.slice(0, 12));
  built = await buildAdapterIndex(tiny.input, { workers: 1 });
});

test("one thread, two threads and the exact reference give the same bytes", async () => {
  for (const options of [{ workers: 2 }, { reference: true }]) {
    const again = await buildAdapterIndex(tiny.input, options);
    expect(again.headerBytes).toEqual(built.headerBytes);
    expect(again.rows).toEqual(built.rows);
    expect(again.basis).toEqual(built.basis);
  }
});

test("another damping, another row and other held-out rows give other bytes", async () => {
  const { rows, texts } = tiny.input;
  const dropped = { ...tiny.input, rows: rows.slice(1), texts: texts.slice(1) };
  const others = [
    await buildAdapterIndex(tiny.input, { dampingGrid: 2 ** 40, reference: true }),
    await buildAdapterIndex(dropped, { reference: true }),
    await buildAdapterIndex({ ...dropped, heldOut: [{ tokens: rows[0]!.tokens }] }, { reference: true }),
  ];
  const hashes = [built, ...others].map(({ header }) => Buffer.from(header.rowsHash).toString("hex"));
  expect(new Set(hashes).size).toBe(4);
  expect(others[2]!.header.heldOutRows).toBe(1);
  expect(others[2]!.header.harmLimit).toBeGreaterThan(0);
});

test("word orders are of the base, the same by threads and by the exact reference, and verified", async () => {
  const { texts } = tiny.input;
  const versions = (i: number) => [texts[i]!, ...shuffledTexts(texts[i]!, new Uint8Array(32))].map(tiny.encode);
  const input = { ...tiny.input, versions };
  const [fast, exact] = [
    await buildAdapterIndex(input, { workers: 2 }),
    await buildAdapterIndex(input, { reference: true }),
  ];
  expect(fast.rows).toEqual(exact.rows);
  const orders = texts.map((_, i) => decodeAdapterRow(fast.header, adapterRowBytes(fast.rows, fast.header, i)).order);
  expect(new Set(orders).size).toBeGreaterThan(6);
  const { headerBytes, rows, basis } = fast;
  const claim = { ...tiny.claim, headerBytes, rows, basis };
  const seed = new Uint8Array(32);
  expect((await verifyAdapterIndex({ ...claim, versions }, seed, { reference: true })).verdict).toBe("accept");
  const shifted = (i: number) => versions((i + 1) % texts.length);
  const { verdict, reason } = await verifyAdapterIndex({ ...claim, versions: shifted }, seed, { reference: true });
  expect([verdict, reason]).toEqual(["reject", expect.stringMatching(/usual|order/)]);
});

test("the header reads back, and a row is proven by the root", () => {
  expect(encodeAdapterHeader(decodeAdapterHeader(built.headerBytes))).toEqual(built.headerBytes);
  const [proof] = adapterRowProofs(built.rows, built.header, [5]);
  const row = adapterRowBytes(built.rows, built.header, 5);
  expect(verifyRowProof(built.rowsRoot, row, proof!)).toBe(true);
  expect(verifyRowProof(built.rowsRoot, adapterRowBytes(built.rows, built.header, 6), proof!)).toBe(false);
});

test("a long item is one row: its windows' gradients are summed", async () => {
  const { rows, texts } = tiny.input;
  const long = Int32Array.of(...rows[0]!.tokens, ...rows[1]!.tokens, ...rows[2]!.tokens, ...rows[3]!.tokens);
  const input = { ...tiny.input, rows: [{ ...rows[0]!, tokens: long }, ...rows.slice(1)], texts };
  const one = await buildAdapterIndex(input, { reference: true });
  expect(one.header.rows).toBe(rows.length);
  expect(one.header.rowsHash).not.toEqual(built.header.rowsHash);
});

test("an item without tokens is a row of zeros, whatever the others are", async () => {
  const { rows } = tiny.input;
  const input = { ...tiny.input, rows: [{ ...rows[0]!, tokens: new Int32Array(0) }, ...rows.slice(1)] };
  const { header, rows: bytes } = await buildAdapterIndex(input, { reference: true });
  const row = decodeAdapterRow(header, adapterRowBytes(bytes, header, 0));
  expect(row.mantissas.every((m) => m === 0)).toBe(true);
  expect([...row.shifts]).toEqual([0, 0, 0]);
  expect(row).toMatchObject({ owner: 0, overlap: 0, clip: 65535 });
});

test("input that fits no index is refused by name", async () => {
  const { rows, texts, checkpoints } = tiny.input;
  const cases: readonly [object, RegExp][] = [
    [{ rows: [], texts: [] }, /0 rows/],
    [{ texts: texts.slice(1) }, /11 texts for 12 rows/],
    [{ checkpoints: [] }, /0 checkpoints/],
    [{ checkpoints: checkpoints.toReversed() }, /out of order/],
    [{ checkpoints: [{ ...checkpoints[0]!, weights: new Int32Array(3) }] }, /3 weights/],
    [{ rows: rows.map((row) => ({ ...row, entry: 7 })) }, /one snapshot entry/],
    [{ trainedRows: 99 }, /99 trained rows/],
    [{ rows: rows.map((row) => ({ ...row, tokens: Int32Array.of(-1) })) }, /negative/],
    [{ job: { ...tiny.input.job, manifest: tiny.input.job.manifest.slice(1) } }, /manifest/],
    [{ job: { ...tiny.input.job, graph: tiny.input.job.graph.slice(1) } }, /another sha256/],
  ];
  for (const [change, message] of cases) {
    await expect(buildAdapterIndex({ ...tiny.input, ...change }, { reference: true })).rejects.toThrow(message);
  }
  await expect(buildAdapterIndex(tiny.input, { coordinates: 0 })).rejects.toMatchObject({ code: "bad-shape" });
});

test("views are the first checkpoints with a fifth and three fifths of the training behind them, and its end", () => {
  const log = (steps: number[]) => ({
    head: { steps: BigInt(steps.at(-1)!), every: 1, manifestHash: new Uint8Array(32), weightsHash: new Uint8Array(32) },
    checkpoints: steps.map((step) => ({
      step: BigInt(step),
      stateRoot: new Uint8Array(32),
      roundingHash: new Uint8Array(32),
    })),
    ...{ rounding: { entries: [] }, curve: [], stateBlobs: [] },
  });
  const of = (steps: number[]) => viewCheckpoints(log(steps) as never);
  expect(of([0, 2, 4, 6, 8, 10])).toEqual([1, 3, 5]);
  expect(of([0, 3, 6, 9, 10])).toEqual([1, 2, 4]);
  expect(of([0, 10])).toEqual([1]);
  expect(() => of([0])).toThrow(/without a step/);
});
