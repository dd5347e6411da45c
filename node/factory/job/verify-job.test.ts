import { beforeAll, describe, expect, test } from "vitest";
import { graphJob, headJob, sourceRows } from "../testing/jobs.ts";
import {
  dataFields,
  type JobData,
  type JobManifest,
  type JobResult,
  manifestHash,
  runJob,
  type SourceRows,
  splitRows,
  type TrainingLog,
  type VerifyOptions,
  verifyJob,
} from "./index.ts";

type Job = { readonly manifest: JobManifest; readonly data: JobData };
type Trained = Job & { readonly result: JobResult; readonly states: Uint8Array[] };

async function trained({ manifest, data }: Job): Promise<Trained> {
  const states: Uint8Array[] = [];
  const result = await runJob(manifest, data, {
    workers: 1,
    onEvent: (event) => {
      if (event.kind === "checkpoint") states.push(event.progress.state);
    },
  });
  return { manifest, data, result, states };
}

/** One thread: the threads of the others' tests are enough. */
const verify = (
  manifest: JobManifest,
  data: JobData,
  log: TrainingLog,
  part: Parameters<typeof verifyJob>[3] = "all",
  options: VerifyOptions = {},
) => verifyJob(manifest, data, log, part, { workers: 1, ...options });

const flipped = (bytes: Uint8Array, at = 0) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

/** Rows with one exchanged for a row of another text under the same item id. */
function swapped(sources: readonly SourceRows[], at: number): SourceRows[] {
  return sources.map((source) => ({
    ...source,
    rows: source.rows.map((row, i) => (i === at ? { ...row, text: "something else altogether" } : row)),
  }));
}

