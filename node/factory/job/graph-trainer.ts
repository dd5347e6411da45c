import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import type { Rounding } from "../../../proto/gen/openledger/factory/v1.ts";
import { ByteReader, ByteWriter } from "../../influence/bytes.ts";
import { int32Bytes, int32FromBytes } from "../../influence/grid.ts";
import type { JobData, Split } from "./data.ts";
import { JobError } from "./errors.ts";
import { openGradients } from "./gradient-pool.ts";
import { type Gradients, referenceGradients } from "./gradients.ts";
import { trainingGraph } from "./graph.ts";
import { MOST_STEPS } from "./limits.ts";
import { type JobManifest, manifestHash, optimiserOf } from "./manifest.ts";
import { freshWeights, stepWeights, type Weights } from "./optimiser.ts";
import { epochOrder } from "./order.ts";
import { addRounded, type Choices } from "./rounding.ts";
import { openSamples, type Samples } from "./samples.ts";
import { decoding, float32Bytes, float32FromBytes } from "./state.ts";
import type { HeldOut, StepReport, Trainer, TrainerOptions } from "./trainer.ts";

const MAGIC = "openledger/job-state/graph/1";

interface Parts {
  readonly manifest: JobManifest;
  readonly samples: Samples;
  readonly heldOut: Samples;
  readonly gradients: Gradients;
  readonly weights: Weights;
  readonly step: number;
}

/** LORA and FULL: gradients of a graph, rounded to the grid, and an optimiser in plain float64. */
export class GraphTrainer implements Trainer {
  readonly steps: number;
  private readonly parts: Parts;
  private readonly stepsPerEpoch: number;
  private taken: number;
  private order: { readonly epoch: number; readonly samples: Uint32Array } | undefined;

  private constructor(parts: Parts) {
    this.parts = parts;
    const { manifest, samples, step } = parts;
    this.stepsPerEpoch = Math.ceil(samples.count / manifest.batch);
    this.steps = this.stepsPerEpoch * manifest.epochs;
    this.taken = step;
    if (this.steps > MOST_STEPS)
      throw new JobError("bad-manifest", `are ${this.steps}, at most ${MOST_STEPS}`, "steps");
    if (optimiserOf(manifest).warmup > this.steps) {
      throw new JobError("bad-manifest", `is longer than the ${this.steps} steps of the job`, "optimiser.warmup");
    }
  }

  static async open(
    manifest: JobManifest,
    data: JobData,
    split: Split,
    options: TrainerOptions,
  ): Promise<GraphTrainer> {
    const graph = trainingGraph(manifest, data);
    const samples = await openSamples(manifest, data, split.training);
    const heldOut = await openSamples(manifest, data, split.heldOut);
    if (samples.count === 0) throw new JobError("lineage", "the rows hold nothing to train on");
    const kind = optimiserOf(manifest).kind;
    const fresh = { step: 0, weights: freshWeights(graph.initial, kind) };
    const { weights, step } = options.state ? decodeState(manifest, options.state, fresh.weights) : fresh;
    const gradients = options.reference ? referenceGradients(graph) : openGradients(graph, options.workers);
    try {
      return new GraphTrainer({ manifest, samples, heldOut, gradients, weights, step });
    } catch (error) {
      await gradients.close();
      throw error;
    }
  }

  get step(): number {
    return this.taken;
  }

  isDone(): boolean {
    return this.taken >= this.steps;
  }

  /** Samples of the step after this many. */
  private samplesOf(taken: number): number[] {
    const { manifest, samples } = this.parts;
    const epoch = Math.floor(taken / this.stepsPerEpoch);
    if (this.order?.epoch !== epoch) this.order = { epoch, samples: epochOrder(manifest.seed, epoch, samples.count) };
    const start = (taken % this.stepsPerEpoch) * manifest.batch;
    return [...this.order.samples.subarray(start, start + manifest.batch)];
  }

  async next(choices?: Choices): Promise<StepReport> {
    const { manifest, weights } = this.parts;
    const step = this.taken + 1;
    const scale = 2 ** manifest.gridBits;
    const batch = this.samplesOf(this.taken);
    const { gradient, loss, rounding } = await this.gradient(step, batch, choices);
    stepWeights(weights, gradient, optimiserOf(manifest), { step, steps: this.steps, scale });
    this.taken = step;
    return { step, loss, rounding, stage: `epoch ${Math.ceil(step / this.stepsPerEpoch)} of ${manifest.epochs}` };
  }

