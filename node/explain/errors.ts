/**
 * Why a payment cannot be explained.
 *
 * - `not_found`: no such request, or a part of it is unknown to the chain
 * - `not_settled`: nothing was paid for the request, or not yet
 * - `bad_blob`: a blob is not in the form that its place demands
 * - `generated`: the request is of another task than was asked for
 */
export type ExplainErrorCode = "not_found" | "not_settled" | "bad_blob" | "generated";

export class ExplainError extends Error {
  override readonly name = "ExplainError";
  readonly code: ExplainErrorCode;

  constructor(code: ExplainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
