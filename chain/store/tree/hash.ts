import { sha256 } from "../../crypto/hash.ts";
import { MAX_KEY_BYTES } from "../limits.ts";
import type { Columns } from "./columns.ts";

const HASH_BYTES = 32;

/** Length byte before each hash inside a preimage. */
const HASH_LENGTH_BYTE = 0x20;

/** Three varints of at most 10 bytes, the key with its length, a hash with its length. */
const scratch = new Uint8Array(3 * 10 + 5 + MAX_KEY_BYTES + 1 + HASH_BYTES + 1 + HASH_BYTES);

/**
 * Hashes a node whose children are hashed and gives it `version`, as cosmos/iavl `Node.writeHashBytes`:
 * zigzag varints of height, size and version; then for a leaf the length-prefixed key and the length-prefixed
 * sha256 of the value, for an inner node the two length-prefixed child hashes. Keys of inner nodes are not hashed.
 */
export function sealNode(columns: Columns, id: number, version: number): void {
  let at = putZigzag(0, columns.height[id]!);
  at = putZigzag(at, columns.size[id]!);
  at = putZigzag(at, version);
  if (columns.height[id] === 0) {
    const key = columns.key[id]!;
    at = putUvarint(at, key.length);
    scratch.set(key, at);
    at = putHash(at + key.length, sha256(columns.value[id]!), 0);
  } else {
    at = putHash(at, columns.hashes, columns.left[id]! * HASH_BYTES);
    at = putHash(at, columns.hashes, columns.right[id]! * HASH_BYTES);
  }
  columns.hashes.set(sha256(scratch.subarray(0, at)), id * HASH_BYTES);
  columns.version[id] = version;
}

/** Seals all working nodes of a subtree, children first. Sealed nodes have sealed children, so the walk stops there. */
export function sealWorking(columns: Columns, id: number, version: number): void {
  if (columns.version[id] !== 0) return;
  if (columns.height[id]! > 0) {
    sealWorking(columns, columns.left[id]!, version);
    sealWorking(columns, columns.right[id]!, version);
  }
  sealNode(columns, id, version);
}

/** Zigzag varint of a natural number, as Go's `binary.PutVarint`; for the prefixes in proofs. */
export function zigzag(value: number): Uint8Array {
  return scratch.slice(0, putZigzag(0, value));
}

function putZigzag(at: number, value: number): number {
  return putUvarint(at, value * 2);
}

function putUvarint(at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest >= 0x80) {
    const low = rest % 0x80;
    scratch[next++] = low | 0x80;
    rest = (rest - low) / 0x80;
  }
  scratch[next++] = rest;
  return next;
}

function putHash(at: number, from: Uint8Array, offset: number): number {
  scratch[at] = HASH_LENGTH_BYTE;
  for (let i = 0; i < HASH_BYTES; i++) scratch[at + 1 + i] = from[offset + i]!;
  return at + 1 + HASH_BYTES;
}