describe.each([
  ["head", () => headJob()],
  ["full", () => graphJob("full")],
])("a finished %s job", (_name, job) => {
  let done: Trained;
  const readState = async (index: number) => done.states[index]!;
  beforeAll(async () => {
    done = await trained(job());
  });

  test("default: executed again, every step and checkpoint agrees", async () => {
    const { manifest, data, result } = done;
    const verdict = await verify(manifest, data, result.log, "all", { weights: result.weights });
    expect(verdict).toMatchObject({ agrees: true, reason: undefined });
    expect(verdict.steps).toHaveLength(result.log.curve.length);
    expect(verdict.checkpoints).toHaveLength(result.log.checkpoints.length);
  });

  test("behavior: a segment between two checkpoints agrees by itself, by the exact reference too", async () => {
    const { manifest, data, result } = done;
    const part = { from: 1, to: 2 };
    for (const reference of [false, true]) {
      const verdict = await verify(manifest, data, result.log, part, { readState, reference });
      expect(verdict).toMatchObject({ agrees: true });
      expect(verdict.steps).toHaveLength(manifest.checkpointEvery);
    }
  });

  test("behavior: a tampered checkpoint is found where it is, and after it the state it claims is not used", async () => {
    const { manifest, data, result } = done;
    const checkpoints = result.log.checkpoints.map((c, i) => (i === 1 ? { ...c, stateRoot: flipped(c.stateRoot) } : c));
    const log = { ...result.log, checkpoints };
    const verdict = await verify(manifest, data, log);
    expect(verdict).toMatchObject({ agrees: false, firstStep: Number(checkpoints[1]!.step) });
    expect(verdict.reason).toMatch(/^checkpoint 1: the state's root is/);
    const after = await verify(manifest, data, log, { from: 1, to: 2 }, { readState });
    expect(after.reason).toMatch(/another root than the log's/);
  });

  test("behavior: a tampered step is found at that step", async () => {
    const { manifest, data, result } = done;
    const curve = result.log.curve.map((at) => (at.step === 7n ? { ...at, digest: flipped(at.digest) } : at));
    const verdict = await verify(manifest, data, { ...result.log, curve });
    expect(verdict).toMatchObject({ agrees: false, firstStep: 7 });
  });

  test("behavior: training on a swapped row shows in the first epoch", async () => {
    const { manifest, data, result } = done;
    const [first] = splitRows(data.sources, manifest.seed, manifest.heldOutPart).training;
    const other = { ...data, sources: swapped(data.sources, data.sources[0]!.rows.indexOf(first!)) };
    const again = await verify(manifest, other, result.log);
    expect(again.agrees).toBe(false);
    expect(again.firstStep).toBeLessThanOrEqual(manifest.batch === 0 ? 1 : Math.ceil(manifest.rows / manifest.batch));
  });

  test("behavior: a rounding choice that nobody had is found at its step", async () => {
    const { manifest, data, result } = done;
    if (manifest.batch === 0) return;
    const extra = { step: 4n, micro: 0, element: 2n, value: 1_000_000n };
    const entries = [...(result.log.rounding?.entries ?? []), extra].sort((a, b) => Number(a.step - b.step));
    const verdict = await verify(manifest, data, { ...result.log, rounding: { entries } });
    expect(verdict).toMatchObject({ agrees: false, firstStep: 4 });
    expect(verdict.reason).toMatch(/^rounding log: step 4 micro batch 0 element 2 is/);
  });
});

describe("lineage", () => {
  const apples = sourceRows("apples/1", 24);
  const pears = sourceRows("pears/1", 24);

  /** The manifest of a job on `named`, with rows as those of `counted`. */
  function claiming(named: readonly SourceRows[], counted: readonly SourceRows[]): JobManifest {
    const { manifest } = graphJob("full", { sources: named });
    const fields = dataFields(counted, manifest.seed, manifest.heldOutPart);
    return { ...manifest, ...fields, sources: dataFields(named, manifest.seed, 0).sources };
  }

  test("behavior: a manifest that claims a DataNet whose rows are not in its rows root fails", async () => {
    const { manifest, data, result } = await trained(graphJob("full", { sources: [apples] }));
    const claimed = claiming([apples, pears], [apples]);
    const verdict = await verify(claimed, { ...data, sources: [apples, pears] }, result.log);
    expect(verdict).toMatchObject({ agrees: false });
    expect(verdict.reason).toMatch(/^lineage: rows trained on is 20 in the manifest, the snapshots give 39/);
    expect(manifest.rows).toBe(20);
  });

  test("behavior: a manifest that hides a DataNet it trained on fails", async () => {
    const { data, result } = await trained(graphJob("full", { sources: [apples, pears] }));
    const hiding = claiming([apples], [apples, pears]);
    const verdict = await verify(hiding, { ...data, sources: [apples] }, result.log);
    expect(verdict).toMatchObject({ agrees: false });
    expect(verdict.reason).toMatch(/^lineage: rows trained on/);
  });

  test("behavior: consistent lies about either are found by the first step", async () => {
    const both = graphJob("full", { sources: [apples, pears] });
    const one = graphJob("full", { sources: [apples] });
    const [trainedOnBoth, trainedOnOne] = [await trained(both), await trained(one)];
    for (const [claim, truth] of [
      [both, trainedOnOne],
      [one, trainedOnBoth],
    ] as const) {
      const log = {
        ...truth.result.log,
        head: { ...truth.result.log.head!, manifestHash: manifestHash(claim.manifest) },
      };
      const verdict = await verify(claim.manifest, claim.data, log);
      expect(verdict).toMatchObject({ agrees: false });
      expect(verdict.firstStep).toBeLessThanOrEqual(1);
    }
  });

  test("behavior: a log of another manifest is not compared", async () => {
    const one = await trained(graphJob("full", { sources: [apples] }));
    const other = graphJob("full", { sources: [apples], epochs: 2 });
    const verdict = await verify(other.manifest, other.data, one.result.log);
    expect(verdict.reason).toMatch(/^lineage: the log is of the manifest/);
  });
});
