/**
 * What went wrong in a pure cryptographic helper.
 *
 * - `bad_length`: a key, signature, hash or seed has the wrong number of bytes
 * - `bad_bech32`: text is not bech32, has a bad checksum or is too long
 * - `wrong_prefix`: bech32 text is valid, but names another kind of address or another chain
 * - `bad_key`: bytes of the right length that are not a usable key
 */
export type CryptoErrorCode = "bad_length" | "bad_bech32" | "wrong_prefix" | "bad_key";

export class CryptoError extends Error {
  readonly code: CryptoErrorCode;
  constructor(code: CryptoErrorCode, message: string) {
    super(message);
    this.name = "CryptoError";
    this.code = code;
  }
}
