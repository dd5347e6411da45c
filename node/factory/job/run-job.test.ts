import { describe, expect, test } from "vitest";
import { toHex } from "../../../chain/crypto/bytes.ts";
import { graphJob, headJob } from "../testing/jobs.ts";
import { encodeLog, type JobProgress, type OptimiserKind, OptimiserKind as Optimisers, runJob } from "./index.ts";

type Job = ReturnType<typeof headJob>;

const JOBS: readonly (readonly [name: string, job: () => Job])[] = [
  ["head", () => headJob()],
  ["lora", () => graphJob("lora")],
  ["full", () => graphJob("full")],
];

async function logOf({ manifest, data }: Job, workers: number): Promise<string> {
  return toHex(encodeLog((await runJob(manifest, data, { workers })).log));
}

/** Stops a job after so many steps and gives what was stored then. */
async function stoppedAfter({ manifest, data }: Job, steps: number): Promise<JobProgress> {
  const stop = new AbortController();
  let progress: JobProgress | undefined;
  const running = runJob(manifest, data, {
    workers: 1,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === "step" && event.step === steps) stop.abort();
      if (event.kind === "stopped") progress = event.progress;
    },
  });
  await expect(running).rejects.toMatchObject({ code: "aborted" });
  return progress!;
}

describe.each(JOBS)("a %s job", (_name, job) => {
  test("behavior: states, roundings, curves and weights are the same bytes for 1 and 2 workers; it learns", async () => {
    const { manifest, data } = job();
    const { log, heldOut } = await runJob(manifest, data, { workers: 2 });
    expect(toHex(encodeLog(log))).toBe(await logOf(job(), 1));
    expect(log.curve.at(-1)!.loss).toBeLessThan(log.curve[0]!.loss);
    expect(heldOut!.samples).toBe(manifest.heldOutRows);
    expect(log.curve.at(-1)!.hasHeldOut).toBe(true);
  });

  test("behavior: stopped at any step and resumed, it gives the bytes of a run that was never stopped", async () => {
    const whole = await logOf(job(), 1);
    const { manifest, data } = job();
    const resumeFrom = structuredClone(await stoppedAfter(job(), 7));
    expect(resumeFrom.step).toBe(7);
    expect(toHex(encodeLog((await runJob(manifest, data, { workers: 1, resumeFrom })).log))).toBe(whole);
  });
});

test("behavior: the weights of every method are those of any machine", async () => {
  const hashes: Record<string, string> = {};
  for (const [name, job] of JOBS) {
    const { manifest, data } = job();
    hashes[name] = toHex((await runJob(manifest, data, { workers: 1 })).hash).slice(0, 16);
  }
  expect(hashes).toMatchInlineSnapshot(`
    {
      "full": "12fe4bf7ec10e150",
      "head": "a3892f9b246719de",
      "lora": "63da5194015e8303",
    }
  `);
});

test.each(["OPTIMISER_SGD", "OPTIMISER_ADAMW"] as const)("behavior: %s trains too", async (name) => {
  const kind: OptimiserKind = Optimisers[name];
  const { manifest, data } = graphJob("full", { kind, epochs: 4 });
  const { log } = await runJob(manifest, data, { workers: 1 });
  const loss = log.curve.map((point) => Number(point.loss));
  expect(Math.min(...loss.slice(-3))).toBeLessThan(0.97 * loss[0]!);
});

test("behavior: a state of another job, or another step, is not gone on from", async () => {
  const job = graphJob("full");
  const progress = await stoppedAfter(job, 3);
  const other = graphJob("full", { epochs: 5 });
  const resume = (manifest: Job["manifest"], resumeFrom: JobProgress) => runJob(manifest, job.data, { resumeFrom });
  await expect(resume(other.manifest, progress)).rejects.toThrow("of another job");
  await expect(resume(job.manifest, { ...progress, step: 2 })).rejects.toThrow(
    "a state of step 3 with a log of 3 steps",
  );
  const cut = { ...progress, state: progress.state.subarray(0, 900) };
  await expect(resume(job.manifest, cut)).rejects.toMatchObject({ code: "bad-bytes" });
});

test("behavior: a rate that throws weights off the grid ends the job with what to do", async () => {
  const { manifest, data } = graphJob("full", { kind: Optimisers.OPTIMISER_SGD });
  const wild = { ...manifest, optimiser: { ...manifest.optimiser!, rate: 2n ** 52n, warmup: 0, decays: false } };
  await expect(runJob(wild, data)).rejects.toThrow(/lower the rate/);
});

test("behavior: a job that cannot begin leaves no thread behind", async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
  const { manifest, data } = graphJob("full", { epochs: 1, batch: 64 });
  const hasty = { ...manifest, optimiser: { ...manifest.optimiser!, warmup: 1_000 } };
  await expect(runJob(hasty, data)).rejects.toMatchObject({ code: "bad-manifest", field: "optimiser.warmup" });
  expect(process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length).toBe(before);
});
