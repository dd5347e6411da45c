/**
 * Why a protobuf message was refused.
 *
 * - `malformed`: truncated, wrong wire type, group, zero field number, trailing bytes, invalid UTF-8
 * - `too_large`: more bytes than the limit, refused before decoding
 * - `too_many`: more list entries in all than the limit
 * - `too_deep`: messages nested beyond the limit
 * - `unknown_field`: a field number that the message does not have (strict decoding only)
 * - `not_canonical`: encoding the decoded value gives other bytes (strict decoding only)
 * - `bad_value`: a number out of its type's range, an unknown enum value, two members of one oneof, broken text
 * - `bad_json`: JSON of another shape than the message, or an unknown key
 */
export type ProtoErrorCode =
  | "malformed"
  | "too_large"
  | "too_many"
  | "too_deep"
  | "unknown_field"
  | "not_canonical"
  | "bad_value"
  | "bad_json";

/** The only error that encoding and decoding throw. `path` is the message and field, outermost first. */
export class ProtoError extends Error {
  readonly code: ProtoErrorCode;
  readonly path: string;
  constructor(code: ProtoErrorCode, path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "ProtoError";
    this.code = code;
    this.path = path;
  }
}
