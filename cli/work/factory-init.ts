import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import {
  DataForm,
  dataFields,
  encodeManifest,
  JOB_ALGORITHM,
  JobFolder,
  type JobManifest,
  Method,
  manifestHash,
  OptimiserKind,
  splitRows,
  toReal,
} from "../../node/factory/job/index.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import { encoderById } from "../../node/influence/encoder.ts";
import { checkEncoder, type EncoderFiles, readEncoderFile } from "../../node/influence/encoders/index.ts";
import { DEFAULT_ENCODER, defaultLambdaGrid } from "../../node/pipeline/training.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { type JobRows, loadRows, type RowsOrigin } from "./factory-data.ts";
import { encoderEntries, hashOf, keepRows } from "./factory-folder.ts";
import { type GraphBase, type GraphChoice, graphBase } from "./factory-graph.ts";
import type { Progress } from "./progress.ts";

/** What `factory init` is told; everything has a default but data and folder. */
export interface InitOptions extends GraphChoice {
  readonly dir: string;
  readonly method: "head" | "lora" | "full";
  readonly encoderGraph?: string;
  readonly encoderTokenizer?: string;
  readonly seed?: string;
  /** One row in this many; by default 10, and none of a head on snapshots, whose held-out rows the chain draws. */
  readonly heldOut?: number;
  readonly checkpointEvery?: number;
  readonly optimiser: "sgd" | "adam" | "adamw";
  readonly rate: number;
  readonly weightDecay: number;
  readonly clip: number;
  readonly warmup: number;
  readonly decays: boolean;
  readonly batch: number;
  readonly microBatch?: number;
  readonly epochs: number;
  readonly gridBits: number;
}

export interface Initialised {
  readonly dir: string;
  readonly manifestHash: string;
  readonly rows: number;
  readonly heldOutRows: number;
  readonly classes: number;
  readonly weights: number | null;
}

const METHODS = { head: Method.METHOD_HEAD, lora: Method.METHOD_LORA, full: Method.METHOD_FULL } as const;
const OPTIMISERS = {
  sgd: OptimiserKind.OPTIMISER_SGD,
  adam: OptimiserKind.OPTIMISER_ADAM,
  adamw: OptimiserKind.OPTIMISER_ADAMW,
} as const;
const NO_SOLVER = { lambda: 0n, tolerance: 0n, foldTolerance: 0n, maxIterations: 0 };
const NO_STEPS = { rate: 0n, beta1: 0n, beta2: 0n, epsilon: 0n, weightDecay: 0n, clip: 0n, warmup: 0, decays: false };
const FOLDS = 5;
const HEAD_CHECKPOINT_EVERY = 25;
const GRAPH_CHECKPOINT_EVERY = 100;
const SEED_BYTES = 32;

/** Makes a job's folder: manifest, rows, and the files that the manifest names. Throws CliError, JobError, EncoderError. */
export async function initJob(
  options: InitOptions,
  origin: RowsOrigin,
  node: string,
  progress: Progress,
): Promise<Initialised> {
  checkOptions(options, origin);
  progress.note("reading rows");
  const rows = await loadRows(origin, node, progress);
  if (options.method === "head" && rows.labels.length < 2) {
    throw usageError(`all rows are of one class, ${rows.labels[0]}`, "a head tells two or more apart");
  }
  const seed = seedOf(options.seed);
  const heldOut = heldOutPart(options, origin, progress);
  const encoder = await encoderOf(options);
  const { training } = splitRows(rows.sources, seed, heldOut);
  const graph = options.method === "head" ? undefined : graphBase(options, training, rows.labels, progress);
  const manifest = manifestOf(options, { rows, seed, heldOut }, encoder, graph);
  encodeManifest(manifest);
  const folder = JobFolder.create(options.dir, manifest);
  keepRows(folder, { origin, rows });
  if (graph) folder.write("graph", graph.graph);
  if (graph?.tokenizer) folder.write("tokenizer", graph.tokenizer);
  if (encoder.files) {
    for (const [name, bytes] of encoderEntries(encoder.files)) writeDurably(join(options.dir, name), bytes, 0o644);
  }
  return {
    dir: options.dir,
    manifestHash: toHex(manifestHash(manifest)),
    rows: manifest.rows,
    heldOutRows: manifest.heldOutRows,
    classes: manifest.labels.length,
    weights: graph?.weights ?? null,
  };
}

/** What can be told without reading anything. */
function checkOptions({ dir, method, heldOut }: InitOptions, origin: RowsOrigin): void {
  if (existsSync(join(dir, "manifest.json"))) {
    throw new CliError(EXIT.inUse, `${dir} holds a job already`, "choose another --dir, or go on with `factory train`");
  }
  if (heldOut === 1)
    throw usageError("--held-out 1 leaves nothing to train on", "0 for none, or one row in 2 and more");
  if (method === "head" && origin.kind === "csv" && origin.labelColumn === undefined) {
    throw usageError("a head is trained on labels", "name their column with --label-column");
  }
}

