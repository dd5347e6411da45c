import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { type AsyncEncoder, type EncoderFiles, encoderInThreads } from "../../node/influence/encoders/index.ts";
import { gateBytes, gateFromBytes, type TrainingPlan } from "../../node/pipeline/training.ts";
import { CliError, EXIT } from "../errors.ts";
import { holdsEncoder, loadEncoder, saveEncoder } from "./encoder-folder.ts";

/** Files of `--dir`: what training and indexing made, ready to be registered. */
const FILES = {
  plan: "plan.json",
  manifest: "manifest.bin",
  model: "model.bin",
  gate: "gate.bin",
  header: "index-header.bin",
  rows: "index-rows.bin",
  inverse: "index-inverse.bin",
} as const;

/** Canonical bytes that the chain refers to. */
export interface IndexFiles {
  readonly header: Uint8Array;
  readonly rows: Uint8Array;
  readonly inverse: Uint8Array;
}

export interface TrainedFiles {
  readonly manifest: Uint8Array;
  readonly model: Uint8Array;
  readonly gate: Uint16Array;
}

/** Below a model's folder, when its encoder is a graph. */
const ENCODER = "encoder";

export function saveTrained(
  dir: string,
  plan: TrainingPlan,
  trained: TrainedFiles,
  encoder?: EncoderFiles | undefined,
): void {
  mkdirSync(dir, { recursive: true });
  const text = JSON.stringify(plan, (_key, value) => (value instanceof Uint8Array ? { hex: toHex(value) } : value));
  writeFileSync(join(dir, FILES.plan), `${text}\n`);
  writeFileSync(join(dir, FILES.manifest), trained.manifest);
  writeFileSync(join(dir, FILES.model), trained.model);
  writeFileSync(join(dir, FILES.gate), gateBytes(trained.gate));
  if (encoder) saveEncoder(join(dir, ENCODER), encoder);
}

/** The files of a model's encoder; undefined for a built-in one. */
export function loadModelEncoder(dir: string): EncoderFiles | undefined {
  const folder = join(dir, ENCODER);
  return holdsEncoder(folder) ? loadEncoder(folder) : undefined;
}

/** A model's encoder, ready to run in threads. Throws EncoderError, InfluenceError unknown-encoder. */
export function openModelEncoder(dir: string, plan: Pick<TrainingPlan, "encoder">): AsyncEncoder {
  return encoderInThreads(plan.encoder, loadModelEncoder(dir));
}

export function saveIndex(dir: string, { header, rows, inverse }: IndexFiles): void {
  writeFileSync(join(dir, FILES.header), header);
  writeFileSync(join(dir, FILES.rows), rows);
  writeFileSync(join(dir, FILES.inverse), inverse);
}

export function holdsIndex(dir: string): boolean {
  return [FILES.header, FILES.rows, FILES.inverse].every((file) => existsSync(join(dir, file)));
}

/** Throws CliError `notFound` or `corrupt`. */
export function loadPlan(dir: string): TrainingPlan {
  const text = Buffer.from(read(dir, FILES.plan, TRAIN)).toString("utf8");
  try {
    const revive = (_key: string, value: unknown) => (isHex(value) ? fromHex(value.hex) : value);
    // Folders of before held-out rows have none.
    const plan = JSON.parse(text, revive) as TrainingPlan & { heldOut?: TrainingPlan["heldOut"] };
    return { ...plan, heldOut: plan.heldOut ?? [] };
  } catch (error) {
    throw new CliError(EXIT.corrupt, `${join(dir, FILES.plan)}: ${(error as Error).message}`, TRAIN);
  }
}

export function loadTrained(dir: string): TrainedFiles {
  return {
    manifest: read(dir, FILES.manifest, TRAIN),
    model: read(dir, FILES.model, TRAIN),
    gate: gateFromBytes(read(dir, FILES.gate, TRAIN)),
  };
}

export function loadIndex(dir: string): IndexFiles {
  return {
    header: read(dir, FILES.header, INDEX),
    rows: read(dir, FILES.rows, INDEX),
    inverse: read(dir, FILES.inverse, INDEX),
  };
}

const TRAIN = "run `openledgerd model train` first";
const INDEX = "run `openledgerd model index` first";

function isHex(value: unknown): value is { readonly hex: string } {
  return typeof value === "object" && value !== null && typeof (value as { hex?: unknown }).hex === "string";
}

function read(dir: string, file: string, hint: string): Uint8Array {
  const path = join(dir, file);
  if (!existsSync(path)) throw new CliError(EXIT.notFound, `${path} does not exist`, hint);
  return new Uint8Array(readFileSync(path));
}
