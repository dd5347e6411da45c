import type { Rounding } from "../../../proto/gen/openledger/factory/v1.ts";
import type { JobData } from "./data.ts";
import { checkedSplit } from "./data.ts";
import { GraphTrainer } from "./graph-trainer.ts";
import { HeadTrainer } from "./head-trainer.ts";
import { type JobManifest, Method } from "./manifest.ts";
import type { Choices } from "./rounding.ts";

export interface StepReport {
  /** From 1. */
  readonly step: number;
  /** Mean loss of the step's samples at the weights before it; a head's objective after it. */
  readonly loss: number;
  /** Choices near a boundary that the step made. */
  readonly rounding: readonly Rounding[];
  /** What is being trained, for people. */
  readonly stage: string;
}

export interface HeldOut {
  readonly samples: number;
  readonly loss: number;
  /** Right answers, where the form has labels. */
  readonly right: number | undefined;
}

/** A training that goes step by step, and whose state is bytes. */
export interface Trainer {
  /** Steps taken. */
  readonly step: number;
  /** Steps of the whole job; undefined while a solver decides. */
  readonly steps: number | undefined;
  isDone(): boolean;
  /** Takes a step. With choices, roundings follow them where they may. Throws JobError: diverged, bad-rounding. */
  next(choices?: Choices): Promise<StepReport>;
  heldOut(): Promise<HeldOut | undefined>;
  /** Gradient that the next step is taken from; a head's before the iteration. */
  gradientAhead(choices?: Choices): Promise<Float64Array>;
  /** Everything that the next step depends on besides manifest and data. */
  state(): Uint8Array;
  /** Integers on the job's grid: the result once it is done. */
  weights(): Int32Array;
  /** sha256 over whatever a step changes in the weights. */
  digest(): Uint8Array;
  close(): Promise<void>;
}

export interface TrainerOptions {
  /** Threads; never changes a bit. */
  readonly workers?: number | undefined;
  /** A state to go on from; the start by default. */
  readonly state?: Uint8Array | undefined;
  /** Gradients by the exact reference instead of ONNX Runtime; heads are the reference themselves. */
  readonly reference?: boolean | undefined;
}

/** Opens a job on data that must be what its manifest names. Throws JobError, InfluenceError. */
export function openTrainer(manifest: JobManifest, data: JobData, options: TrainerOptions = {}): Promise<Trainer> {
  const split = checkedSplit(manifest, data.sources);
  const open = manifest.method === Method.METHOD_HEAD ? HeadTrainer.open : GraphTrainer.open;
  return open(manifest, data, split, options);
}