const DEFAULT_HELD_OUT_PART = 10;

/** A model is a head or an adapter on all rows that its snapshots give for training: one with other rows can be no model on chain. */
function heldOutPart({ method, heldOut }: InitOptions, origin: RowsOrigin, progress: Progress): number {
  const isModel = method !== "full" && origin.kind === "snapshots";
  if (isModel && heldOut !== undefined && heldOut > 0) {
    progress.note(
      `--held-out ${heldOut} leaves rows out that validators train on: what is trained cannot be registered as a model. The chain draws held-out rows itself`,
    );
  }
  return heldOut ?? (isModel ? 0 : DEFAULT_HELD_OUT_PART);
}

/** Hexadecimal digits of 32 bytes as they are, another text by its hash; random without one. */
function seedOf(text: string | undefined): Uint8Array {
  if (text === undefined) return new Uint8Array(randomBytes(SEED_BYTES));
  return /^[0-9a-f]{64}$/.test(text) ? fromHex(text) : sha256(utf8Bytes(text));
}

interface JobEncoder {
  readonly id: string;
  readonly specHash: Uint8Array;
  readonly files: EncoderFiles | undefined;
}

async function encoderOf(options: InitOptions): Promise<JobEncoder> {
  const { encoderGraph, encoderTokenizer } = options;
  if (encoderGraph === undefined) {
    return { id: DEFAULT_ENCODER, specHash: encoderById(DEFAULT_ENCODER).specHash, files: undefined };
  }
  if (encoderTokenizer === undefined) throw usageError("--encoder-graph needs --encoder-tokenizer");
  const graph = readEncoderFile(encoderGraph, "graph");
  const { spec, files } = await checkEncoder({ graph, tokenizer: readEncoderFile(encoderTokenizer, "tokenizer") });
  return { id: spec.id, specHash: spec.specHash, files };
}

function manifestOf(
  options: InitOptions,
  { rows, seed, heldOut }: { readonly rows: JobRows; readonly seed: Uint8Array; readonly heldOut: number },
  encoder: JobEncoder,
  graph: GraphBase | undefined,
): JobManifest {
  const fields = dataFields(rows.sources, seed, heldOut);
  const form = graph?.form ?? DataForm.DATA_FORM_FEATURES;
  const isFeatures = form === DataForm.DATA_FORM_FEATURES;
  return {
    ...fields,
    algorithm: JOB_ALGORITHM,
    method: METHODS[options.method],
    base: {
      encoder: isFeatures ? encoder.id : "",
      encoderHash: isFeatures ? encoder.specHash : new Uint8Array(0),
      graphHash: hashOf(graph?.graph),
      tokenizerHash: hashOf(graph?.tokenizer),
    },
    labels: form === DataForm.DATA_FORM_LANGUAGE ? [] : rows.labels,
    form,
    context: graph?.context ?? 0,
    seed,
    ...(graph ? graphFields(options, graph) : headFields(options, fields.rows)),
  };
}

function headFields(options: InitOptions, rows: number) {
  return {
    optimiser: {
      ...NO_STEPS,
      kind: OptimiserKind.OPTIMISER_LBFGS,
      lambda: BigInt(defaultLambdaGrid(rows)),
      tolerance: toReal(1e-6),
      foldTolerance: toReal(1e-4),
      maxIterations: 1000,
    },
    lora: undefined,
    targets: [],
    ...{ batch: 0, microBatch: 0, epochs: 0, gridBits: 24, folds: FOLDS },
    checkpointEvery: options.checkpointEvery ?? HEAD_CHECKPOINT_EVERY,
  };
}

function graphFields(options: InitOptions, graph: GraphBase) {
  const isAdaptive = options.optimiser !== "sgd";
  return {
    optimiser: {
      ...NO_SOLVER,
      kind: OPTIMISERS[options.optimiser],
      rate: toReal(options.rate),
      beta1: toReal(0.9),
      beta2: toReal(isAdaptive ? 0.999 : 0),
      epsilon: toReal(isAdaptive ? 1e-8 : 0),
      weightDecay: toReal(options.weightDecay),
      clip: toReal(options.clip),
      warmup: options.warmup,
      decays: options.decays,
    },
    lora:
      options.method === "lora" ? { rank: options.rank, alpha: toReal(options.alpha ?? 2 * options.rank) } : undefined,
    targets: graph.targets,
    batch: options.batch,
    microBatch: options.microBatch ?? Math.min(options.batch, 8),
    epochs: options.epochs,
    gridBits: options.gridBits,
    folds: 0,
    checkpointEvery: options.checkpointEvery ?? GRAPH_CHECKPOINT_EVERY,
  };
}
