/**
 * - `bad_state`: the application refuses `app_state`; the message names the key and says why
 * - `duplicate`: the account or validator is in the document already
 * - `not_an_address`: not an address of this chain
 * - `bad_amount`: not coins such as 1000uopen
 */
export type GenesisBuildErrorCode = "bad_state" | "duplicate" | "not_an_address" | "bad_amount";

/** A genesis document that cannot be built or started from. */
export class GenesisBuildError extends Error {
  readonly code: GenesisBuildErrorCode;

  constructor(code: GenesisBuildErrorCode, message: string) {
    super(message);
    this.name = "GenesisBuildError";
    this.code = code;
  }
}
