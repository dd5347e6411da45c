import { describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { builtInEncoder } from "../influence/encoders/index.ts";
import { int32Bytes, weightsHash } from "../influence/grid.ts";
import { encodeModel } from "../influence/model-format.ts";
import { gateBytes } from "../pipeline/training.ts";
import type { SourceRows } from "./job/data.ts";
import { encodeLog, encodeManifest, type JobResult, runJob, stateRoot } from "./job/index.ts";
import { graphJob, LABELS, sourceRows } from "./testing/jobs.ts";
import { foldOf, trainFolds } from "./train-folds.ts";
import { trainHead } from "./train-head.ts";
import { drawSegments, stepOf, verifyTraining } from "./verify-claim.ts";

const encoder = builtInEncoder("hashed-ngram-512");
const SEED = sha256(utf8Bytes("beacon"));
const OTHER_SEED = sha256(utf8Bytes("another beacon"));
const readBlob = async (id: string): Promise<Uint8Array> => {
  throw new Error(`nobody has ${id}`);
};

async function claimedHead(sources: readonly SourceRows[]) {
  const rows = sources.flatMap((source) => source.rows);
  const features = await encoder.encodeAll(rows.map(({ text }) => text));
  const labels = rows.map(({ label }) => LABELS.indexOf(label));
  const set = { features, dims: 512, classes: 2, labels };
  const lambda = 5_000_000_000 / 2 ** 40;
  const head = await trainHead(set, { lambda });
  const folds = await trainFolds({ ...set, folds: rows.map(({ contributor }) => foldOf(contributor)) }, { lambda });
  const manifest: TrainingManifest = {
    algorithm: "softmax-head-1",
    encoder: encoder.id,
    encoderHash: encoder.specHash,
    snapshots: sources.map(({ snapshot }) => snapshot),
    snapshotRoots: sources.map(({ root }) => root),
    labels: LABELS,
    rows: rows.length,
    rowsRoot: merkleRoot(rows.map(({ itemId }) => itemId)),
    lambdaGrid: 5_000_000_000n,
    weightsHash: head.hash,
    foldHashes: folds.hashes.map((hash) => hash ?? new Uint8Array(0)),
    gateHash: sha256(gateBytes(folds.gate)),
  };
  const model = { encoderId: encoder.id, dims: 512, labels: LABELS, weights: head.weights };
  return { manifest, model, rows: sources };
}

type Head = Awaited<ReturnType<typeof claimedHead>>;
const bytesOf = ({ manifest, model, rows }: Head) => ({
  manifest: encodeBytes(TrainingManifest, manifest),
  model: encodeModel(model),
  ...{ rows, encoder, readBlob },
});

describe("the claim of a head", async () => {
  const sources = [sourceRows("x/1", 40), sourceRows("y/1", 30)];
  const claimed = await claimedHead(sources);

  test("default: accepted, with a witness that differs by seed and not by workers", async () => {
    const one = await verifyTraining(bytesOf(claimed), SEED, { workers: 1 });
    const two = await verifyTraining(bytesOf(claimed), SEED, { workers: 2 });
    expect(one).toMatchObject({ verdict: "accept" });
    expect(two.witness).toEqual(one.witness);
    expect(one.witness.some((value) => value !== 0)).toBe(true);
    expect(one.witness.every(Number.isSafeInteger)).toBe(true);
    expect((await verifyTraining(bytesOf(claimed), OTHER_SEED)).witness).not.toEqual(one.witness);
  });

  test("behavior: weights trained on other rows are no optimum of the claimed ones", async () => {
    const [x, y] = sources as [SourceRows, SourceRows];
    const swapped = { ...x, rows: x.rows.map((row, i) => (i === 5 ? { ...row, text: "the melon, swapped" } : row)) };
    const verdict = await verifyTraining({ ...bytesOf(claimed), rows: [swapped, y] }, SEED);
    expect(verdict).toMatchObject({ verdict: "reject" });
    expect(verdict.reason).toMatch(/^the weights are no optimum of the claimed rows/);
  });

  test("behavior: one unit of one weight is found", async () => {
    const weights = claimed.model.weights.map((w, i) => (i === 77 ? w + 1 : w));
    const manifest = { ...claimed.manifest, weightsHash: weightsHash(weights) };
    const verdict = await verifyTraining(bytesOf({ ...claimed, manifest, model: { ...claimed.model, weights } }), SEED);
    expect(verdict.reason).toMatch(/^the head trained on the claimed rows is/);
  });

  test("behavior: wrong fold heads and gates are found", async () => {
    const { manifest } = claimed;
    const foldHashes = manifest.foldHashes.map((hash, i) => (i === 2 ? manifest.gateHash : hash));
    const wrong = (change: Partial<TrainingManifest>) =>
      verifyTraining(bytesOf({ ...claimed, manifest: { ...manifest, ...change } }), SEED);
    expect((await wrong({ foldHashes })).reason).toMatch(/^the head of fold 2 is/);
    expect((await wrong({ gateHash: manifest.weightsHash })).reason).toBe("the gates have another hash");
  });

  test("behavior: a DataNet that is claimed or hidden falsely is found in the lineage", async () => {
    const claim = bytesOf(claimed);
    const hidden = await verifyTraining({ ...claim, rows: sources.slice(0, 1) }, SEED);
    expect(hidden.reason).toMatch(/^lineage: the manifest names x\/1, y\/1; the rows are of x\/1/);
    const lie = {
      ...claimed,
      manifest: { ...claimed.manifest, snapshots: ["x/1"], snapshotRoots: [sources[0]!.root] },
    };
    const narrow = await verifyTraining({ ...bytesOf(lie), rows: sources.slice(0, 1) }, SEED);
    expect(narrow.reason).toMatch(/^lineage: the manifest has 70 rows, the snapshots give 40/);
  });
});

describe("the claim of a job on a graph", async () => {
  const job = graphJob("full", { checkpointEvery: 2 });
  const states: Uint8Array[] = [];
  const result: JobResult = await runJob(job.manifest, job.data, {
    workers: 1,
    onEvent: (event) => {
      if (event.kind === "checkpoint") states.push(event.progress.state);
    },
  });
  const blobs = new Map(states.map((state, i) => [Buffer.from(result.log.stateBlobs[i]!).toString("hex"), state]));
  const claim = {
    manifest: encodeManifest(job.manifest),
    model: int32Bytes(result.weights),
    log: encodeLog(result.log),
    logRoot: result.logRoot,
    rows: job.data.sources,
    encoder,
    graph: job.data.graph!,
    readBlob: async (id: string) => blobs.get(id) ?? readBlob(id),
  };

  test("default: segments that the seed draws are executed again; the witness is one of their gradients", async () => {
    const verdict = await verifyTraining(claim, SEED, { segments: 2 });
    expect(verdict).toMatchObject({ verdict: "accept" });
    expect(verdict.witness).toHaveLength(result.weights.length);
    expect(verdict.witness.some((value) => value !== 0)).toBe(true);
  });

  test("behavior: segments are drawn by the seed, the last one is among them", () => {
    const drawn = [SEED, OTHER_SEED].map((seed) => drawSegments(result.log, seed, 3).map(({ from }) => from));
    for (const segments of drawn) expect(segments.at(-1)).toBe(result.log.checkpoints.length - 2);
    expect(drawn[0]).not.toEqual(drawn[1]);
    expect(drawSegments(result.log, SEED, 100)).toHaveLength(result.log.checkpoints.length - 1);
  });

  test("behavior: other weights than the log's, or another root, are rejected", async () => {
    const model = claim.model.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    expect((await verifyTraining({ ...claim, model }, SEED)).reason).toBe("the weights are not those of the log");
    expect((await verifyTraining({ ...claim, logRoot: SEED }, SEED)).reason).toMatch(/^the log's root is/);
  });

  test("behavior: a claim whose states nobody has is not judged", async () => {
    await expect(verifyTraining({ ...claim, readBlob }, SEED)).rejects.toThrow("nobody has");
  });

  test("behavior: the exact reference gives the state after a disputed step", async () => {
    const { manifest, log } = { manifest: claim.manifest, log: result.log };
    const rounding = (log.rounding?.entries ?? []).filter(({ step }) => step === 3n);
    const first = await stepOf({ manifest, data: job.data });
    expect(first.root).toEqual(log.checkpoints[0]!.stateRoot);
    const third = await stepOf({ manifest, data: job.data, state: states[1], rounding });
    const fourth = await stepOf({ manifest, data: job.data, state: third.state, rounding: [] });
    expect(fourth.root).toEqual(log.checkpoints[2]!.stateRoot);
    expect(stateRoot(fourth.state)).toEqual(fourth.root);
  });
});
