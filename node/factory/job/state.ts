import { merkleRoot } from "../../../chain/crypto/merkle.ts";
import { InfluenceError } from "../../influence/errors.ts";
import { JobError } from "./errors.ts";
import { STATE_CHUNK_BYTES } from "./limits.ts";

/** Merkle root over a state's bytes in chunks: a checkpoint's name. */
export function stateRoot(state: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < state.length; at += STATE_CHUNK_BYTES) chunks.push(state.subarray(at, at + STATE_CHUNK_BYTES));
  return merkleRoot(chunks);
}

/** Runs a decoder over bytes of a state or log, and makes its complaints this domain's. */
export function decoding<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InfluenceError) throw new JobError("bad-bytes", error.message);
    throw error;
  }
}

/** Little-endian bytes of float64 values that are the same bits on every machine. */
export function float64Bytes(values: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}

export function float64FromBytes(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length >> 3 }, (_, i) => view.getFloat64(8 * i, true));
}

export function float32Bytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}

export function float32FromBytes(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getFloat32(4 * i, true));
}
