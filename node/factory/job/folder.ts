import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TrainingLog } from "../../../proto/gen/openledger/factory/v1.ts";
import { decodeStrict, encodeBytes, ProtoError } from "../../../proto/runtime.ts";
import { readIfPresent, writeDurably } from "../../home/durable-file.ts";
import { int32Bytes, int32FromBytes } from "../../influence/grid.ts";
import { JobError } from "./errors.ts";
import { MOST_LOG_BYTES } from "./limits.ts";
import { decodeLog, encodeLog } from "./log.ts";
import { encodeManifest, type JobManifest, manifestHash } from "./manifest.ts";
import { manifestToJson, parseManifest } from "./manifest-json.ts";
import type { JobEvent, JobProgress, JobResult } from "./run-job.ts";

/** Files of a job's folder. */
export const JOB_FILES = {
  json: "manifest.json",
  manifest: "manifest.bin",
  graph: "graph.onnx",
  tokenizer: "tokenizer.json",
  encoder: "encoder",
  rows: "rows.json",
  checkpoints: "checkpoints",
  stopped: "stopped.state",
  progress: "progress.bin",
  log: "log.bin",
  weights: "weights.bin",
} as const;

const PERMISSIONS = 0o644;
/** Digits of a checkpoint's file, so that a listing is in order. */
const DIGITS = 6;

/**
 * A job on disk. A state is written before the log that speaks of it, each file whole or not at all, so that a job that
 * was killed at any instant goes on from its last checkpoint.
 */
export class JobFolder {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Throws JobError bad-bytes when the folder holds a job already. */
  static create(dir: string, manifest: JobManifest): JobFolder {
    const folder = new JobFolder(dir);
    if (existsSync(folder.path("json"))) throw new JobError("bad-bytes", `${dir} holds a job already`);
    mkdirSync(dir, { recursive: true });
    folder.write("json", `${JSON.stringify(manifestToJson(manifest), undefined, 2)}\n`);
    folder.write("manifest", encodeManifest(manifest));
    return folder;
  }

  path(file: keyof typeof JOB_FILES): string {
    return join(this.dir, JOB_FILES[file]);
  }

  read(file: keyof typeof JOB_FILES): Uint8Array | undefined {
    return readIfPresent(this.path(file));
  }

  write(file: keyof typeof JOB_FILES, bytes: Uint8Array | string): void {
    writeDurably(this.path(file), bytes, PERMISSIONS);
  }

  /** The manifest, from the JSON that people may have edited before the job began. Throws JobError. */
  manifest(): JobManifest {
    const bytes = this.read("json");
    if (!bytes) throw new JobError("bad-bytes", `${this.dir} holds no job: ${JOB_FILES.json} is missing`);
    return parseManifest(new TextDecoder().decode(bytes));
  }

  /** Keeps the canonical bytes beside the JSON as it is now. */
  freeze(manifest: JobManifest): void {
    this.write("manifest", encodeManifest(manifest));
  }

  statePath(index: number): string {
    return join(this.dir, JOB_FILES.checkpoints, `${String(index).padStart(DIGITS, "0")}.state`);
  }

  /** State of a checkpoint. Throws JobError bad-bytes. */
  state(index: number): Uint8Array {
    const bytes = readIfPresent(this.statePath(index));
    if (bytes) return bytes;
    throw new JobError("bad-bytes", `${this.statePath(index)} is missing`);
  }

  hasBegun(): boolean {
    return existsSync(this.path("progress")) || existsSync(this.path("log"));
  }

  /** Keeps what a run reports. */
  keep(manifest: JobManifest, event: JobEvent): void {
    if (event.kind === "checkpoint") {
      writeDurably(this.statePath(event.index), event.progress.state, PERMISSIONS);
      this.keepProgress(manifest, event.progress);
      rmSync(this.path("stopped"), { force: true });
    }
    if (event.kind === "stopped") {
      this.write("stopped", event.progress.state);
      this.keepProgress(manifest, event.progress);
    }
  }

  private keepProgress(manifest: JobManifest, { checkpoints, rounding, curve, stateBlobs, step }: JobProgress): void {
    const head = {
      manifestHash: manifestHash(manifest),
      steps: BigInt(step),
      every: manifest.checkpointEvery,
      weightsHash: new Uint8Array(0),
    };
    this.write(
      "progress",
      encodeBytes(TrainingLog, { head, checkpoints, rounding: { entries: rounding }, curve, stateBlobs }),
    );
  }

  /** What is known so far, finished or not; undefined before the start. Throws JobError bad-bytes. */
  partialLog(): TrainingLog | undefined {
    const finished = this.read("log");
    if (finished) return decodeLog(finished);
    const bytes = this.read("progress");
    if (!bytes) return undefined;
    try {
      return decodeStrict(TrainingLog, bytes, MOST_LOG_BYTES);
    } catch (error) {
      if (!(error instanceof ProtoError)) throw error;
      throw new JobError("bad-bytes", `${this.path("progress")}: ${error.message}`);
    }
  }

  /** Where to go on. Throws JobError: bad-bytes, lineage when the manifest was changed meanwhile. */
  progress(manifest: JobManifest): JobProgress | undefined {
    const log = this.partialLog();
    if (!log) return undefined;
    const { checkpoints, curve, rounding, stateBlobs } = log;
    if (Buffer.compare(log.head?.manifestHash ?? new Uint8Array(0), manifestHash(manifest)) !== 0) {
      throw new JobError("lineage", "the manifest was changed after the job began; begin a new job in another folder");
    }
    const step = curve.length;
    const isCheckpoint = Number(checkpoints.at(-1)?.step ?? -1) === step;
    const state = isCheckpoint ? this.state(checkpoints.length - 1) : this.read("stopped");
    if (!state) throw new JobError("bad-bytes", `${this.path("stopped")} is missing`);
    return { checkpoints, curve, rounding: rounding?.entries ?? [], stateBlobs, state, step };
  }

  keepResult({ weights, log }: JobResult): void {
    this.write("weights", int32Bytes(weights));
    this.write("log", encodeLog(log));
    rmSync(this.path("progress"), { force: true });
    rmSync(this.path("stopped"), { force: true });
  }

  /** Finished weights; undefined before the end. */
  weights(): Int32Array | undefined {
    const bytes = this.read("weights");
    return bytes && int32FromBytes(bytes);
  }
}
