/**
 * - `bad-request`: the input asks for what this generator does not do; no answer to it is right
 * - `unpaid`: the longest answer that is asked for costs more than is paid
 * - `mismatch`: blobs are not what the registration says, or no generator; trying again does not help
 * - `no-memory`: it does not fit beside those at work
 * - `too-large`: it does not fit this machine's memory; it is not tried again
 * - `too-slow`: it took longer than this machine gives it; it is not tried again
 * - `lost`: its thread ended with calls under way
 */
export type GeneratorErrorCode =
  | "bad-request"
  | "unpaid"
  | "mismatch"
  | "no-memory"
  | "too-large"
  | "too-slow"
  | "lost";

export class GeneratorError extends Error {
  override readonly name = "GeneratorError";
  readonly code: GeneratorErrorCode;

  constructor(code: GeneratorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
