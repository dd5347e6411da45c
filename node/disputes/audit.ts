import { equalBytes } from "../../chain/crypto/bytes.ts";
import { lastPosition } from "../../modules/dispute/client.ts";
import { headOf, stateRoot } from "../factory/job/index.ts";
import type { OwnTrace } from "./own-trace.ts";

/** What an own recomputation finds wrong first, among what the claim committed to. */
export interface Difference {
  /** Position of the computation (modules/dispute): a checkpoint's, or the result's. */
  readonly position: number;
  readonly what: string;
}

/**
 * Computes a disputed training from the start and compares it with the log, checkpoint by checkpoint, up to the first one that
 * differs. Undefined when result and checkpoints are right. Throws JobError, InfluenceError.
 */
export async function audit(trace: OwnTrace): Promise<Difference | undefined> {
  const { log } = trace;
  for (const [index, { step, stateRoot: claimed }] of log.checkpoints.entries()) {
    const own = await trace.stateAfter(Number(step));
    if (own && equalBytes(stateRoot(own), claimed)) continue;
    const what = `checkpoint ${index}, the state after step ${step}, ${own ? "is another one" : "does not follow"}`;
    return { position: Number(step) + 1, what };
  }
  if (await trace.givesResult()) return undefined;
  const { steps, every } = headOf(log);
  const position = lastPosition({ steps: Number(steps), every });
  return { position, what: "the claimed weights are not the result of the last state" };
}
