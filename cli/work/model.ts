import { toHex } from "../../chain/crypto/bytes.ts";
import { referenceAnswer } from "../../node/influence/answer.ts";
import { type AsyncEncoder, encoderInThreads, specOf } from "../../node/influence/encoders/index.ts";
import { fromGrid } from "../../node/influence/grid.ts";
import { decodeModel } from "../../node/influence/model-format.ts";
import {
  DEFAULT_ENCODER,
  defaultLambdaGrid,
  type Judged,
  type TrainedModel,
  type TrainingPlan,
  trainModel,
  usedLabels,
} from "../../node/pipeline/training.ts";
import { splitRows } from "../../node/pipeline/training-rows.ts";
import type { ChainClient } from "../chain/client.ts";
import { CliError, EXIT } from "../errors.ts";
import type { CsvRow } from "./csv.ts";
import { loadEncoder } from "./encoder-folder.ts";
import { saveTrained } from "./model-folder.ts";
import type { Progress } from "./progress.ts";
import { loadSnapshot } from "./snapshot-source.ts";

export interface Trained {
  readonly rows: number;
  readonly labels: number;
  readonly weightsHash: string;
  readonly iterations: number;
  readonly converged: boolean;
  /** Rows that the snapshots hold out, and the head's share of right answers to them; null without any. */
  readonly heldOutRows: number;
  readonly heldOutAccuracy: number | null;
  /** The same over training rows, by heads that never saw the row's contributor; null without rows to judge. */
  readonly crossFittedAccuracy: number | null;
  readonly testAccuracy: number | null;
  readonly testRows: number;
}

export interface TrainRequest {
  readonly snapshots: readonly string[];
  readonly dir: string;
  readonly test: readonly CsvRow[];
  /** Folder of `model encoder add`; the built-in encoder without. */
  readonly encoder?: string | undefined;
}

/** Trains on accepted snapshots and writes the model's files to `dir`. */
export async function trainFromSnapshots(
  client: ChainClient,
  options: TrainRequest,
  progress: Progress,
): Promise<Trained> {
  const files = options.encoder === undefined ? undefined : loadEncoder(options.encoder);
  const encoder = encoderInThreads(files ? specOf(files).id : DEFAULT_ENCODER, files);
  const loaded = [];
  for (const id of options.snapshots) loaded.push(await loadSnapshot(client, id, progress));
  const { training: rows, heldOut } = splitRows(loaded.map(({ source }) => source));
  const known = loaded.flatMap(({ datanet }) => datanet.labels);
  const plan = {
    snapshots: loaded.map(({ source: { snapshot } }) => ({ id: snapshot.id, root: snapshot.root })),
    rows,
    heldOut,
    labels: usedLabels(known, rows),
    encoder: encoder.id,
    lambdaGrid: defaultLambdaGrid(rows.length),
  };
  checkClasses(plan.labels, known, progress);
  const judges = heldOut.length > 0 ? `, ${heldOut.length} are held out` : "";
  progress.note(`training ${plan.labels.length} classes on ${rows.length} cluster owners${judges}`);
  try {
    return await trainPlan(plan, { ...options, encoder }, progress, (trained) =>
      saveTrained(options.dir, plan, trained, files),
    );
  } finally {
    await encoder.close();
  }
}

/** A class without rows is left out, and said so; fewer than two are no model. */
export function checkClasses(used: readonly string[], known: readonly string[], progress: Progress): void {
  const empty = [...new Set(known)].filter((label) => !used.includes(label));
  const names = empty.map((label) => JSON.stringify(label)).join(", ");
  if (used.length < 2) {
    const message = `only ${used.length} of the DataNets' labels has rows (${names} have none)`;
    throw new CliError(EXIT.failure, message, "a head needs rows of two labels: add a snapshot that has them");
  }
  if (empty.length > 0) progress.note(`left out, since no accepted item has them: ${names}`);
}

async function trainPlan(
  plan: TrainingPlan,
  { encoder, test }: { readonly encoder: AsyncEncoder; readonly test: readonly CsvRow[] },
  progress: Progress,
  save: (trained: TrainedModel) => void,
): Promise<Trained> {
  const bar = progress.bar("encoding", plan.rows.length);
  const trained = await trainModel(plan, {
    encoder,
    onEncoded: (done) => {
      bar.set(done);
      if (done === plan.rows.length) bar.end();
    },
    onProgress: iterationNotes(progress),
  });
  save(trained);
  const { head, heldOut, crossFitted } = trained;
  const share = ({ rows, right }: Judged) => (rows > 0 ? right / rows : null);
  return {
    rows: plan.rows.length,
    labels: plan.labels.length,
    weightsHash: toHex(head.hash),
    iterations: head.iterations,
    converged: head.converged,
    heldOutRows: plan.heldOut.length,
    heldOutAccuracy: share(heldOut),
    crossFittedAccuracy: share(crossFitted),
    testAccuracy: test.length > 0 ? await testAccuracy(trained.model, encoder, test) : null,
    testRows: test.length,
  };
}

/** Every this many iterations of a solver a line. */
const NOTE_EVERY = 100;

function iterationNotes(progress: Progress) {
  return ({
    stage,
    fold,
    iteration,
    gradientRatio,
  }: {
    stage: string;
    fold?: number;
    iteration: number;
    gradientRatio: number;
  }) => {
    if (iteration % NOTE_EVERY !== 0) return;
    const name = fold === undefined ? stage : `${stage} ${fold + 1}`;
    progress.note(`${name}: iteration ${iteration}, gradient at ${gradientRatio.toExponential(1)} of its start`);
  };
}

async function testAccuracy(modelBytes: Uint8Array, encoder: AsyncEncoder, test: readonly CsvRow[]): Promise<number> {
  const { labels, dims, ...model } = decodeModel(modelBytes);
  const weights = fromGrid(model.weights);
  const features = await encoder.encodeAll(test.map(({ text }) => text));
  const labelOf = (i: number) => labels[referenceAnswer(weights, features.slice(i * dims, (i + 1) * dims)).label];
  const right = test.filter(({ label }, i) => labelOf(i) === label);
  return right.length / test.length;
}
