import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { type JobManifest, type Rounding, TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { decodeStrict, ProtoError } from "../../proto/runtime.ts";
import type { AsyncEncoder } from "../influence/encoders/index.ts";
import { InfluenceError } from "../influence/errors.ts";
import { int32FromBytes, roundHalfUp, weightsHash } from "../influence/grid.ts";
import { decodeModel } from "../influence/model-format.ts";
import type { JobData, SourceRows } from "./job/data.ts";
import { JobError } from "./job/errors.ts";
import { HeadTrainer } from "./job/head-trainer.ts";
import { MOST_MANIFEST_BYTES } from "./job/limits.ts";
import { decodeLog, headOf, logRoot, type TrainingLog } from "./job/log.ts";
import { baseOf, DataForm, decodeManifest, Method } from "./job/manifest.ts";
import { jobSeed, words } from "./job/order.ts";
import { choicesOf } from "./job/rounding.ts";
import { stateRoot } from "./job/state.ts";
import { openTrainer, type Trainer } from "./job/trainer.ts";
import { type Segment, verifyJob } from "./job/verify-job.ts";
import { checkHead, HEAD_WITNESS_ONE, headLineage } from "./verify-head.ts";

/** What a validator finds of a claim. */
export interface ClaimVerdict {
  readonly verdict: "accept" | "reject";
  /** Of a rejection. */
  readonly reason?: string;
  /** Safe integers that only a recomputation yields, never among the posted bytes. */
  readonly witness: Float64Array;
}

/** A training claim with everything it refers to. */
export interface TrainingClaim {
  /** Canonical bytes of a TrainingManifest or a JobManifest. */
  readonly manifest: Uint8Array;
  /** A head's model bytes (TrainingManifest), or little-endian int32 weights (JobManifest). */
  readonly model: Uint8Array;
  /** Training log and the root that was claimed for it, for a JobManifest. */
  readonly log?: Uint8Array;
  readonly logRoot?: Uint8Array;
  /** Rows as the snapshots give them, in (snapshot, item id) order. */
  readonly rows: readonly SourceRows[];
  /** Of features. */
  readonly encoder?: AsyncEncoder;
  /** Artefacts by hexadecimal id: states, and graph and tokenizer where they are not given. */
  readonly readBlob: (id: string) => Promise<Uint8Array>;
  readonly graph?: Uint8Array;
  readonly tokenizer?: Uint8Array;
}

export interface ClaimOptions {
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Segments between checkpoints that are executed again; all when there are no more. */
  readonly segments?: number | undefined;
  /** Fold heads of a TrainingManifest to recompute; all by default. */
  readonly folds?: readonly number[] | undefined;
}

const DEFAULT_SEGMENTS = 3;
/** Witness of a job on a graph: coarser than its gradients by enough that no machine's doubt shows. */
const WITNESS_ONE = 2 ** 20;

/**
 * Recomputes a training claim. A head is solved again, after its optimality on exactly the claimed rows; a job on a graph is
 * executed again in segments that the seed draws. Throws where the claim cannot be judged: InfluenceError, blobs' errors.
 */
export async function verifyTraining(
  claim: TrainingClaim,
  seed: Uint8Array,
  options: ClaimOptions = {},
): Promise<ClaimVerdict> {
  try {
    const head = tryDecode(claim.manifest);
    return head ? await verifyHead(claim, head, seed, options) : await verifyOfJob(claim, seed, options);
  } catch (error) {
    if (!isOfClaim(error)) throw error;
    return { verdict: "reject", reason: error.message, witness: new Float64Array(0) };
  }
}

/** Errors that say the claim's own bytes are wrong. */
function isOfClaim(error: unknown): error is Error {
  if (error instanceof JobError) return !["worker-lost", "aborted"].includes(error.code);
  return error instanceof InfluenceError && ["bad-bytes", "bad-shape", "empty-class", "off-grid"].includes(error.code);
}

function tryDecode(bytes: Uint8Array): TrainingManifest | undefined {
  try {
    return decodeStrict(TrainingManifest, bytes, MOST_MANIFEST_BYTES);
  } catch (error) {
    if (error instanceof ProtoError) return undefined;
    throw error;
  }
}

async function verifyHead(
  claim: TrainingClaim,
  manifest: TrainingManifest,
  seed: Uint8Array,
  options: ClaimOptions,
): Promise<ClaimVerdict> {
  const { encoder, rows } = claim;
  const foreign = headLineage(manifest, rows);
  if (foreign) throw new JobError("lineage", `lineage: ${foreign}`);
  if (encoder?.id !== manifest.encoder || !equalBytes(encoder.specHash, manifest.encoderHash)) {
    throw new JobError("lineage", `the encoder at hand is not ${manifest.encoder} with the manifest's specification`);
  }
  const model = decodeModel(claim.model);
  if (
    model.encoderId !== encoder.id ||
    model.dims !== encoder.dims ||
    model.labels.join("\n") !== manifest.labels.join("\n")
  ) {
    throw new JobError("lineage", "the model has another encoder or other classes than its manifest");
  }
  const all = rows.flatMap((source) => source.rows);
  const classes = new Map(manifest.labels.map((label, index) => [label, index]));
  const set = {
    features: await encoder.encodeAll(all.map(({ text }) => text)),
    dims: encoder.dims,
    classes: manifest.labels.length,
    labels: Int32Array.from(all, ({ label }) => classes.get(label) ?? -1),
  };
  const { reason, witness } = await checkHead(manifest, { model, set, sources: rows }, seed, options);
  return reason === undefined ? { verdict: "accept", witness } : { verdict: "reject", reason, witness };
}

async function verifyOfJob(claim: TrainingClaim, seed: Uint8Array, options: ClaimOptions): Promise<ClaimVerdict> {
  const manifest = decodeManifest(claim.manifest);
  if (!claim.log) throw new JobError("bad-bytes", "the claim of a job has no training log");
  const log = decodeLog(claim.log);
  if (claim.logRoot && !equalBytes(claim.logRoot, logRoot(log))) {
    throw new JobError("bad-bytes", `the log's root is ${toHex(logRoot(log))}, claimed is ${toHex(claim.logRoot)}`);
  }
  const weights = int32FromBytes(claim.model);
  if (!equalBytes(weightsHash(weights), headOf(log).weightsHash)) {
    throw new JobError("bad-bytes", "the weights are not those of the log");
  }
  const data = await dataOf(claim, manifest);
  const { workers, signal, segments = DEFAULT_SEGMENTS } = options;
  const drawn = drawSegments(log, seed, segments);
  const witness = new WitnessTaker(drawn, log, seed);
  for (const segment of drawn) {
    const verdict = await verifyJob(manifest, data, log, segment, {
      ...{ workers, signal, weights },
      readState: (index) => claim.readBlob(toHex(log.stateBlobs[index]!)),
      beforeStep: (trainer) => witness.take(trainer),
    });
    if (!verdict.agrees) return { verdict: "reject", reason: verdict.reason ?? "", witness: witness.value };
  }
  return { verdict: "accept", witness: witness.value };
}

async function dataOf(claim: TrainingClaim, manifest: JobManifest): Promise<JobData> {
  const { graphHash, tokenizerHash } = baseOf(manifest);
  const blob = async (given: Uint8Array | undefined, hash: Uint8Array) =>
    given ?? (hash.length > 0 ? await claim.readBlob(toHex(hash)) : undefined);
  const graph = manifest.method === Method.METHOD_HEAD ? undefined : await blob(claim.graph, graphHash);
  const tokenizer = await blob(claim.tokenizer, tokenizerHash);
  const isFeatures = manifest.form === DataForm.DATA_FORM_FEATURES;
  return {
    sources: claim.rows,
    ...(graph ? { graph } : {}),
    ...(tokenizer ? { tokenizer } : {}),
    ...(isFeatures && claim.encoder ? { encoder: claim.encoder } : {}),
  };
}

/** Distinct segments of one checkpoint each, drawn from the seed, in their order. The last one is always among them. */
export function drawSegments(log: TrainingLog, seed: Uint8Array, count: number): Segment[] {
  const last = log.checkpoints.length - 1;
  if (last < 1) return [];
  const chosen = new Set([last - 1]);
  const drawn = words(jobSeed(seed, "segments"));
  while (chosen.size < Math.min(count, last)) chosen.add(Math.floor((drawn.next().value * last) / 2 ** 32));
  return [...chosen].sort((a, b) => a - b).map((from) => ({ from, to: from + 1 }));
}

/**
 * Takes the gradient of one step that the seed draws within the executed segments; not the first one of a segment where there
 * are others, because a head's posted states hold its gradient.
 */
class WitnessTaker {
  value: Float64Array = new Float64Array(0);
  private readonly step: number;
  private readonly log: TrainingLog;

  constructor(segments: readonly Segment[], log: TrainingLog, seed: Uint8Array) {
    const drawn = words(jobSeed(seed, "witness"));
    const draw = (count: number) => Math.floor((drawn.next().value * count) / 2 ** 32);
    const { from, to } = segments[draw(segments.length)] ?? { from: 0, to: 0 };
    const start = Number(log.checkpoints[from]!.step);
    const steps = Number(log.checkpoints[to]!.step) - start;
    this.step = steps > 1 ? start + 2 + draw(steps - 1) : start + 1;
    this.log = log;
  }

  async take(trainer: Trainer): Promise<void> {
    if (trainer.step + 1 !== this.step) return;
    const own = (this.log.rounding?.entries ?? []).filter(({ step }) => Number(step) === this.step);
    this.value = await stepWitness(trainer, own);
  }
}

/** The gradient of the next step on its grid. */
async function stepWitness(trainer: Trainer, rounding: readonly Rounding[]): Promise<Float64Array> {
  const one = trainer instanceof HeadTrainer ? HEAD_WITNESS_ONE : WITNESS_ONE;
  return (await trainer.gradientAhead(choicesOf(rounding))).map((g) => roundHalfUp(g * one));
}

/** One step to referee: the state before it, and the poster's roundings of that step. */
export interface RefereedStep {
  readonly manifest: Uint8Array;
  readonly data: JobData;
  /** State before the step; undefined for the start. */
  readonly state?: Uint8Array | undefined;
  readonly rounding?: readonly Rounding[];
  readonly workers?: number | undefined;
}

/**
 * The state after one step, by the exact reference without ONNX Runtime, and its root: what a disputed step should have
 * given. Without a state the initial one is returned. Throws JobError: bad-rounding where the poster's choices are none.
 */
export async function stepOf(
  step: RefereedStep,
): Promise<{ readonly root: Uint8Array; readonly state: Uint8Array; readonly witness: Float64Array }> {
  const { data, state, rounding = [], workers } = step;
  const trainer = await openTrainer(decodeManifest(step.manifest), data, { state, workers, reference: true });
  try {
    // A head's gradient is part of its state as soon as it is computed.
    const initial = state ? undefined : trainer.state();
    const witness = trainer.isDone() ? new Float64Array(0) : await stepWitness(trainer, rounding);
    if (state && !trainer.isDone()) await trainer.next(choicesOf(rounding));
    const after = initial ?? trainer.state();
    return { root: stateRoot(after), state: after, witness };
  } finally {
    await trainer.close();
  }
}
