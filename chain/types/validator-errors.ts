/**
 * Why a validator set or a change of one was refused.
 *
 * - `empty`: no validator would be left, or none was given
 * - `duplicate`: one key appears twice in a set or in one batch of changes
 * - `bad_power`: power is negative, not an integer, or zero where a validator must exist
 * - `overflow`: total power would exceed the limit
 * - `unknown`: removal of a validator that is not in the set
 * - `too_many`: more validators than one commit may carry
 * - `bad_key`: a public key that is not 32 bytes
 */
export type ValidatorErrorCode = "empty" | "duplicate" | "bad_power" | "overflow" | "unknown" | "too_many" | "bad_key";

export class ValidatorError extends Error {
  readonly code: ValidatorErrorCode;
  constructor(code: ValidatorErrorCode, message: string) {
    super(message);
    this.name = "ValidatorError";
    this.code = code;
  }
}
