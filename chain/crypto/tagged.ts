import { concatBytes, sha256 } from "./hash.ts";

const utf8 = new TextEncoder();

/** UTF-8 bytes of a text: the form of a text part of `taggedHash`. */
export function utf8Bytes(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Big-endian bytes of an unsigned integer below 2^32. */
export function u32be(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new RangeError(`not a uint32: ${value}`);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Big-endian bytes of an unsigned integer below 2^64. */
export function u64be(value: number | bigint): Uint8Array {
  const integer = BigInt(value);
  if (integer < 0n || integer >= 1n << 64n) throw new RangeError(`not a uint64: ${value}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, integer);
  return bytes;
}

/**
 * SHA-256 over the tag and the parts, each preceded by its length as a big-endian uint32: no two different lists of
 * parts share a preimage, and no two tags share a hash.
 */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const framed: Uint8Array[] = [];
  for (const part of [utf8Bytes(tag), ...parts]) framed.push(u32be(part.length), part);
  return sha256(concatBytes(...framed));
}
