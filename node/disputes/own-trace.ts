import { equalBytes } from "../../chain/crypto/bytes.ts";
import type { JobData } from "../factory/job/data.ts";
import { JobError } from "../factory/job/errors.ts";
import { headOf, type TrainingLog } from "../factory/job/log.ts";
import { decodeManifest, type JobManifest } from "../factory/job/manifest.ts";
import { type Choices, choicesOf } from "../factory/job/rounding.ts";
import { openTrainer, type Trainer } from "../factory/job/trainer.ts";
import { weightsHash } from "../influence/grid.ts";
import { jobDataOf } from "../jobs/job-data.ts";
import { MemoryStates, type States } from "./states.ts";
import type { DisputedTraining } from "./training.ts";

export interface TraceOptions {
  readonly workers?: number | undefined;
  readonly states?: States | undefined;
  /** After every step that is computed. */
  readonly onStep?: ((step: number, steps: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Errors of a step that cannot be taken as it was claimed, as the referee sees them as well. */
const NO_STATE: ReadonlySet<string> = new Set(["bad-rounding", "diverged", "lineage"]);

/**
 * A disputed training as it is computed here: the same data and manifest, and the poster's choices where a rounding is in
 * doubt, as far as they are choices at all.
 */
export class OwnTrace {
  readonly manifest: JobManifest;
  readonly log: TrainingLog;
  readonly #data: JobData;
  readonly #states: States;
  readonly #choices: Choices;
  readonly #options: TraceOptions;
  #trainer: Trainer | undefined;
  /** No state follows from this many steps on. */
  #deadFrom = Number.POSITIVE_INFINITY;

  constructor({ inputs, log }: Pick<DisputedTraining, "inputs" | "log">, options: TraceOptions = {}) {
    this.manifest = decodeManifest(inputs.manifest);
    this.log = log;
    this.#data = jobDataOf(this.manifest, inputs);
    this.#states = options.states ?? new MemoryStates();
    this.#choices = choicesOf(log.rounding?.entries ?? []);
    this.#options = options;
  }

  /** The state after so many steps; undefined where none follows. Throws JobError. */
  async stateAfter(step: number): Promise<Uint8Array | undefined> {
    const kept = this.#states.nearest(step);
    if (kept?.step === step) return kept.bytes;
    if (step >= this.#deadFrom) return undefined;
    const trainer = await this.#at(step);
    if (!trainer) return undefined;
    const bytes = trainer.state();
    this.#states.keep({ step, bytes });
    return bytes;
  }

  /** True when the training is over after the log's steps, with the weights that the log names. */
  async givesResult(): Promise<boolean> {
    const { steps, weightsHash: claimed } = headOf(this.log);
    const trainer = await this.#at(Number(steps));
    return trainer?.isDone() === true && equalBytes(weightsHash(trainer.weights()), claimed);
  }

  async close(): Promise<void> {
    await this.#closeTrainer();
    await this.#data.encoder?.close();
  }

  /** A trainer after so many steps; undefined where the training ends before, or a step cannot be taken. */
  async #at(step: number): Promise<Trainer | undefined> {
    try {
      const trainer = await this.#open(step);
      while (trainer.step < step) {
        this.#options.signal?.throwIfAborted();
        if (trainer.isDone()) return this.#dead(trainer.step + 1);
        await trainer.next(this.#choices);
        this.#keepCheckpoint(trainer);
        this.#options.onStep?.(trainer.step, Number(headOf(this.log).steps));
      }
      return trainer;
    } catch (error) {
      if (!(error instanceof JobError) || !NO_STATE.has(error.code)) throw error;
      return this.#dead((this.#trainer?.step ?? -1) + 1);
    }
  }

  #dead(from: number): undefined {
    this.#deadFrom = Math.min(this.#deadFrom, from);
    return undefined;
  }

  /** The open trainer where it is on the way, or a new one at the nearest state. */
  async #open(step: number): Promise<Trainer> {
    const kept = this.#states.nearest(step);
    const open = this.#trainer;
    if (open && open.step <= step && open.step >= (kept?.step ?? 0)) return open;
    await this.#closeTrainer();
    const { workers } = this.#options;
    this.#trainer = await openTrainer(this.manifest, this.#data, { workers, state: kept?.bytes });
    return this.#trainer;
  }

  async #closeTrainer(): Promise<void> {
    const trainer = this.#trainer;
    this.#trainer = undefined;
    await trainer?.close();
  }

  #keepCheckpoint(trainer: Trainer): void {
    if (trainer.step % this.manifest.checkpointEvery !== 0 && !trainer.isDone()) return;
    this.#states.keep({ step: trainer.step, bytes: trainer.state() });
  }
}
