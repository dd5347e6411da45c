import { afterAll, beforeAll, expect, test } from "vitest";
import { STANDING } from "../standing.ts";
import { ONE_SHARE, OVERLAP_ONE } from "../types.ts";
import { adapterQueryOf, attributeAnswer, attributeGradients } from "./attribute.ts";
import { buildAdapterIndex } from "./build.ts";
import { adapterRowBytes, decodeAdapterRow } from "./format.ts";
import { openAdapterSession } from "./gradients.ts";
import { packView } from "./pack.ts";
import { loadAdapter } from "./resident.ts";
import { adapterRowScore, scoreAdapterRows } from "./score.ts";
import { asAnswer, type TinyAdapter, tinyAdapter } from "./testing/tiny-adapter.ts";
import type { AdapterBlobs, AdapterSession, BuiltAdapterIndex, ResidentAdapter } from "./types.ts";
import { whitened } from "./whitening.ts";

let tiny: TinyAdapter;
let built: BuiltAdapterIndex;
let blobs: AdapterBlobs;
let resident: ResidentAdapter;
let session: AdapterSession;

beforeAll(async () => {
  tiny = await tinyAdapter();
  built = await buildAdapterIndex(tiny.input, { workers: 1 });
  const { headerBytes: header, rows, basis } = built;
  blobs = { header, rows, basis, ...tiny.input.job, weights: tiny.weights };
  resident = loadAdapter(blobs);
  session = openAdapterSession(resident);
});

afterAll(() => session.close());

test("an answer that repeats a row is attributed to that row first, whichever it is", async () => {
  let paidInFull = 0;
  for (const [i, { tokens }] of tiny.input.rows.entries()) {
    const { prompt, answer } = asAnswer(tokens);
    const { scores, settlement } = await attributeAnswer(resident, session, prompt, answer);
    expect(scores.indexOf(Math.max(...scores))).toBe(i);
    const { standing, overlap } = resident.columns;
    if (standing[i] === STANDING.paid && overlap[i]! < OVERLAP_ONE / 8) {
      paidInFull++;
      expect(settlement.entries[0]).toMatchObject({ item: i });
    }
    const paid = settlement.entries.reduce((sum, { weight }) => sum + weight, 0n);
    expect(paid + settlement.capExcess + settlement.unattributed).toBe(ONE_SHARE);
  }
  expect(paidInFull).toBeGreaterThan(4);
});

test("the kernel's scores are the plain integer definition", async () => {
  const { prompt, answer } = asAnswer(tiny.encode("Eve mends a copper wheel, Ann 3"));
  const { query, scores } = await attributeAnswer(resident, session, prompt, answer);
  for (const [i, score] of scores.entries()) {
    const row = decodeAdapterRow(built.header, adapterRowBytes(built.rows, built.header, i));
    expect(adapterRowScore(built.header, row, query).score).toBe(score);
    expect(Number.isSafeInteger(score)).toBe(true);
  }
});

test("integer scores are the float ones within the rounding of both sides", async () => {
  const { prompt, answer } = asAnswer(tiny.encode("Cid paints seven doors of the sea"));
  const gradients = await session.gradients(prompt, answer);
  const query = adapterQueryOf(resident, gradients);
  const scores = scoreAdapterRows(resident, query);
  const unit = Math.min(...query.exponents.map((e, v) => e + built.header.views[v]!.baseExponent));
  for (const [i, { tokens }] of tiny.input.rows.entries()) {
    const own = asAnswer(tokens);
    // A row's loss is the mean over its own window: the same gradient as that of the row as an answer.
    const rowGradients = await session.gradients(own.prompt, own.answer);
    let [exact, bound] = [0, 0];
    for (const [v, { whitening }] of resident.views.entries()) {
      const [q, r] = [gradients, rowGradients].map((g) => whitened(resident.turners[v]!.turn(g[v]!), whitening));
      const halves = [packView(q!), packView(r!)].map(({ exponent }) => 2 ** exponent);
      for (let k = 0; k < q!.length; k++) {
        exact += q![k]! * r![k]!;
        bound += halves[0]! * Math.abs(r![k]!) + halves[1]! * Math.abs(q![k]!) + halves[0]! * halves[1]!;
      }
    }
    expect(Math.abs(scores[i]! * 2 ** unit - exact)).toBeLessThan(bound);
  }
});

test("threads, the exact reference and a second session give the same integers", async () => {
  const { prompt, answer } = asAnswer(tiny.encode("Dora counts the broken doors"));
  const first = await attributeAnswer(resident, session, prompt, answer);
  for (const options of [{ workers: 2 }, { reference: true }]) {
    const other = openAdapterSession(resident, options);
    try {
      const again = await attributeAnswer(loadAdapter(blobs), other, prompt, answer);
      expect(again.query).toEqual(first.query);
      expect(again.scores).toEqual(first.scores);
      expect(again.settlement).toEqual(first.settlement);
      expect(again.witness).toEqual(first.witness);
    } finally {
      await other.close();
    }
  }
});

test("the prompt is masked: what it says changes the answer's gradient only through what the model makes of it", async () => {
  const answer = tiny.encode("a broken wheel");
  const one = await session.gradients(Int32Array.of(0), answer);
  const two = await session.gradients(Int32Array.of(0, 5, 6), answer);
  expect(one[0]).not.toEqual(two[0]);
  await expect(session.gradients(Int32Array.of(), answer)).rejects.toMatchObject({ code: "bad-shape" });
  await expect(session.gradients(Int32Array.of(0), new Int32Array(25))).rejects.toMatchObject({ code: "bad-shape" });
  await expect(session.gradients(Int32Array.of(0), Int32Array.of(9999))).rejects.toMatchObject({ code: "bad-bytes" });
});

test("questions of one session are answered in order, however many are asked at once", async () => {
  const answers = ["sings of the sea", "counts coins", "paints"].map((text) => tiny.encode(text));
  const together = await Promise.all(answers.map((answer) => session.gradients(Int32Array.of(0), answer)));
  for (const [i, answer] of answers.entries()) {
    expect(await session.gradients(Int32Array.of(0), answer)).toEqual(together[i]);
  }
});

test("the witness holds safe integers, and none of them is posted", async () => {
  const { prompt, answer } = asAnswer(tiny.encode("Bob mends the tall door"));
  const { witness, scores } = await attributeAnswer(resident, session, prompt, answer);
  expect(witness).toHaveLength(432 + scores.length);
  expect(witness.every(Number.isSafeInteger)).toBe(true);
  expect(witness.subarray(432)).toEqual(scores);
});

test("gradients of another adapter are refused, and a query of zeros pays nobody", () => {
  expect(() => adapterQueryOf(resident, [new Float64Array(3)])).toThrow(/1 gradients for 3 views/);
  const zeros = resident.views.map(() => new Float64Array(432));
  const { settlement, scores } = attributeGradients(resident, zeros);
  expect(scores.every((score) => score === 0)).toBe(true);
  expect(settlement).toMatchObject({ entries: [], unattributed: ONE_SHARE });
});

test("a query that does not fit is refused", () => {
  const query = adapterQueryOf(
    resident,
    resident.views.map(() => new Float64Array(432).fill(1)),
  );
  const bad = [
    { ...query, vectors: query.vectors.slice(1) },
    { ...query, vectors: query.vectors.map((v) => v.slice(1)) },
    { ...query, exponents: [0, 90, 0] },
    { ...query, vectors: query.vectors.map(() => new Int8Array(432).fill(-128)) },
  ];
  for (const one of bad) expect(() => scoreAdapterRows(resident, one)).toThrow(/query/);
});
