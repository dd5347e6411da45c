import { beforeAll, describe, expect, test } from "vitest";
import type { JobData } from "../factory/job/data.ts";
import { encodeLog, encodeManifest, type JobManifest, type JobResult, logRoot, runJob } from "../factory/job/index.ts";
import { graphJob, headJob, sourceRows } from "../factory/testing/jobs.ts";
import { int32Bytes } from "../influence/grid.ts";
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
    execute({ inputs, claimed: { ...claimed, ...changes }, workers });

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
    expect(await execute({ inputs: hidden, claimed, workers: 1 })).toMatchObject({
      inconsistent: expect.stringContaining("snapshots"),
    });
  });
});
