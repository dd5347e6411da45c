/**
 * Why a snapshot cannot be computed.
 *
 * - `missing_blob`: nobody who was asked has the items of a contribution
 * - `bad_blob`: a contribution's blob is not what its reveal said: other bytes, another count, another root
 * - `unknown_window`: the DataNet has no such window
 */
export type SnapshotErrorCode = "missing_blob" | "bad_blob" | "unknown_window";

export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
  readonly code: SnapshotErrorCode;
  readonly contribution: string | undefined;

  constructor(code: SnapshotErrorCode, message: string, details: { contribution?: string; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.contribution = details.contribution;
  }
}
