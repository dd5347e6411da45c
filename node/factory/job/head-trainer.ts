import { sha256 } from "../../../chain/crypto/hash.ts";
import { InfluenceError } from "../../influence/errors.ts";
import { naturalLog, softmaxInPlace } from "../../influence/exact-math.ts";
import { fromGrid, GRID_ONE, int32Bytes, toGrid } from "../../influence/grid.ts";
import { Crew } from "../crew.ts";
import { openSolver, placeSet } from "../head-solver.ts";
import { type Layout, layoutOf } from "../layout.ts";
import type { Lbfgs, LbfgsState } from "../lbfgs.ts";
import { foldOf, type GateInputs, gateOfFolds } from "../train-folds.ts";
import { checkEveryClassHasRows, checkTrainingSet, subset, type TrainingSet } from "../training-set.ts";
import type { JobData, JobRow, Split } from "./data.ts";
import { decodeHeadState, encodeHeadState } from "./head-state.ts";
import { fromReal, type JobManifest, manifestHash, optimiserOf } from "./manifest.ts";
import { classesOf, featuresOf } from "./samples.ts";
import { float64Bytes } from "./state.ts";
import type { HeldOut, StepReport, Trainer, TrainerOptions } from "./trainer.ts";

async function setOf(manifest: JobManifest, data: JobData, rows: readonly JobRow[]): Promise<TrainingSet> {
  const features = await featuresOf(manifest, data, rows);
  const dims = data.encoder?.dims ?? 0;
  return { features, dims, classes: manifest.labels.length, labels: classesOf(manifest, rows) };
}

/** HEAD: the exact solver iteration by iteration, the head first, then every fold's. */
export class HeadTrainer implements Trainer {
  readonly set: TrainingSet;
  readonly folds: readonly number[];
  private readonly manifest: JobManifest;
  private readonly heldOutSet: TrainingSet;
  private readonly crew: Crew;
  private readonly finished: (Int32Array | undefined)[] = [];
  private solver: Lbfgs | undefined;
  private taken = 0;

  private constructor(
    manifest: JobManifest,
    data: { readonly set: TrainingSet; readonly heldOut: TrainingSet; readonly folds: readonly number[] },
    workers: number | undefined,
  ) {
    this.manifest = manifest;
    this.set = data.set;
    this.heldOutSet = data.heldOut;
    this.folds = data.folds;
    const { labels, dims, classes } = data.set;
    this.crew = Crew.open({
      ...(workers === undefined ? {} : { workers }),
      bytes: 8 * layoutOf(labels.length, dims, classes, 0).end,
    });
  }

  static async open(manifest: JobManifest, data: JobData, split: Split, options: TrainerOptions): Promise<HeadTrainer> {
    const set = await setOf(manifest, data, split.training);
    checkTrainingSet(set);
    checkEveryClassHasRows(set);
    const heldOut = await setOf(manifest, data, split.heldOut);
    const folds = manifest.folds === 0 ? [] : split.training.map(({ contributor }) => foldOf(contributor));
    const trainer = new HeadTrainer(manifest, { set, heldOut, folds }, options.workers);
    try {
      if (options.state) await trainer.load(options.state);
      return trainer;
    } catch (error) {
      await trainer.close();
      throw error;
    }
  }

  private async load(bytes: Uint8Array): Promise<void> {
    const { classes, dims } = this.set;
    const expected = {
      manifestHash: manifestHash(this.manifest),
      size: classes * dims,
      heads: 1 + this.manifest.folds,
    };
    const { step, finished, solver } = decodeHeadState(bytes, expected);
    this.taken = step;
    this.finished.push(...finished);
    if (solver) this.solver = await this.openStage(solver);
  }

  get step(): number {
    return this.taken;
  }

  get steps(): number | undefined {
    return this.isDone() ? this.taken : undefined;
  }

  isDone(): boolean {
    return this.finished.length > this.manifest.folds;
  }