  /** Mean gradient of a step at the weights as they stand: a multiple of 2^-grid / batch. */
  private async gradient(
    step: number,
    batch: readonly number[],
    choices?: Choices,
  ): Promise<{ gradient: Float64Array; loss: number; rounding: Rounding[] }> {
    const { manifest, samples, gradients, weights } = this.parts;
    const scale = 2 ** manifest.gridBits;
    const feeds = chunks(batch, manifest.microBatch).map((some) => samples.feeds(some));
    const results = await gradients.gradients(this.point(), feeds);
    const sum = new Float64Array(weights.weights.length);
    const rounding: Rounding[] = [];
    let loss = 0;
    for (const [micro, result] of results.entries()) {
      rounding.push(...addRounded(sum, result.gradient, scale, { step, micro }, choices));
      for (const one of result.losses) loss += one;
    }
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! / batch.length / scale;
    return { gradient: sum, loss: loss / batch.length, rounding };
  }

  async gradientAhead(choices?: Choices): Promise<Float64Array> {
    return (await this.gradient(this.taken + 1, this.samplesOf(this.taken), choices)).gradient;
  }

  async heldOut(): Promise<HeldOut | undefined> {
    const { manifest, heldOut, gradients } = this.parts;
    if (heldOut.count === 0) return undefined;
    const all = Array.from({ length: heldOut.count }, (_, i) => i);
    const batches = chunks(all, manifest.microBatch);
    const results = await gradients.losses(
      this.point(),
      batches.map((some) => heldOut.feeds(some)),
    );
    let loss = 0;
    let right: number | undefined;
    for (const [b, { losses, answers }] of results.entries()) {
      for (const one of losses) loss += one;
      if (!answers || !heldOut.labelOf) continue;
      right = (right ?? 0) + batches[b]!.filter((sample, i) => heldOut.labelOf?.(sample) === answers[i]).length;
    }
    return { samples: heldOut.count, loss: loss / heldOut.count, right };
  }

  /** Weights as numbers. */
  private point(): Float64Array {
    const scale = 2 ** this.parts.manifest.gridBits;
    const { weights } = this.parts.weights;
    const point = new Float64Array(weights.length);
    for (let i = 0; i < point.length; i++) point[i] = weights[i]! / scale;
    return point;
  }

  state(): Uint8Array {
    const { manifest, weights } = this.parts;
    const out = new ByteWriter();
    out.text(MAGIC);
    out.fixed(manifestHash(manifest), 32);
    out.u64(this.taken);
    out.u32(weights.weights.length);
    out.raw(int32Bytes(weights.weights));
    out.raw(float32Bytes(weights.first));
    out.raw(float32Bytes(weights.second));
    return out.finish();
  }

  weights(): Int32Array {
    return this.parts.weights.weights.slice();
  }

  digest(): Uint8Array {
    return sha256(int32Bytes(this.parts.weights.weights));
  }

  close(): Promise<void> {
    return this.parts.gradients.close();
  }
}

function chunks(list: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** Throws JobError bad-bytes for a state of another job, or none. */
function decodeState(manifest: JobManifest, bytes: Uint8Array, shape: Weights): { weights: Weights; step: number } {
  return decoding(() => {
    const input = new ByteReader(bytes, "state");
    if (input.text() !== MAGIC) throw new JobError("bad-bytes", "state: not of a job on a graph");
    if (!equalBytes(input.fixed(32), manifestHash(manifest))) throw new JobError("bad-bytes", "state: of another job");
    const step = input.u64();
    const size = input.u32();
    if (size !== shape.weights.length)
      throw new JobError("bad-bytes", `state: ${size} weights, the job has ${shape.weights.length}`);
    const weights = int32FromBytes(input.fixed(4 * size));
    const first = float32FromBytes(input.fixed(4 * size));
    const second = float32FromBytes(input.fixed(4 * shape.second.length));
    input.end();
    if (!first.every(Number.isFinite) || !second.every((value) => value >= 0 && Number.isFinite(value))) {
      throw new JobError("bad-bytes", "state: a moment is no number that a step leaves");
    }
    return { weights: { weights, first, second }, step };
  });
}

/** The weights that a state holds, on the job's grid, and the steps that led to them. Throws JobError bad-bytes. */
export function graphStateWeights(
  manifest: JobManifest,
  bytes: Uint8Array,
  size: number,
): { readonly weights: Int32Array; readonly step: number } {
  const shape = freshWeights(new Int32Array(size), optimiserOf(manifest).kind);
  const { weights, step } = decodeState(manifest, bytes, shape);
  return { weights: weights.weights, step };
}
