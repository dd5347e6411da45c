export type JobDataErrorCode =
  /** A blob that job or manifest names is nowhere to be had; trying again may help. */
  | "missing"
  /** Job and manifest contradict each other, or what the chain and the blobs say: nobody can train or verify it. */
  | "inconsistent";

/** Why the data of a job on chain could not be gathered. */
export class JobDataError extends Error {
  override readonly name = "JobDataError";
  readonly code: JobDataErrorCode;

  constructor(code: JobDataErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
