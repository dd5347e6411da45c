import { describe, expect, test } from "vitest";
import { checkpointSteps, encodeLog, roundingHash } from "../../node/factory/job/log.ts";
import { FULL_STEPS } from "../../node/jobs/index.ts";
import type { TrainingLog } from "../../proto/gen/openledger/factory/v1.ts";
import { CliError, EXIT } from "../errors.ts";
import { logOfLongJob, needStates } from "./job-states.ts";

const HASH = new Uint8Array(32).fill(7);

function logOf(steps: number): Uint8Array {
  const every = 100;
  const points = checkpointSteps(BigInt(steps), every);
  const log: TrainingLog = {
    head: { manifestHash: HASH, weightsHash: HASH, steps: BigInt(steps), every },
    checkpoints: points.map((step) => ({ step, stateRoot: HASH, roundingHash: roundingHash([]) })),
    stateBlobs: points.map(() => HASH),
    curve: [],
    rounding: { entries: [] },
  };
  return encodeLog(log);
}

describe("States of a claimed job", () => {
  test("are needed of a log that validators execute by segments", () => {
    const log = logOfLongJob(logOf(FULL_STEPS + 1));
    expect(log?.checkpoints).toHaveLength(7);
    const refused = expect.objectContaining({ exitCode: EXIT.usage, message: expect.stringContaining("513 steps") });
    expect(() => needStates(undefined, log as TrainingLog)).toThrow(CliError);
    expect(() => needStates(undefined, log as TrainingLog)).toThrow(refused);
  });

  test("are not needed of a short one, nor of bytes that are no log", () => {
    expect(logOfLongJob(logOf(FULL_STEPS))).toBeUndefined();
    expect(logOfLongJob(Uint8Array.of(255, 255))).toBeUndefined();
  });
});