  /** Rows that the stage's head is trained on; undefined for a fold that has no rows, or none outside it. */
  private rowsOfStage(stage: number): TrainingSet | undefined {
    if (stage === 0) return this.set;
    const inside = this.folds.filter((fold) => fold === stage - 1).length;
    if (inside === 0 || inside === this.folds.length) return undefined;
    const outside = this.folds.flatMap((fold, row) => (fold === stage - 1 ? [] : [row]));
    return subset(this.set, outside);
  }

  private async openStage(from?: LbfgsState): Promise<Lbfgs> {
    const stage = this.finished.length;
    const { lambda, tolerance, foldTolerance, maxIterations } = optimiserOf(this.manifest);
    const end = fromReal(stage === 0 ? tolerance : foldTolerance);
    const layout: Layout = placeSet(this.crew, this.rowsOfStage(stage)!);
    return await openSolver(this.crew, layout, { lambda: fromReal(lambda), tolerance: end, maxIterations }, from);
  }

  /** Ends the stage, and those after it that have nothing to train. */
  private endStage(solver: Lbfgs): void {
    this.finished.push(toGrid(solver.result().point));
    this.solver = undefined;
    while (!this.isDone() && !this.rowsOfStage(this.finished.length)) this.finished.push(undefined);
  }

  async next(): Promise<StepReport> {
    const stage = this.finished.length;
    const solver = this.solver ?? (await this.openStage());
    this.solver = solver;
    if (!solver.isDone()) await solver.step();
    const { iteration, value, norm } = solver.report();
    this.taken += 1;
    if (solver.isDone()) this.endStage(solver);
    const name = stage === 0 ? "head" : `fold ${stage} of ${this.manifest.folds}`;
    const detail = `${name}, iteration ${iteration}, gradient ${norm.toExponential(1)}`;
    return { step: this.taken, loss: value, rounding: [], stage: detail };
  }

  async gradientAhead(): Promise<Float64Array> {
    if (this.isDone()) return new Float64Array(0);
    this.solver ??= await this.openStage();
    return this.solver.state().gradient;
  }

  async heldOut(): Promise<HeldOut | undefined> {
    const { labels } = this.heldOutSet;
    if (labels.length === 0) return undefined;
    return { samples: labels.length, ...judge(this.point(), this.heldOutSet) };
  }

  /** The head as it stands. */
  private point(): Float64Array {
    const head = this.finished[0];
    if (head) return fromGrid(head);
    return this.solver?.state().point ?? new Float64Array(this.set.classes * this.set.dims);
  }

  state(): Uint8Array {
    const solver = this.solver?.state();
    return encodeHeadState(manifestHash(this.manifest), { step: this.taken, finished: this.finished, solver });
  }

  weights(): Int32Array {
    const head = this.finished[0];
    if (!head) throw new InfluenceError("no-model", "the head is not done");
    return head.slice();
  }

  /** Heads of the folds, as far as they are done. */
  foldHeads(): readonly (Int32Array | undefined)[] {
    return this.finished.slice(1);
  }

  /** Gates of the rows by the heads of the folds. */
  gate(): Promise<GateInputs> {
    return gateOfFolds(this.crew, { ...this.set, folds: this.folds }, this.foldHeads());
  }

  digest(): Uint8Array {
    const solver = this.solver?.state();
    return sha256(solver ? float64Bytes(solver.point) : int32Bytes(this.finished.at(-1) ?? new Int32Array(0)));
  }

  close(): Promise<void> {
    return this.crew.close();
  }
}

/** Mean loss and right answers of a head. */
function judge(
  weights: Float64Array,
  { features, labels, dims, classes }: TrainingSet,
): { loss: number; right: number } {
  let loss = 0;
  let right = 0;
  const p = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < classes; c++) {
      let logit = 0;
      for (let k = 0; k < dims; k++) logit += weights[c * dims + k]! * features[i * dims + k]!;
      p[c] = logit;
    }
    softmaxInPlace(p);
    const own = p[labels[i]!]!;
    loss -= naturalLog(Math.max(own, 1 / GRID_ONE));
    if (p.indexOf(Math.max(...p)) === labels[i]) right += 1;
  }
  return { loss: loss / labels.length, right };
}
