import type { MessageCodec } from "../../proto/runtime.ts";
import { decodeStrict, ProtoError } from "../../proto/runtime.ts";
import { CodecError } from "./errors.ts";

// Checks that turn raw wire values into domain values. Each names the field it refuses.

/** Rounds are 32-bit on the wire. */
export const MAX_ROUND = 2 ** 31 - 1;

/** ed25519 signatures have 64 bytes; CometBFT's limit for any key type is the same (MaxSignatureSize). */
export const MAX_SIGNATURE_BYTES = 64;

/** CometBFT's limit (MaxChainIDLen). */
export const MAX_CHAIN_ID_LENGTH = 50;

/**
 * Decodes canonical bytes of at most `maxBytes`, naming every failure as a CodecError.
 * Equal values have equal bytes everywhere on the wire, so that hashes over bytes speak about values.
 */
export function decodeCanonical<T>(codec: MessageCodec<T>, bytes: Uint8Array, maxBytes: number): T {
  try {
    return decodeStrict(codec, bytes, maxBytes);
  } catch (error) {
    if (error instanceof ProtoError) throw fromProtoError(error);
    throw error;
  }
}

function fromProtoError(error: ProtoError): CodecError {
  const message = error.message.slice(error.path.length + 2);
  switch (error.code) {
    case "too_large":
    case "too_many":
    case "not_canonical":
      return new CodecError(error.code, error.path, message);
    case "unknown_field":
      return new CodecError("not_canonical", error.path, message);
    case "bad_value":
      return new CodecError("bad_value", error.path, message);
    default:
      return new CodecError("malformed", error.path, message);
  }
}

export function requirePresent<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw new CodecError("bad_value", path, "is missing");
  return value;
}

/** A 64-bit wire integer as a safe integer in low..high. Height 2^53, -1 or MaxInt64 from a peer ends here. */
export function safeInteger(value: bigint, path: string, low = 0, high: number = Number.MAX_SAFE_INTEGER): number {
  if (value < BigInt(low) || value > BigInt(high)) {
    throw new CodecError("out_of_range", path, `${value} is not in ${low}..${high}`);
  }
  return Number(value);
}

export function smallInteger(value: number, path: string, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new CodecError("out_of_range", path, `${value} is not in ${low}..${high}`);
  }
  return value;
}

export function bytesOfLength(value: Uint8Array, path: string, ...lengths: readonly number[]): Uint8Array {
  if (!lengths.includes(value.length)) {
    throw new CodecError("bad_length", path, `${value.length} bytes, expected ${lengths.join(" or ")}`);
  }
  return value;
}

export function bytesAtMost(value: Uint8Array, path: string, limit: number): Uint8Array {
  if (value.length > limit) throw new CodecError("too_large", path, `${value.length} bytes exceed ${limit}`);
  return value;
}

export function signatureOf(value: Uint8Array, path: string): Uint8Array {
  if (value.length === 0) throw new CodecError("bad_length", path, "is empty");
  return bytesAtMost(value, path, MAX_SIGNATURE_BYTES);
}

export function chainIdOf(value: string, path: string): string {
  if (value.length === 0 || value.length > MAX_CHAIN_ID_LENGTH) {
    throw new CodecError("bad_length", path, `chain id must have 1..${MAX_CHAIN_ID_LENGTH} characters`);
  }
  return value;
}

export function listAtMost<T>(value: readonly T[], path: string, limit: number): readonly T[] {
  if (value.length > limit) throw new CodecError("too_many", path, `${value.length} entries exceed ${limit}`);
  return value;
}
