import { CLASSES, DIMS, type Speeds } from "./speed.ts";

/** Largest sizes that a claim of a kind may have for this machine to attest in time. */
export interface Capability {
  readonly claim: "availability" | "snapshot" | "result" | "index" | "training" | "fidelity";
  readonly canVerify: boolean;
  readonly size: string;
}

export interface Budget {
  /** Memory for resident models. */
  readonly memoryMiB: number;
  readonly cores: number;
  readonly matches: boolean;
}

const MIB = 2 ** 20;
/** Of an index row of 512 dims and 77 classes in memory: h, residuals, gate, scale. */
const ROW_BYTES = DIMS + CLASSES + 16;
const INVERSE_BYTES = 4 * CLASSES * DIMS * DIMS;
/** One model lives in one WebAssembly memory. */
const MOST_KERNEL_MIB = 4096;
/** A result claim's default window is 4 blocks: half a second of arithmetic leaves room for fetching and other claims. */
const RESULT_SECONDS = 0.5;
/** L-BFGS passes over the data until a head has converged, forward and gradient. */
const HEAD_PASSES = 200;
/** Windows of training and index claims are hours; this much of them is arithmetic. */
const LONG_SECONDS = 1800;
/** One training step of a decoder: forward and backward, 6 operations a parameter and token. */
const STEP = { tokens: 16 * 128, operations: 6, seconds: 60 };

/** Two leading digits, so that nobody reads more into an estimate. */
function about(n: number): string {
  if (!(n >= 1)) return "0";
  const digits = Math.floor(n).toString().length;
  const unit = digits > 2 ? Number(`1e${digits - 2}`) : 1;
  return (Math.floor(n / unit) * unit).toLocaleString("en-US");
}

/** What this machine can verify, from its measured speeds and memory. Estimates: no claim was run. */
export function capabilities(speeds: Speeds, { memoryMiB, cores, matches }: Budget): Capability[] {
  const gflops = Math.max(...speeds.providers.map(({ float64Gflops }) => float64Gflops));
  const byMemory = (Math.min(memoryMiB, MOST_KERNEL_MIB) * MIB - INVERSE_BYTES) / ROW_BYTES;
  const rows = Math.max(0, Math.min(byMemory, speeds.scoredRowsPerSecond * RESULT_SECONDS));
  const perRow = 4 * DIMS * CLASSES * HEAD_PASSES;
  const trained = (speeds.referenceGflops * 1e9 * cores * LONG_SECONDS) / perRow;
  const parameters = (gflops * 1e9 * STEP.seconds) / (STEP.operations * STEP.tokens);
  const sized = (claim: Capability["claim"], amount: number, size: string): Capability => ({
    claim,
    canVerify: matches && amount >= 1,
    size,
  });
  return [
    sized("availability", 1, "any blob"),
    sized("snapshot", 1, "any snapshot that fits the disk"),
    sized("result", rows, `models of up to ${about(rows)} rows of ${DIMS} x ${CLASSES}`),
    sized("index", rows, `sampled rows of indexes of up to ${about(rows)} rows`),
    sized(
      "training",
      trained,
      `heads on up to ${about(trained)} rows; decoders of up to ${about(parameters)} parameters`,
    ),
    sized("fidelity", trained / 20, `20 retrainings on up to ${about(trained / 20)} rows`),
  ];
}
