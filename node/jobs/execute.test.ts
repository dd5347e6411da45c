import { beforeAll, describe, expect, test } from "vitest";
import type { JobData } from "../factory/job/data.ts";
import {
  decodeLog,
  encodeLog,
  encodeManifest,
  type JobManifest,
  type JobResult,
  logRoot,
  runJob,
} from "../factory/job/index.ts";
import { roundingHash } from "../factory/job/log.ts";
import { graphJob, headJob, SEED, sourceRows } from "../factory/testing/jobs.ts";
import { int32Bytes } from "../influence/grid.ts";
import { artefactId } from "../pipeline/snapshot-table.ts";
import { drawnSteps, FULL_STEPS, isLong, JOB_SEGMENTS, MOST_DRAWN_STEPS } from "./drawn.ts";
import type { ClaimedResult } from "./examine.ts";
import { execute } from "./execute.ts";
import type { JobInputs } from "./job-data.ts";

function claimOf(result: JobResult): ClaimedResult {
  return {
    steps: Number(result.log.head?.steps ?? 0n),
    weightsHash: result.hash,
    logRoot: result.logRoot,
    log: encodeLog(result.log),
    weights: int32Bytes(result.weights),
    published: result.log.checkpoints.slice(1).map(({ step, stateRoot }) => ({ step: Number(step), root: stateRoot })),
  };
}

function inputsOf(manifest: JobManifest, data: JobData): JobInputs {
  const { sources, graph } = data;
  return { manifest: encodeManifest(manifest), sources, graph, tokenizer: undefined, encoder: undefined };
}

/** A short job is executed from its start: no state is asked for. */
const noBlob = () => Promise.reject(new Error("no blob is needed"));

const NAMES = ["head", "lora"] as const;

describe.each(NAMES)("the result of a %s job", (name) => {
  const { manifest, data } = name === "head" ? headJob() : graphJob("lora");
  const inputs = inputsOf(manifest, data);
  let result: JobResult;
  let claimed: ClaimedResult;

  beforeAll(async () => {
    result = await runJob(manifest, data, { workers: 1 });
    claimed = claimOf(result);
  });

  const examine = (changes: Partial<ClaimedResult> = {}, workers = 1) =>
    execute({ inputs, claimed: { ...claimed, ...changes }, seed: SEED, workers }, noBlob);

  test("is right when it follows from the manifest, with a witness that nothing posted holds", async () => {
    const found = await examine();
    expect(found).toMatchObject({ wrong: undefined });
    if (!("witness" in found)) throw new Error("no witness");
    expect(found.witness).toHaveLength(6 * claimed.steps);
    const posted = Buffer.from(claimed.log);
    const word = Buffer.alloc(4);
    const known = [...found.witness].filter((value) => {
      word.writeUInt32LE(value);
      return posted.includes(word);
    });
    // A head that is done has the posted hash for its digest until the next fold begins.
    expect(known.length).toBeLessThan(found.witness.length / 10);
    expect(await examine({}, 2)).toEqual(found);
  });

  test("is wrong from the first step that differs, as two verifiers agree", async () => {
    const log = {
      ...result.log,
      curve: result.log.curve.map((point) => ({ ...point, digest: point.digest.slice().fill(7) })),
    };
    const lie = { ...claimed, log: encodeLog(log), logRoot: logRoot(log) };
    const found = await examine(lie);
    expect(found).toMatchObject({ wrong: expect.stringContaining("step 1") });
    expect(await examine(lie, 2)).toEqual(found);
  });

  test("is wrong when hashes, steps, blobs or published checkpoints are not those of its log", async () => {
    const foreign = new Uint8Array(32).fill(9);
    const wrong = async (changes: Partial<ClaimedResult>) => {
      const found = await examine(changes);
      if (!("witness" in found)) return "inconsistent";
      expect(found.witness.length).toBeGreaterThan(0);
      return found.wrong;
    };
    expect(await wrong({ logRoot: foreign })).toContain("another root");
    expect(await wrong({ steps: claimed.steps + 1 })).toContain("steps");
    expect(await wrong({ weightsHash: foreign })).toContain("other weights");
    expect(await wrong({ weights: new Uint8Array(8) })).toContain("another hash");
    expect(await wrong({ log: new Uint8Array(9).fill(255) })).toContain("log");
    expect(await wrong({ published: [{ step: 4, root: foreign }] })).toContain("no checkpoint");
  });

  test("is nobody's to judge when the manifest hides or invents data", async () => {
    const hidden = { ...inputs, sources: [...inputs.sources, sourceRows("y/1", 8)] };
    expect(await execute({ inputs: hidden, claimed, seed: SEED, workers: 1 }, noBlob)).toMatchObject({
      inconsistent: expect.stringContaining("snapshots"),
    });
  });
});

