import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { syntheticIndex, syntheticQuery } from "../../test/bench/synthetic-index.ts";
import { attribute } from "./attribute.ts";
import { endThread } from "./native-threads.ts";
import { VerifierPool } from "./pool.ts";
import { LEAST_SHARED_ROWS, openModel, type SharedModel, shareModel } from "./resident.ts";
import { scoreRows } from "./score.ts";
import { ScoreCrew } from "./score-crew.ts";
import type { ModelBlobs } from "./types.ts";
import { resultWitness } from "./witness.ts";

const ROWS = LEAST_SHARED_ROWS + 7;
const PATIENT = { timeout: 30_000 };

let blobs: ModelBlobs;
let shared: SharedModel;
beforeAll(() => {
  blobs = syntheticIndex(ROWS);
  shared = shareModel(blobs);
}, 30_000);

describe("ScoreCrew", () => {
  test("behavior: helpers change no score, and neither does their death with a query under way", async () => {
    const crew = new ScoreCrew(0, 2);
    crew.adopt("large", shared, "wide");
    const resident = openModel(shared);
    for (let round = 0; round < 6; round++) {
      const query = syntheticQuery(shared.header, 30 + round);
      const scores = crew.score("large", resident, query, crew.room("large", ROWS));
      expect(scores.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(Buffer.compare(Buffer.from(scores.buffer), Buffer.from(scoreRows(resident, query).buffer))).toBe(0);
      // One of them ends while its next messages wait.
      if (round === 2) void crew.helpers[0]!.terminate();
      await sleep(5);
    }
    await expect.poll(() => crew.helpers.length, PATIENT).toBe(2);
    await Promise.all(crew.helpers.map((helper) => helper.terminate()));
    crew.drop("large");
  });

  test("default: a small index starts no thread", () => {
    const crew = new ScoreCrew(0, 2);
    crew.adopt("small", shareModel(syntheticIndex(10, { dims: 20 })), "wide");
    expect(crew.helpers).toEqual([]);
    expect(crew.room("small", 3).buffer).toBeInstanceOf(ArrayBuffer);
  });
});

describe("VerifierPool with a large index", () => {
  let pool: VerifierPool;
  beforeAll(async () => {
    pool = await VerifierPool.open();
    await pool.load("large", blobs);
  }, 30_000);
  afterAll(() => pool.close());

  test("behavior: the same integers as the exact reference on one thread, witness included", async () => {
    const resident = openModel(shared);
    for (const text of ["where is my card", "the exchange rate is wrong"]) {
      const expected = attribute(resident, text);
      const done = await pool.verifyResult({ modelKey: "large", text });
      if (done.verdict !== "recomputed") throw new Error(done.reason);
      expect(done.attribution.settlement).toEqual(expected.settlement);
      expect(done.attribution.query).toEqual(expected.query);
      const witness = resultWitness(resident.encoder.encode(text), expected.answer, expected.scores);
      expect(Buffer.compare(Buffer.from(done.witness.buffer), Buffer.from(witness.buffer))).toBe(0);
    }
  });

  test("behavior: a worker that dies with queries under way abstains, and the next one answers", async () => {
    const ask = () => pool.verifyResult({ modelKey: "large", text: "cash" });
    const underWay = Array.from({ length: 30 }, ask);
    const [client] = Reflect.get(pool, "workers") as object[];
    await endThread(Reflect.get(client!, "worker") as Worker);
    expect((await Promise.all(underWay)).at(-1)).toEqual({ verdict: "abstain", reason: "a verifier worker ended" });
    await expect.poll(async () => (await ask()).verdict, PATIENT).toBe("recomputed");
  });
});
