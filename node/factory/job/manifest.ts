import { sha256 } from "../../../chain/crypto/hash.ts";
import {
  DataForm,
  JobBase,
  JobManifest,
  Lora,
  Method,
  Optimiser,
  OptimiserKind,
} from "../../../proto/gen/openledger/factory/v1.ts";
import { decodeStrict, encodeBytes, ProtoError } from "../../../proto/runtime.ts";
import { JobError } from "./errors.ts";
import {
  LEAST_GRID_BITS,
  MOST_BATCH,
  MOST_CONTEXT,
  MOST_EPOCHS,
  MOST_GRID_BITS,
  MOST_LABELS,
  MOST_MANIFEST_BYTES,
  MOST_RANK,
  MOST_SOURCES,
  MOST_TARGETS,
} from "./limits.ts";

export { DataForm, JobBase, JobManifest, Lora, Method, Optimiser, OptimiserKind };

/** Version of the rules that a job is recomputed under. */
export const JOB_ALGORITHM = "factory-1";
/** Heads are int32 on this grid in every format of the engine. */
export const HEAD_GRID_BITS = 24;
/** One in the units of a manifest's real numbers. */
export const REAL_ONE: number = 2 ** 40;
const MOST_REAL = 1n << 53n;

/** A real number in a manifest's units of 2^-40. */
export function toReal(value: number): bigint {
  const units = Math.floor(value * REAL_ONE + 0.5);
  if (!Number.isSafeInteger(units) || units < 0) throw new RangeError(`${value} is not a number from 0 to 8191`);
  return BigInt(units);
}

/** Exact: a manifest's numbers are below 2^53 units. */
export function fromReal(units: bigint): number {
  return Number(units) / REAL_ONE;
}

/** Canonical bytes of a valid manifest. Throws JobError bad-manifest. */
export function encodeManifest(manifest: JobManifest): Uint8Array {
  checkManifest(manifest);
  return encodeBytes(JobManifest, manifest);
}

/** Throws JobError bad-manifest for other than the canonical bytes of a valid manifest. */
export function decodeManifest(bytes: Uint8Array): JobManifest {
  try {
    const manifest = decodeStrict(JobManifest, bytes, MOST_MANIFEST_BYTES);
    checkManifest(manifest);
    return manifest;
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    throw new JobError("bad-manifest", `manifest: ${error.message}`);
  }
}

export function manifestHash(manifest: JobManifest): Uint8Array {
  return sha256(encodeManifest(manifest));
}

export function optimiserOf(manifest: JobManifest): Optimiser {
  return manifest.optimiser ?? refuse("optimiser", "is missing");
}

export function baseOf(manifest: JobManifest): JobBase {
  return manifest.base ?? refuse("base", "is missing");
}

function refuse(field: string, problem: string): never {
  throw new JobError("bad-manifest", problem, field);
}

function whole(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  refuse(field, `is ${value}; it must be a whole number from ${least} to ${most}`);
}

function hash(field: string, value: Uint8Array, wanted: boolean): void {
  if (value.length === (wanted ? 32 : 0)) return;
  refuse(field, wanted ? `has ${value.length} bytes; a sha256 has 32` : "does not belong to this method and form");
}

/** A real number within (0, most], or [0, most] when it may be absent; below one without `most`. */
function real(field: string, units: bigint, bounds: { readonly least: bigint; readonly most: bigint }): void {
  if (units >= bounds.least && units <= bounds.most) return;
  const shown = `from ${Number(bounds.least) / REAL_ONE} to ${Number(bounds.most) / REAL_ONE}`;
  refuse(field, `is ${Number(units) / REAL_ONE}; it must be ${shown}`);
}

function none(field: string, absent: boolean): void {
  if (!absent) refuse(field, "does not belong to this method and form");
}

function distinct(field: string, names: readonly string[], most: number): void {
  if (names.length > most) refuse(field, `has ${names.length} entries; at most ${most}`);
  if (names.some((name) => name === "")) refuse(field, "has an empty entry");
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(field, `names ${JSON.stringify(twice)} twice`);
}

/** Everything that can be said of a manifest without its data. Throws JobError bad-manifest naming the field. */
export function checkManifest(manifest: JobManifest): void {
  const { algorithm, method, seed } = manifest;
  if (algorithm !== JOB_ALGORITHM) refuse("algorithm", `is ${JSON.stringify(algorithm)}; this is ${JOB_ALGORITHM}`);
  if (method === Method.METHOD_UNSPECIFIED) refuse("method", "must be head, lora or full");
  if (seed.length !== 32) refuse("seed", `has ${seed.length} bytes; it must have 32`);
  whole("checkpoint_every", manifest.checkpointEvery, 1, 2 ** 32 - 1);
  checkData(manifest);
  checkForm(manifest);
  if (method === Method.METHOD_HEAD) checkHead(manifest);
  else checkGraphMethod(manifest);
}

function checkData(manifest: JobManifest): void {
  const { sources, labels } = manifest;
  distinct(
    "sources",
    sources.map(({ snapshot }) => snapshot),
    MOST_SOURCES,
  );
  if (sources.length === 0) refuse("sources", "names no snapshot");
  for (const { root, snapshot } of sources) hash(`sources ${snapshot} root`, root, true);
  distinct("labels", labels, MOST_LABELS);
  whole("rows", manifest.rows, 1, 2 ** 32 - 1);
  hash("rows_root", manifest.rowsRoot, true);
  if (manifest.heldOutPart === 1) refuse("held_out_part", "is 1, which holds out every row");
  hash("held_out_root", manifest.heldOutRoot, manifest.heldOutRows > 0);
  if (manifest.heldOutPart === 0) none("held_out_rows", manifest.heldOutRows === 0);
  const all = sources.reduce((sum, source) => sum + source.rows, 0);
  if (manifest.rows + manifest.heldOutRows !== all) {
    const given = `${manifest.rows} and ${manifest.heldOutRows} held out`;
    refuse("rows", `are ${given}, the sources have ${all}`);
  }
}

