import type { ParseArgsConfig } from "node:util";
import type { Progress } from "./progress.ts";
import type { StateFolder } from "./state.ts";

/** What every evaluation is told. Absent fields mean the evaluation's own default. */
export interface EvalOptions {
  /** CSV files of a user; the evaluation's public data set when absent. */
  readonly data?: string;
  readonly test?: string;
  readonly textColumn: string;
  readonly labelColumn: string;
  /** Numeric columns that are the features themselves: tabular data, pixels. Empty: text is encoded. */
  readonly featureColumns: readonly string[];
  /** Every column but the label is a numeric feature. */
  readonly allFeatures: boolean;
  readonly seed: number;
  /** Threads of trainers; by default one per core. */
  readonly workers?: number;
  /** A small version for continuous integration: seconds, not minutes. */
  readonly bounded: boolean;
  /** Where expensive intermediate results are kept between runs. */
  readonly state: StateFolder;
  readonly progress: Progress;
  /** Values of the options that the evaluation itself declares. */
  readonly own: Readonly<Record<string, string | boolean | undefined>>;
}

/** One entry of the registry: `npm run eval -- NAME`. */
export interface Evaluation {
  readonly name: string;
  readonly describe: string;
  /** Further command line options, in the form of `util.parseArgs`. */
  readonly options?: NonNullable<ParseArgsConfig["options"]>;
  /** What its own options mean, one line each. */
  readonly help?: Readonly<Record<string, string>>;
  /** Command lines after `npm run eval -- `, with what they are for. */
  readonly examples?: readonly (readonly [command: string, purpose: string])[];
  /** JSON-serialisable result. */
  run(options: EvalOptions): Promise<object>;
}

/** Wrong use of the harness (exit code 2) or unusable input (1): shown as one sentence. */
export class EvaluationError extends Error {
  readonly code: "usage" | "bad-data" | "no-data" | "bad-state";

  constructor(code: EvaluationError["code"], message: string) {
    super(message);
    this.name = "EvaluationError";
    this.code = code;
  }
}

/** A whole number of at least `least` among an evaluation's own options. Throws EvaluationError "usage". */
export function ownInteger(options: EvalOptions, name: string, fallback: number, least = 0): number {
  const text = options.own[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new EvaluationError("usage", `--${name} wants a whole number, not ${text}`);
  if (value < least) throw new EvaluationError("usage", `--${name} is at least ${least}, not ${text}`);
  return value;
}

/** A number between 0 and 1, 1 excluded and 0 only where it is allowed. Throws EvaluationError "usage". */
export function ownShare(options: EvalOptions, name: string, fallback: number, orZero = false): number {
  const value = ownNumber(options, name, fallback);
  if ((value > 0 || (orZero && value === 0)) && value < 1) return value;
  throw new EvaluationError("usage", `--${name} wants a number between 0 and 1, not ${options.own[name]}`);
}

/** A number among an evaluation's own options. Throws EvaluationError "usage". */
export function ownNumber(options: EvalOptions, name: string, fallback: number): number {
  const text = options.own[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new EvaluationError("usage", `--${name} wants a number, not ${text}`);
  return value;
}
