import { BlobManifest } from "../../proto/gen/openledger/p2p/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { BlobError } from "./errors.ts";
import { type BlobId, hashOfId, toBlobId } from "./id.ts";
import { MAX_BLOB_BYTES, MAX_CHUNKS, MAX_LARGE_BYTES } from "./limits.ts";

const KIND = "openledger/blob-manifest/v1";
/** Field 1, a string of this length: how every manifest begins. */
const PREFIX = new Uint8Array([0x0a, KIND.length, ...new TextEncoder().encode(KIND)]);

export const MANIFEST_PREFIX_BYTES = PREFIX.length;

/** A large artefact's chunks in order; all but the last have 4 MiB. */
export interface Manifest {
  readonly size: number;
  readonly chunks: readonly BlobId[];
}

/** True when the bytes may be a manifest; `decodeManifest` decides. */
export function looksLikeManifest(bytes: Uint8Array): boolean {
  return bytes.length >= PREFIX.length && PREFIX.every((byte, i) => bytes[i] === byte);
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  return encodeBytes(BlobManifest, {
    kind: KIND,
    size: BigInt(manifest.size),
    chunks: manifest.chunks.map(hashOfId),
  });
}

/** Throws `bad-manifest` unless the bytes are the one canonical manifest of what they describe. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const raw = decode(bytes);
  if (raw.kind !== KIND) throw bad(`its kind is ${JSON.stringify(raw.kind.slice(0, 64))}`);
  if (raw.size > BigInt(MAX_LARGE_BYTES) || raw.chunks.length > MAX_CHUNKS) throw bad("it describes too many bytes");
  const size = Number(raw.size);
  if (size < 1 || raw.chunks.length !== Math.ceil(size / MAX_BLOB_BYTES)) {
    throw bad(`${raw.chunks.length} chunks do not make ${size} bytes`);
  }
  if (raw.chunks.some((chunk) => chunk.length !== 32)) throw bad("a chunk id does not have 32 bytes");
  return { size, chunks: raw.chunks.map(toBlobId) };
}

/** Bytes that chunk `index` must have. */
export function chunkSize(manifest: Manifest, index: number): number {
  return index < manifest.chunks.length - 1 ? MAX_BLOB_BYTES : manifest.size - MAX_BLOB_BYTES * index;
}

/** Cuts bytes into chunks of at most 4 MiB. Throws `empty` or `too-large`. */
export function intoChunks(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length === 0) throw new BlobError("empty", "an artefact of no bytes can't be stored");
  if (bytes.length > MAX_LARGE_BYTES) {
    throw new BlobError("too-large", `artefact of ${bytes.length} bytes, at most ${MAX_LARGE_BYTES} can be stored`);
  }
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MAX_BLOB_BYTES) chunks.push(bytes.subarray(at, at + MAX_BLOB_BYTES));
  return chunks;
}

/** Joins chunks into the artefact. Throws `bad-manifest` when a chunk has another size than the manifest says. */
export function joinChunks(manifest: Manifest, chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(manifest.size);
  for (const [i, chunk] of chunks.entries()) {
    if (chunk.length !== chunkSize(manifest, i)) throw bad(`chunk ${i} has ${chunk.length} bytes`);
    whole.set(chunk, i * MAX_BLOB_BYTES);
  }
  return whole;
}

function decode(bytes: Uint8Array): BlobManifest {
  try {
    return decodeStrict(BlobManifest, bytes, MAX_BLOB_BYTES);
  } catch (cause) {
    throw new BlobError("bad-manifest", "the blob is not a manifest of chunks", { cause });
  }
}

function bad(reason: string): BlobError {
  return new BlobError("bad-manifest", `the manifest is not valid: ${reason}`);
}
