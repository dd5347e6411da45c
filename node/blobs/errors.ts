/**
 * Why a blob operation failed.
 *
 * - `bad-id`: not 64 hex digits
 * - `empty`, `too-large`: size outside 1 byte to 4 MiB (or to the limit of a large artefact)
 * - `hash-mismatch`: the bytes are not those that the id names
 * - `corrupt`: the stored file does not match its id any more; it was set aside and counts as missing
 * - `missing`: not here, and (after a transfer) not at any peer asked
 * - `bad-manifest`: the blob is not a manifest, or does not describe its chunks
 * - `quota-account`: the account has too many bytes that nothing on chain refers to
 * - `quota-total`: the store is full
 * - `bad-request`: an HTTP request that does not say what it must
 * - `expired`: the upload's expiry has passed or lies too far ahead
 * - `bad-signature`: the upload is not signed by the account
 * - `unknown-account`: the account does not exist on chain
 * - `busy`: too many blobs are being fetched at once
 * - `io`: the disk failed
 */
export type BlobErrorCode =
  | "bad-id"
  | "empty"
  | "too-large"
  | "hash-mismatch"
  | "corrupt"
  | "missing"
  | "bad-manifest"
  | "quota-account"
  | "quota-total"
  | "bad-request"
  | "expired"
  | "bad-signature"
  | "unknown-account"
  | "busy"
  | "io";

/** Every operating error of the blob layer; the message ends with what to do. */
export class BlobError extends Error {
  override readonly name = "BlobError";
  readonly code: BlobErrorCode;
  readonly nextStep: string | undefined;

  constructor(
    code: BlobErrorCode,
    message: string,
    details: { readonly nextStep?: string; readonly cause?: unknown } = {},
  ) {
    super(details.nextStep ? `${message}. ${details.nextStep}` : message, { cause: details.cause });
    this.code = code;
    this.nextStep = details.nextStep;
  }
}
