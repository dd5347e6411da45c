import { FAULT_NAMES, type FaultCounts, noFaults } from "./faults.ts";
import type { SeedResult } from "./world.ts";

export interface SimFailure {
  readonly seed: number;
  readonly message: string;
  /** The command that shows this failure again. */
  readonly reproduce: string;
}

export interface SimReport {
  readonly validators: number;
  readonly seeds: number;
  readonly failures: readonly SimFailure[];
  readonly seedsPerMinute: number;
  readonly faults: FaultCounts;
  /** Distinct (seed, height, round) with a round above zero. */
  readonly roundsAboveZero: number;
  readonly heights: number;
  readonly virtualSeconds: number;
}

/** Sums the results of many seeds, in whatever order they arrive. */
export class ReportBuilder {
  readonly #validators: number;
  readonly #failures: SimFailure[] = [];
  readonly #faults: FaultCounts = noFaults();
  #seeds = 0;
  #rounds = 0;
  #heights = 0;
  #virtualMs = 0;

  constructor(validators: number) {
    this.#validators = validators;
  }

  add(result: SeedResult): SimFailure | undefined {
    this.#seeds++;
    this.#rounds += result.roundsAboveZero;
    this.#heights += result.height;
    this.#virtualMs += result.virtualMs;
    for (const name of FAULT_NAMES) this.#faults[name] += result.faults[name];
    if (result.failure === undefined) return undefined;
    const { seed, failure: message } = result;
    const reproduce = `npm run sim -- --validators ${this.#validators} --seeds 1 --start ${seed}`;
    const failure = { seed, message, reproduce };
    this.#failures.push(failure);
    return failure;
  }

  build(elapsedMs: number): SimReport {
    return {
      validators: this.#validators,
      seeds: this.#seeds,
      failures: [...this.#failures].sort((a, b) => a.seed - b.seed),
      seedsPerMinute: Math.round((this.#seeds * 60_000) / Math.max(1, elapsedMs)),
      faults: this.#faults,
      roundsAboveZero: this.#rounds,
      heights: this.#heights,
      virtualSeconds: Math.round(this.#virtualMs / 1000),
    };
  }

  get seeds(): number {
    return this.#seeds;
  }

  get failures(): number {
    return this.#failures.length;
  }
}
