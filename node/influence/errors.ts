/** Why an engine call was refused. Operating errors only; broken invariants are assertions. */
export type InfluenceErrorCode =
  /** No encoder is registered under this id or spec hash. */
  | "unknown-encoder"
  /** An encoder's graph or tokenizer cannot be used: node/influence/encoders/errors.ts says why. */
  | "bad-encoder"
  /** Lengths, class counts or folds of the caller's arrays disagree or are out of range. */
  | "bad-shape"
  /** A feature, probability or option is NaN or infinite. */
  | "not-finite"
  /** A class without any training row, or fewer than two classes. */
  | "empty-class"
  /** A result does not fit its grid (weights beyond +-128, inverse beyond int32). */
  | "off-grid"
  /** A blob is truncated, has trailing bytes, or is not in canonical form. */
  | "bad-bytes"
  /** Blobs of one model do not hash to what its header names. */
  | "hash-mismatch"
  /** The caller's key names no resident model, or the model does not fit the memory cap. */
  | "no-model"
  /** One text took longer than the verifier gives it; the model is not tried again. */
  | "too-slow"
  /** A worker thread died or was closed with calls under way. */
  | "worker-lost"
  /** The caller aborted a long computation. */
  | "aborted";

/** An operating error of the attribution engine: a code for programs, a sentence for people. */
export class InfluenceError extends Error {
  readonly code: InfluenceErrorCode;

  constructor(code: InfluenceErrorCode, message: string) {
    super(message);
    this.name = "InfluenceError";
    this.code = code;
  }
}
