import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexedModel } from "../../test/bench/fixture.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { attribute } from "./attribute.ts";
import { clusters, snapshotWitness } from "./dedupe.ts";
import { VerifierPool } from "./pool.ts";
import { loadModel, type ResidentModel } from "./resident.ts";
import { sketches } from "./sketch.ts";
import type { ModelBlobs } from "./types.ts";
import { blobWitness, resultWitness } from "./witness.ts";

/** A replacement has to start first, on a machine that may be busy. */
const PATIENT = { timeout: 30_000 };

const data = syntheticData(120, "pool", 3);
let blobs: ModelBlobs;
let resident: ResidentModel;
let pool: VerifierPool;
beforeAll(async () => {
  blobs = (await indexedModel(data.train, data.labels, { lambda: 1e-3 })).blobs;
  resident = loadModel(blobs);
  pool = await VerifierPool.open({ workers: 2 });
  await pool.load("model", blobs);
});
afterAll(() => pool.close());

describe("VerifierPool", () => {
  test("behavior: ONNX Runtime in a worker and the exact reference give the same integers", async () => {
    for (const { text } of data.test) {
      const here = attribute(resident, text);
      const there = await pool.attribute("model", text);
      expect(there).toEqual(here);
    }
  });

  test("behavior: a recomputation brings its witness", async () => {
    const { text } = data.test[0]!;
    const done = await pool.verifyResult({ modelKey: "model", text });
    if (done.verdict !== "recomputed") throw new Error(done.reason);
    const { answer, scores } = attribute(resident, text);
    expect(done.attribution).toEqual(attribute(resident, text));
    expect(done.witness).toEqual(resultWitness(resident.encoder.encode(text), answer, scores));
  });

  test("behavior: abstains without the model", async () => {
    const verdict = await pool.verifyResult({ modelKey: "absent", text: "x" });
    expect(verdict).toMatchInlineSnapshot(`
      {
        "reason": "model absent is not resident; load its blobs first",
        "verdict": "abstain",
      }
    `);
  });

  test("behavior: many calls at once keep their answers apart", async () => {
    const texts = data.test.map(({ text }) => text);
    const answers = await Promise.all(texts.map((text) => pool.attribute("model", text)));
    for (const [i, text] of texts.entries()) expect(answers[i]).toEqual(attribute(resident, text));
  });

  test("sketches, clusters and blob witnesses are the library's", async () => {
    const seeds = [new Uint8Array(32).fill(1)];
    const witness = Float64Array.of(1, -2, 3);
    const texts = data.train.map(({ text }) => text);
    expect(await pool.sketches(witness, seeds)).toEqual(sketches(witness, seeds));
    expect(await pool.clusters(texts)).toEqual({ ...clusters(texts), witness: snapshotWitness(texts) });
    expect(await pool.blobWitness(Uint8Array.of(1, 2, 3))).toEqual(blobWitness(Uint8Array.of(1, 2, 3)));
  });

  test("behavior: damaged blobs are refused and leave no model behind", async () => {
    await expect(pool.load("damaged", { ...blobs, rows: blobs.rows.subarray(1) })).rejects.toMatchObject({
      code: "hash-mismatch",
    });
    expect(pool.has("damaged")).toBe(false);
  });

  test("behavior: the least recently used model leaves when memory is short", async () => {
    const small = await VerifierPool.open({ memoryBytes: Math.floor(2.5 * resident.bytes) });
    for (const key of ["a", "b"]) await small.load(key, blobs);
    await small.attribute("a", "card");
    await small.load("c", blobs);
    expect(["a", "b", "c"].map((key) => small.has(key))).toEqual([true, false, true]);
    expect(small.residentBytes).toBeLessThanOrEqual(2.5 * resident.bytes);
    await small.close();
  });

  test("behavior: a model beyond the cap is refused", async () => {
    const tiny = await VerifierPool.open({ memoryBytes: 1000 });
    await expect(tiny.load("a", blobs)).rejects.toMatchObject({ code: "no-model" });
    await tiny.close();
  });

  test("behavior: a worker that dies is replaced, with its models", async () => {
    const mortal = await VerifierPool.open();
    await mortal.load("model", blobs);
    const [client] = Reflect.get(mortal, "workers") as object[];
    await (Reflect.get(client!, "worker") as Worker).terminate();
    const { text } = data.test[0]!;
    await expect
      .poll(async () => (await mortal.verifyResult({ modelKey: "model", text })).verdict, PATIENT)
      .toBe("recomputed");
    await mortal.close();
  });

  test("behavior: a closed pool fails its calls instead of hanging", async () => {
    const closed = await VerifierPool.open();
    await closed.close();
    await expect(closed.blobWitness(new Uint8Array(1))).rejects.toMatchObject({ code: "worker-lost" });
  });
});
