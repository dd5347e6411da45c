export type DisputeErrorCode =
  /** The claim is of no training with a log of checkpoints. */
  | "not-disputable"
  /** A blob that the claim names is nowhere to be had, or is not what the claim committed to. */
  | "bad-log"
  /** An own recomputation agrees with the claim: who challenges it loses the stake. */
  | "agrees"
  /** The poster's own log does not follow from its manifest: there is no state to answer with. */
  | "indefensible"
  /** The dispute is between other accounts. */
  | "wrong-party";

/** Why a side of a dispute cannot be played. */
export class DisputeError extends Error {
  override readonly name = "DisputeError";
  readonly code: DisputeErrorCode;

  constructor(code: DisputeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
