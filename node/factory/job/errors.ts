/** Why a job was refused, or its proof failed. */
export type JobErrorCode =
  /** The manifest breaks a rule; `field` says where. */
  | "bad-manifest"
  /** The data at hand is not what the manifest names: snapshots, rows, graph, tokenizer or encoder. */
  | "lineage"
  /** The graph has no such layer, weight, input or output, or none that the form needs. */
  | "bad-graph"
  /** Bytes of a state, log or job folder are truncated, not canonical, or of another job. */
  | "bad-bytes"
  /** A weight or gradient left its grid: the rate is too high. */
  | "diverged"
  /** A rounding choice names an element that is not near a boundary, or a value that is not beside it. */
  | "bad-rounding"
  /** The caller's signal ended the job; its folder can be resumed. */
  | "aborted"
  /** A thread that computes gradients ended early. */
  | "worker-lost";

/** An operating error of a training job: a code for programs, a sentence for people. */
export class JobError extends Error {
  override readonly name = "JobError";
  readonly code: JobErrorCode;
  /** Of the manifest, for "bad-manifest". */
  readonly field: string | undefined;

  constructor(code: JobErrorCode, message: string, field?: string) {
    super(field === undefined ? message : `manifest: ${field} ${message}`);
    this.code = code;
    this.field = field;
  }
}
