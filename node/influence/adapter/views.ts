import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { graphStateWeights } from "../../factory/job/graph-trainer.ts";
import { headOf, type TrainingLog } from "../../factory/job/log.ts";
import { stateRoot } from "../../factory/job/state.ts";
import { InfluenceError } from "../errors.ts";
import { weightsHash } from "../grid.ts";
import { type AdapterJob, asInfluenceError } from "./job.ts";
import type { ViewCheckpoint } from "./types.ts";

/** Parts of a training after which an index looks at the adapter: early, past the middle, and the end. */
export const VIEW_PARTS: readonly { readonly numerator: number; readonly denominator: number }[] = [
  { numerator: 1, denominator: 5 },
  { numerator: 3, denominator: 5 },
  { numerator: 1, denominator: 1 },
];

/**
 * The checkpoints of a training log that its index looks at: for each part of the training the first checkpoint that has
 * it behind it. Fewer where a log has few; always the last.
 */
export function viewCheckpoints(log: TrainingLog): number[] {
  const steps = Number(headOf(log).steps);
  const found = VIEW_PARTS.map(({ numerator, denominator }) =>
    log.checkpoints.findIndex(({ step }) => Number(step) * denominator >= numerator * steps && step > 0n),
  );
  const views = [...new Set(found)].filter((index) => index >= 0);
  if (views.length === 0) throw new InfluenceError("bad-shape", "a training log without a step has no views");
  return views;
}

/**
 * The adapter at the views of its log, from the states that the log's leaves name. Throws InfluenceError hash-mismatch for a
 * state that is another, or an end that is not the log's; and what `readState` throws.
 */
export async function readViews(
  job: AdapterJob,
  log: TrainingLog,
  readState: (checkpoint: number) => Promise<Uint8Array>,
): Promise<ViewCheckpoint[]> {
  const views: ViewCheckpoint[] = [];
  for (const checkpoint of viewCheckpoints(log)) {
    const state = await readState(checkpoint);
    const leaf = log.checkpoints[checkpoint]!;
    if (!equalBytes(stateRoot(state), leaf.stateRoot)) {
      throw new InfluenceError("hash-mismatch", `the state of checkpoint ${checkpoint} is not the log's`);
    }
    const { weights, step } = stateOf(job, state);
    if (BigInt(step) !== leaf.step)
      throw new InfluenceError("hash-mismatch", `checkpoint ${checkpoint} is of another step`);
    views.push({ checkpoint, step, weights });
  }
  if (!equalBytes(weightsHash(views.at(-1)!.weights), headOf(log).weightsHash)) {
    throw new InfluenceError("hash-mismatch", "the last checkpoint does not hold the log's weights");
  }
  return views;
}

function stateOf({ manifest, graph }: AdapterJob, state: Uint8Array) {
  try {
    return graphStateWeights(manifest, state, graph.initial.length);
  } catch (error) {
    throw asInfluenceError(error);
  }
}
