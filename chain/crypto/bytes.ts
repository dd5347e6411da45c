import { fromBase64 as decodeBase64, toBase64 as encodeBase64 } from "@cosmjs/encoding";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { CryptoError } from "./errors.ts";

/** Lower-case hex: the text form of hashes outside CometBFT's own JSON. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** Bytes of hex text in either case. Throws `bad_length` for an odd length or a character that is not hex. */
export function fromHex(text: string): Uint8Array {
  try {
    return hexToBytes(text);
  } catch {
    throw new CryptoError("bad_length", `not hex text: ${JSON.stringify(text.slice(0, 80))}`);
  }
}

export function toBase64(bytes: Uint8Array): string {
  return encodeBase64(bytes);
}

/** Bytes of padded standard base64. Throws `bad_length` for anything else. */
export function fromBase64(text: string): Uint8Array {
  try {
    return decodeBase64(text);
  } catch {
    throw new CryptoError("bad_length", `not base64 text: ${JSON.stringify(text.slice(0, 80))}`);
  }
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order of unsigned bytes, a prefix first: the order of Go's bytes.Compare. */
export function compareBytes(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a[i] as number;
    const right = b[i] as number;
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.length === b.length) return 0;
  return a.length < b.length ? -1 : 1;
}