describe("a long job", () => {
  const STEPS = 520;
  const { manifest, data } = graphJob("lora", { epochs: STEPS / 4, checkpointEvery: 20 });
  const inputs = inputsOf(manifest, data);
  const blobs = new Map<string, Uint8Array>();
  let claimed: ClaimedResult;

  const readBlob = async (id: string) => {
    const bytes = blobs.get(id);
    if (!bytes) throw new Error(`no blob ${id}`);
    return bytes;
  };

  beforeAll(async () => {
    const result = await runJob(manifest, data, {
      workers: 1,
      onEvent: (event) => {
        if (event.kind === "checkpoint") blobs.set(artefactId(event.progress.state), event.progress.state);
      },
    });
    claimed = claimOf(result);
    expect(claimed.steps).toBe(STEPS);
  });

  const examine = (changes: Partial<ClaimedResult> = {}, read = readBlob) =>
    execute({ inputs, claimed: { ...claimed, ...changes }, seed: SEED, workers: 1 }, read);

  test("is executed in segments that the seed draws, from the states that its trainer published", async () => {
    const asked: string[] = [];
    const found = await examine({}, (id) => {
      asked.push(id);
      return readBlob(id);
    });
    expect(found).toMatchObject({ wrong: undefined });
    expect(asked.length).toBeGreaterThanOrEqual(JOB_SEGMENTS - 1);
    expect(asked.length).toBeLessThanOrEqual(JOB_SEGMENTS);
    if (!("witness" in found)) throw new Error("no witness");
    expect(found.witness.some((value) => value !== 0)).toBe(true);
  });

  test("is wrong when a drawn segment ends elsewhere, and cannot be judged while a state is missing", async () => {
    const log = decodeLog(claimed.log);
    const checkpoints = log.checkpoints.map((each, i) =>
      i === log.checkpoints.length - 1 ? { ...each, stateRoot: SEED } : each,
    );
    const lie = { ...log, checkpoints };
    expect(await examine({ log: encodeLog(lie), logRoot: logRoot(lie), published: [] })).toMatchObject({
      wrong: expect.stringContaining("the state's root"),
    });
    await expect(examine({}, noBlob)).rejects.toThrow("no blob is needed");
  });

  test("is wrong when its trainer left checkpoints out, whose segments nobody could execute", async () => {
    const log = decodeLog(claimed.log);
    const ends = [
      log.checkpoints[0]!,
      { ...log.checkpoints.at(-1)!, roundingHash: roundingHash(log.rounding!.entries) },
    ];
    const lie = {
      ...log,
      head: { ...log.head!, every: STEPS },
      checkpoints: ends,
      stateBlobs: [log.stateBlobs[0]!, log.stateBlobs.at(-1)!],
    };
    const found = await examine({ log: encodeLog(lie), logRoot: logRoot(lie), published: [] }, noBlob);
    expect(found).toMatchObject({ wrong: "the log has a checkpoint every 520 steps, the manifest one every 20" });
    expect("witness" in found && found.witness.length).toBe(6 * FULL_STEPS);
  });

  test("without a usable log is executed no further than a short job", async () => {
    const found = await examine({ log: new Uint8Array(9).fill(255) }, noBlob);
    expect(found).toMatchObject({ wrong: expect.stringContaining("log") });
    expect("witness" in found && found.witness.length).toBe(6 * FULL_STEPS);
  });

  test("is not executed when its segments are too long for a claim's time", () => {
    const log = decodeLog(claimed.log);
    const stretched = log.checkpoints.map((each) => ({ ...each, step: each.step * 100n }));
    expect(isLong(log)).toBe(true);
    expect(drawnSteps(log, SEED)).toBe(JOB_SEGMENTS * 20);
    expect(drawnSteps({ ...log, checkpoints: stretched }, SEED)).toBeGreaterThan(MOST_DRAWN_STEPS);
  });
});
