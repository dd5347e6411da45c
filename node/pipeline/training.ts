import { fromBech32 } from "../../chain/crypto/bech32.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { TRAINING_ALGORITHM } from "../../modules/modelregistry/ids.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { FOLDS, foldOf, trainFolds } from "../factory/train-folds.ts";
import { defaultLambda, type TrainedHead, type TrainOptions, trainHead } from "../factory/train-head.ts";
import type { TrainingSet } from "../factory/training-set.ts";
import { HASHED_NGRAM_512 } from "../influence/encoder.ts";
import { builtInEncoder } from "../influence/encoders/built-in.ts";
import type { AsyncEncoder } from "../influence/encoders/types.ts";
import { InfluenceError } from "../influence/errors.ts";
import { encodeModel } from "../influence/model-format.ts";
import type { TrainingRow } from "./training-rows.ts";

const LAMBDA_UNIT = 2 ** 40;
/** The default ridge for this many rows, on the grid that manifest and index header state it in. */
export function defaultLambdaGrid(rows: number): number {
  return Math.round(defaultLambda(rows) * LAMBDA_UNIT);
}

/** What goes into a training, in its final order. */
export interface TrainingPlan {
  readonly snapshots: readonly { readonly id: string; readonly root: Uint8Array }[];
  readonly rows: readonly TrainingRow[];
  /** Rows that only judge; none where the snapshots hold nothing out. */
  readonly heldOut: readonly TrainingRow[];
  /** Classes in output order: labels of the DataNets that have a row. */
  readonly labels: readonly string[];
  readonly encoder: string;
  readonly lambdaGrid: number;
}

export interface TrainedModel {
  readonly head: TrainedHead;
  /** uint16 per row, 65535 = paid in full. */
  readonly gate: Uint16Array;
  /** Canonical bytes of manifest and model: both go into blobs. */
  readonly manifest: Uint8Array;
  readonly model: Uint8Array;
  /** Right answers of the head to held-out rows. */
  readonly heldOut: Judged;
  /** Right answers to the training rows by heads that saw no row of the row's contributor. */
  readonly crossFitted: Judged;
}

export interface Judged {
  readonly rows: number;
  readonly right: number;
}

interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** The set that head, folds and index share. Throws what the encoder throws. */
export async function trainingSet(
  plan: TrainingPlan,
  encoder: AsyncEncoder = builtInEncoder(plan.encoder),
  onProgress?: (done: number) => void,
): Promise<TrainingSet> {
  return labelledSet(plan.labels, plan.rows, encoder, onProgress);
}

/** What the index's harm gate and the accuracy are measured on; undefined without such rows. */
export async function heldOutSet(
  plan: { readonly heldOut: readonly LabelledText[]; readonly labels: readonly string[] },
  encoder: AsyncEncoder,
): Promise<TrainingSet | undefined> {
  const judges = judgesOf(plan.heldOut, plan.labels);
  return judges.length === 0 ? undefined : labelledSet(plan.labels, judges, encoder);
}

/** Held-out rows of a label that no training row has cannot judge: the head has no such class. */
export function judgesOf<Row extends { readonly label: string }>(
  heldOut: readonly Row[],
  labels: readonly string[],
): Row[] {
  const known = new Set(labels);
  return heldOut.filter(({ label }) => known.has(label));
}

/** Throws InfluenceError bad-shape for a label that is no class, and what the encoder throws. */
export async function labelledSet(
  labels: readonly string[],
  rows: readonly LabelledText[],
  encoder: AsyncEncoder,
  onProgress?: (done: number) => void,
): Promise<TrainingSet> {
  const classes = new Map(labels.map((label, index) => [label, index]));
  const texts = rows.map(({ text }) => text);
  return {
    features: await encoder.encodeAll(texts, onProgress),
    dims: encoder.dims,
    classes: labels.length,
    labels: Int32Array.from(rows, ({ label }) => classes.get(label) ?? unknownClass(label)),
  };
}

function unknownClass(label: string): never {
  throw new InfluenceError("bad-shape", `training: no class for label ${JSON.stringify(label)}`);
}

