/**
 * Why bytes or JSON from outside were refused.
 *
 * - `malformed`: not protobuf (or JSON) of the expected shape: truncated, wrong wire type, invalid UTF-8
 * - `too_large`: longer than the limit for its kind; refused before anything is allocated
 * - `too_many`: a list has more entries than its limit
 * - `out_of_range`: a number is negative, beyond 2^53 or beyond the limit of its field
 * - `bad_length`: a hash, address, key or signature has the wrong number of bytes
 * - `bad_value`: well-formed, but not a value of this field (an unknown flag, a missing message)
 * - `not_canonical`: decoding and encoding again gives other bytes
 */
export type CodecErrorCode =
  | "malformed"
  | "too_large"
  | "too_many"
  | "out_of_range"
  | "bad_length"
  | "bad_value"
  | "not_canonical";

/** The only error that decoders throw, whatever bytes they are given. `path` names the field, outermost first. */
export class CodecError extends Error {
  readonly code: CodecErrorCode;
  readonly path: string;
  constructor(code: CodecErrorCode, path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "CodecError";
    this.code = code;
    this.path = path;
  }
}
