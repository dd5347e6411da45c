import { describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { encodeLog, encodeManifest, runJob } from "../factory/job/index.ts";
import { headOf } from "../factory/job/log.ts";
import { headJob, sourceRows } from "../factory/testing/jobs.ts";
import { recomputeStep, type StepExamination } from "./recompute-step.ts";

describe("recomputeStep", async () => {
  const job = headJob();
  const states: Uint8Array[] = [];
  const manifest = { ...job.manifest, checkpointEvery: 1 };
  const { log } = await runJob(manifest, job.data, {
    workers: 1,
    onEvent: (event) => {
      if (event.kind === "checkpoint") states.push(event.progress.state);
    },
  });
  const roots = log.checkpoints.map(({ stateRoot }) => stateRoot);
  const bytes = encodeManifest(manifest);
  const steps = roots.length - 1;
  const blobs = { graph: undefined, tokenizer: undefined, encoder: undefined };

  /** The step to a position: 1 the start, s + 1 the state after step s, steps + 2 the result. */
  function step(position: number, change: Partial<StepExamination> = {}): StepExamination {
    return {
      inputs: { manifest: bytes, sources: job.data.sources, ...blobs },
      ...{ position, steps, workers: 1, roundingHash: new Uint8Array(0), log: encodeLog(log), ownsManifest: true },
      before: position === 1 ? sha256(bytes) : (roots[position - 2] as Uint8Array),
      after: position === steps + 2 ? headOf(log).weightsHash : (roots[position - 1] as Uint8Array),
      states: position === 1 ? [] : [states[position - 2] as Uint8Array],
      ...change,
    };
  }

  test("default: the start, a step in between and the result are accepted, each with a witness of its own", async () => {
    expect(await recomputeStep(step(1))).toMatchObject({ verdict: "accept" });
    expect(await recomputeStep(step(2))).toMatchObject({ verdict: "accept" });
    const third = await recomputeStep(step(4));
    expect(third.verdict).toBe("accept");
    expect(third.witness.every(Number.isSafeInteger)).toBe(true);
    expect(await recomputeStep(step(steps + 2))).toMatchObject({ verdict: "accept" });
  });

  test("behavior: another state after the step, another start and another result are rejected", async () => {
    const after = sha256(new Uint8Array(1));
    for (const position of [1, 4, steps + 2]) {
      expect(await recomputeStep(step(position, { after }))).toMatchObject({ verdict: "reject" });
    }
  });

  test("behavior: rows that the manifest does not name are a model owner's lie, and nobody's where a requester wrote it", async () => {
    const inputs = { ...step(1).inputs, sources: [sourceRows("y/1", 40)] };
    expect(await recomputeStep(step(1, { inputs }))).toMatchObject({ verdict: "reject" });
    await expect(recomputeStep(step(1, { inputs, ownsManifest: false }))).rejects.toMatchObject({ code: "lineage" });
  });

  test("behavior: a result before the computation ends is rejected", async () => {
    const early = { position: steps + 2, before: roots[2] as Uint8Array, states: [states[2] as Uint8Array] };
    expect((await recomputeStep(step(3, early))).reason).toMatch(/^the computation goes on after step 2/);
  });

  test("behavior: without a state that has the root before it nobody can judge; a wrong one beside it does no harm", async () => {
    const wrong = states[0] as Uint8Array;
    expect(await recomputeStep(step(4, { states: [wrong] }))).toMatchObject({ verdict: "abstain" });
    const both = { states: [wrong, states[2] as Uint8Array] };
    expect(await recomputeStep(step(4, both))).toMatchObject({ verdict: "accept" });
  });
});
