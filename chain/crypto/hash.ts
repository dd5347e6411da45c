import { native } from "./native.ts";

/** Length in bytes of every hash in the chain. */
export const HASH_LENGTH = 32;

/** SHA-256, as a plain Uint8Array that owns its memory. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return native.sha256(bytes);
}

export function sha256Concat(...parts: readonly Uint8Array[]): Uint8Array {
  return native.sha256(concatBytes(...parts));
}

/** First 20 bytes of SHA-256: validator addresses and module account addresses. */
export function sha256Truncated(bytes: Uint8Array): Uint8Array {
  return native.sha256(bytes).slice(0, 20);
}

/** Bitcoin's RIPEMD-160, used in account addresses only. */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  return native.ripemd160(bytes);
}

/** SHA-256 of no bytes: the root of an empty merkle tree. */
export const EMPTY_HASH: Uint8Array = sha256(new Uint8Array(0));

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
