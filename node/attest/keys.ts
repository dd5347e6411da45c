import { concatBytes } from "../../chain/crypto/hash.ts";
import { u64be } from "../../chain/crypto/tagged.ts";

// Keys of data/attest, all in one level database: a byte that names the table, then big-endian numbers and hashes.

const LEAF = 0x01;
const PLACED = 0x02;
const EXTENSION = 0x03;

/** Encoded Opening without its place under a root: the one leaf of a claim. */
export function leafKey(claimId: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(LEAF), claimId);
}

/** Encoded Opening with its place under the root of a height. */
export function placedKey(height: number, claimId: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(PLACED), u64be(height), claimId);
}

/** Encoded VoteExtension of a height. */
export function extensionKey(height: number): Uint8Array {
  return concatBytes(Uint8Array.of(EXTENSION), u64be(height));
}

/** The height in a key of the last kind. */
export function heightOfKey(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset + 1, 8).getBigUint64(0));
}

const range = (table: number) => ({ start: Uint8Array.of(table), end: Uint8Array.of(table + 1) });

export const LEAVES = range(LEAF);
export const PLACES = range(PLACED);
export const EXTENSIONS = range(EXTENSION);
