import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../chain/crypto/hash.ts";
import {
  DataForm,
  type HeadTrainer,
  JOB_FILES,
  type JobData,
  JobFolder,
  type JobManifest,
  type SourceRows,
} from "../../node/factory/job/index.ts";
import { type AsyncEncoder, type EncoderFiles, encoderInThreads } from "../../node/influence/encoders/index.ts";
import { weightsHash } from "../../node/influence/grid.ts";
import { encodeModel } from "../../node/influence/model-format.ts";
import { type TrainingPlan, trainingManifest } from "../../node/pipeline/training.ts";
import { TrainingManifest } from "../../proto/gen/openledger/factory/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { CliError, EXIT } from "../errors.ts";
import type { JobRows, RowsOrigin } from "./factory-data.ts";
import { saveTrained } from "./model-folder.ts";

/** What a job's folder keeps of its rows, so that a training needs neither node nor file. */
interface KeptRows {
  readonly origin: RowsOrigin;
  readonly rows: JobRows;
}

/** Files of an encoder that is a graph, below the folder's `encoder`. */
const ENCODER_FILES = { spec: "spec.bin", graph: "graph.onnx", tokenizer: "tokenizer.json" } as const;

export function keepRows(folder: JobFolder, kept: KeptRows): void {
  const text = JSON.stringify(kept, (_key, value: unknown) =>
    value instanceof Uint8Array ? { hex: Buffer.from(value).toString("hex") } : value,
  );
  folder.write("rows", `${text}\n`);
}

/** Throws CliError `notFound`, `corrupt`. */
export function keptRows(folder: JobFolder): KeptRows {
  const bytes = folder.read("rows");
  if (!bytes) throw new CliError(EXIT.notFound, `${folder.dir} holds no job`, "begin with `openledgerd factory init`");
  const revive = (_key: string, value: unknown) =>
    isHex(value) ? new Uint8Array(Buffer.from(value.hex, "hex")) : value;
  try {
    return JSON.parse(new TextDecoder().decode(bytes), revive) as KeptRows;
  } catch (cause) {
    throw new CliError(EXIT.corrupt, `${folder.path("rows")} is damaged`, "begin again in another folder", { cause });
  }
}

function isHex(value: unknown): value is { readonly hex: string } {
  return typeof value === "object" && value !== null && typeof (value as { hex?: unknown }).hex === "string";
}

/** The encoder of a job on features, built in or of the files in its folder. */
export function openJobEncoder(dir: string, manifest: JobManifest, workers?: number): AsyncEncoder | undefined {
  if (manifest.form !== DataForm.DATA_FORM_FEATURES) return undefined;
  return encoderInThreads(manifest.base?.encoder ?? "", encoderFiles(dir), workers === undefined ? {} : { workers });
}

function encoderFiles(dir: string): EncoderFiles | undefined {
  const at = (file: string) => join(dir, JOB_FILES.encoder, file);
  if (!existsSync(at(ENCODER_FILES.spec))) return undefined;
  const read = (file: string) => new Uint8Array(readFileSync(at(file)));
  return { spec: read(ENCODER_FILES.spec), graph: read(ENCODER_FILES.graph), tokenizer: read(ENCODER_FILES.tokenizer) };
}

/** Names and bytes of an encoder's files in a job's folder. */
export function encoderEntries(files: EncoderFiles): (readonly [string, Uint8Array])[] {
  return [
    [join(JOB_FILES.encoder, ENCODER_FILES.spec), files.spec],
    [join(JOB_FILES.encoder, ENCODER_FILES.graph), files.graph],
    [join(JOB_FILES.encoder, ENCODER_FILES.tokenizer), files.tokenizer],
  ];
}

/** Everything that a job's manifest refers to, and a way to close it. */
export function openJobData(
  folder: JobFolder,
  manifest: JobManifest,
  sources: readonly SourceRows[],
  workers?: number,
): JobData & { close(): Promise<void> } {
  const encoder = openJobEncoder(folder.dir, manifest, workers);
  const graph = folder.read("graph");
  const tokenizer = folder.read("tokenizer");
  return {
    sources,
    ...(graph ? { graph } : {}),
    ...(tokenizer ? { tokenizer } : {}),
    ...(encoder ? { encoder } : {}),
    close: async () => encoder?.close(),
  };
}

/** Opens a folder with its manifest. Throws CliError `notFound`, JobError. */
export function openFolder(dir: string): { readonly folder: JobFolder; readonly manifest: JobManifest } {
  const folder = new JobFolder(dir);
  if (!existsSync(folder.path("json"))) {
    throw new CliError(EXIT.notFound, `${dir} holds no job`, "begin with `openledgerd factory init`");
  }
  return { folder, manifest: folder.manifest() };
}

const MODEL_FOLDER = "model";

/** What `model index` and `model register` take, of a head that was trained on all training rows of snapshots. */
export async function saveHeadModel(
  folder: JobFolder,
  manifest: JobManifest,
  { rows }: KeptRows,
  trainer: HeadTrainer,
): Promise<string | undefined> {
  if (rows.placed.length === 0 || manifest.folds === 0 || manifest.heldOutRows > 0) return undefined;
  const dir = join(folder.dir, MODEL_FOLDER);
  const { gate } = await trainer.gate();
  const weights = trainer.weights();
  const encoderId = manifest.base?.encoder ?? "";
  const plan: TrainingPlan = {
    snapshots: manifest.sources.map(({ snapshot, root }) => ({ id: snapshot, root })),
    rows: rows.placed,
    heldOut: rows.heldOut ?? [],
    labels: manifest.labels,
    encoder: encoderId,
    lambdaGrid: Number(manifest.optimiser?.lambda ?? 0n),
  };
  const hashes = {
    encoder: manifest.base?.encoderHash ?? new Uint8Array(0),
    weights: weightsHash(weights),
    folds: trainer.foldHeads().map((head) => head && weightsHash(head)),
  };
  const trained = {
    gate,
    manifest: encodeBytes(TrainingManifest, trainingManifest(plan, hashes, gate)),
    model: encodeModel({ encoderId, dims: trainer.set.dims, labels: manifest.labels, weights }),
  };
  saveTrained(dir, plan, trained, encoderFiles(folder.dir));
  return dir;
}

/** Hash of a file's bytes as manifests name it. */
export const hashOf = (bytes: Uint8Array | undefined): Uint8Array => (bytes ? sha256(bytes) : new Uint8Array(0));
