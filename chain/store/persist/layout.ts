import { prefixEnd } from "../bytes.ts";
import { StoreError } from "../errors.ts";
import type { DiskRequest } from "./disk.ts";

/** First byte of every state record, apart from those of the block store. */
const STATE = 0x73;

/** Second byte: the kind of record. */
const META = 0;
const CHANGESET = 1;
const CHUNK = 2;
const MANIFEST = 3;

const VERSION_BYTES = 8;

export const META_KEY = Uint8Array.of(STATE, META);

export function changesetKey(version: number): Uint8Array {
  return versioned(CHANGESET, version);
}

export function manifestKey(version: number): Uint8Array {
  return versioned(MANIFEST, version);
}

/** Chunk `index` (0, 1, ...) of the checkpoint of `version`. */
export function chunkKey(version: number, index: number): Uint8Array {
  const key = new Uint8Array(2 + VERSION_BYTES + 4);
  key.set(versioned(CHUNK, version));
  new DataView(key.buffer).setUint32(2 + VERSION_BYTES, index);
  return key;
}

/** The version in a changeset's or a manifest's key. */
export function versionOfKey(key: Uint8Array): number {
  if (key.length !== 2 + VERSION_BYTES) throw new StoreError("corrupt", "a state record's key has the wrong length");
  return Number(new DataView(key.buffer, key.byteOffset).getBigUint64(2));
}

export function metaRequest(): DiskRequest {
  return { start: META_KEY, end: Uint8Array.of(STATE, META, 0), limit: 1 };
}

/** Manifests of versions up to and including `last`. */
export function manifestRequest(last: number, limit: number): DiskRequest {
  return { start: manifestKey(0), end: manifestKey(last + 1), limit };
}

/** Changesets of versions from `first` to `last`, both included. */
export function changesetRequest(first: number, last: number, limit: number): DiskRequest {
  return { start: changesetKey(first), end: changesetKey(last + 1), limit };
}

/** Chunks of one checkpoint from `index` on. */
export function chunkRequest(version: number, index: number, limit: number): DiskRequest {
  return { start: chunkKey(version, index), end: prefixEnd(versioned(CHUNK, version))!, limit };
}

function versioned(kind: number, version: number): Uint8Array {
  const key = new Uint8Array(2 + VERSION_BYTES);
  key[0] = STATE;
  key[1] = kind;
  new DataView(key.buffer).setBigUint64(2, BigInt(version));
  return key;
}