function checkForm(manifest: JobManifest): void {
  const base = baseOf(manifest);
  const { form, labels, context } = manifest;
  if (form === DataForm.DATA_FORM_UNSPECIFIED) refuse("form", "must be features, language or sequence");
  const isFeatures = form === DataForm.DATA_FORM_FEATURES;
  if (isFeatures === (base.encoder === "")) {
    refuse("base.encoder", isFeatures ? "is missing: features need one" : "does not belong to this form");
  }
  hash("base.encoder_hash", base.encoderHash, isFeatures);
  hash("base.tokenizer_hash", base.tokenizerHash, !isFeatures);
  hash("base.graph_hash", base.graphHash, manifest.method !== Method.METHOD_HEAD);
  if (isFeatures) none("context", context === 0);
  else whole("context", context, 2, MOST_CONTEXT);
  if (form === DataForm.DATA_FORM_LANGUAGE) none("labels", labels.length === 0);
  else if (labels.length < 2) refuse("labels", "must name at least two classes");
}

function checkHead(manifest: JobManifest): void {
  const optimiser = optimiserOf(manifest);
  if (manifest.form !== DataForm.DATA_FORM_FEATURES) refuse("form", "of a head must be features");
  if (optimiser.kind !== OptimiserKind.OPTIMISER_LBFGS) refuse("optimiser.kind", "of a head must be lbfgs");
  if (manifest.gridBits !== HEAD_GRID_BITS) refuse("grid_bits", `of a head must be ${HEAD_GRID_BITS}`);
  real("optimiser.lambda", optimiser.lambda, { least: 1n, most: MOST_REAL });
  real("optimiser.tolerance", optimiser.tolerance, { least: 1n, most: BigInt(REAL_ONE) });
  real("optimiser.fold_tolerance", optimiser.foldTolerance, {
    least: manifest.folds > 0 ? 1n : 0n,
    most: manifest.folds > 0 ? BigInt(REAL_ONE) : 0n,
  });
  whole("optimiser.max_iterations", optimiser.maxIterations, 1, 100_000);
  if (manifest.folds !== 0 && manifest.folds !== 5) refuse("folds", `are ${manifest.folds}; 0 or 5`);
  none("lora", manifest.lora === undefined);
  none("targets", manifest.targets.length === 0);
  for (const field of ["batch", "microBatch", "epochs"] as const) none(field, manifest[field] === 0);
  for (const field of ["rate", "beta1", "beta2", "epsilon", "weightDecay", "clip"] as const) {
    none(`optimiser.${field}`, optimiser[field] === 0n);
  }
  none("optimiser.warmup", optimiser.warmup === 0 && !optimiser.decays);
}

function checkGraphMethod(manifest: JobManifest): void {
  const { method, lora, targets } = manifest;
  const optimiser = optimiserOf(manifest);
  if (targets.length === 0) refuse("targets", "names nothing to train");
  distinct("targets", targets, MOST_TARGETS);
  if (method === Method.METHOD_LORA) {
    const { rank, alpha } = lora ?? refuse("lora", "is missing");
    whole("lora.rank", rank, 1, MOST_RANK);
    real("lora.alpha", alpha, { least: 1n, most: MOST_REAL });
  } else none("lora", lora === undefined);
  whole("batch", manifest.batch, 1, MOST_BATCH);
  whole("micro_batch", manifest.microBatch, 1, manifest.batch);
  whole("epochs", manifest.epochs, 1, MOST_EPOCHS);
  whole("grid_bits", manifest.gridBits, LEAST_GRID_BITS, MOST_GRID_BITS);
  none("folds", manifest.folds === 0);
  checkOptimiser(optimiser);
}

function checkOptimiser(optimiser: Optimiser): void {
  const { kind } = optimiser;
  const { OPTIMISER_SGD, OPTIMISER_ADAM, OPTIMISER_ADAMW } = OptimiserKind;
  if (![OPTIMISER_SGD, OPTIMISER_ADAM, OPTIMISER_ADAMW].includes(kind as never)) {
    refuse("optimiser.kind", "must be sgd, adam or adamw");
  }
  const one = BigInt(REAL_ONE);
  const adaptive = kind !== OPTIMISER_SGD;
  real("optimiser.rate", optimiser.rate, { least: 1n, most: MOST_REAL });
  real("optimiser.beta1", optimiser.beta1, { least: 0n, most: one - 1n });
  real("optimiser.beta2", optimiser.beta2, { least: 0n, most: adaptive ? one - 1n : 0n });
  real("optimiser.epsilon", optimiser.epsilon, { least: adaptive ? 1n : 0n, most: adaptive ? one : 0n });
  real("optimiser.weight_decay", optimiser.weightDecay, { least: 0n, most: kind === OPTIMISER_ADAM ? 0n : one });
  real("optimiser.clip", optimiser.clip, { least: 0n, most: MOST_REAL });
  for (const field of ["lambda", "tolerance", "foldTolerance"] as const)
    none(`optimiser.${field}`, optimiser[field] === 0n);
  none("optimiser.max_iterations", optimiser.maxIterations === 0);
}