/** The labels, in the given order, that some row has: a class without rows cannot be trained. */
export function usedLabels(known: readonly string[], rows: readonly TrainingRow[]): string[] {
  const used = new Set(rows.map(({ label }) => label));
  return known.filter((label, index) => used.has(label) && known.indexOf(label) === index);
}

export const DEFAULT_ENCODER = HASHED_NGRAM_512.id;

/** The ridge of a plan as the trainer takes it. */
export function lambdaOf(plan: Pick<TrainingPlan, "lambdaGrid">): number {
  return plan.lambdaGrid / LAMBDA_UNIT;
}

export interface ModelOptions extends Pick<TrainOptions, "onProgress" | "workers" | "signal"> {
  /** The plan's encoder, when it is not built in. */
  readonly encoder?: AsyncEncoder | undefined;
  readonly onEncoded?: ((done: number) => void) | undefined;
}

/** Head and fold heads of a plan: the same bytes on every machine. Throws what encoder, trainHead and trainFolds throw. */
export async function trainModel(plan: TrainingPlan, options: ModelOptions = {}): Promise<TrainedModel> {
  const encoder = options.encoder ?? builtInEncoder(plan.encoder);
  const set = await trainingSet(plan, encoder, options.onEncoded);
  const lambda = lambdaOf(plan);
  const folds = plan.rows.map(({ contributor }) => foldOf(fromBech32(contributor)));
  const head = await trainHead(set, { ...options, lambda });
  const crossed = await trainFolds({ ...set, folds }, { ...options, lambda });
  const { labels } = plan;
  const hashes = { encoder: encoder.specHash, weights: head.hash, folds: crossed.hashes };
  const manifest = encodeBytes(TrainingManifest, trainingManifest(plan, hashes, crossed.gate));
  const model = encodeModel({ encoderId: encoder.id, dims: set.dims, labels, weights: head.weights });
  const judges = await heldOutSet(plan, encoder);
  const heldOut = judges ? judge(judges, () => head.weights) : { rows: 0, right: 0 };
  const crossFitted = judge(set, (row) => crossed.heads[folds[row]!]);
  return { head, gate: crossed.gate, manifest, model, heldOut, crossFitted };
}

/** The manifest of a trained plan. */
export function trainingManifest(
  plan: TrainingPlan,
  hashes: {
    readonly encoder: Uint8Array;
    readonly weights: Uint8Array;
    readonly folds: readonly (Uint8Array | undefined)[];
  },
  gate: Uint16Array,
): TrainingManifest {
  return {
    algorithm: TRAINING_ALGORITHM,
    encoder: plan.encoder,
    encoderHash: hashes.encoder,
    snapshots: plan.snapshots.map(({ id }) => id),
    snapshotRoots: plan.snapshots.map(({ root }) => root),
    labels: [...plan.labels],
    rows: plan.rows.length,
    rowsRoot: merkleRoot(plan.rows.map(({ itemId }) => itemId)),
    lambdaGrid: BigInt(plan.lambdaGrid),
    weightsHash: hashes.weights,
    foldHashes: Array.from({ length: FOLDS }, (_, fold) => hashes.folds[fold] ?? new Uint8Array(0)),
    gateHash: sha256(gateBytes(gate)),
  };
}

/** uint16 little-endian. */
export function gateBytes(gate: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * gate.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of gate.entries()) view.setUint16(2 * i, value, true);
  return bytes;
}

/** Inverse of `gateBytes`. */
export function gateFromBytes(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getUint16(2 * i, true));
}

/** Judges every row by its head; rows without one are left out. */
function judge(set: TrainingSet, headOf: (row: number) => Int32Array | undefined): Judged {
  let rows = 0;
  let right = 0;
  for (let row = 0; row < set.labels.length; row++) {
    const head = headOf(row);
    if (!head) continue;
    rows++;
    if (bestClass(head, set, row) === set.labels[row]) right++;
  }
  return { rows, right };
}

function bestClass(weights: Int32Array, { features, dims, classes }: TrainingSet, row: number): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) {
    let logit = 0;
    for (let k = 0; k < dims; k++) logit += weights[c * dims + k]! * features[row * dims + k]!;
    if (logit > highest) {
      highest = logit;
      best = c;
    }
  }
  return best;
}
