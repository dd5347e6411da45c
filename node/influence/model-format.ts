import { ByteReader, ByteWriter } from "./bytes.ts";
import { InfluenceError } from "./errors.ts";
import { int32Bytes, int32FromBytes, weightsHash } from "./grid.ts";
import type { HeadModel } from "./types.ts";

export { weightsHash };

const MAGIC = "openledger/head/1";

/** Canonical bytes of a model: encoder id, shape, class names in output order, int32 weights on the 2^-24 grid. */
export function encodeModel(model: HeadModel): Uint8Array {
  const { encoderId, dims, labels, weights } = model;
  if (weights.length !== labels.length * dims) {
    throw new InfluenceError("bad-shape", `model: ${weights.length} weights for ${labels.length} classes of ${dims}`);
  }
  const out = new ByteWriter();
  out.text(MAGIC);
  out.text(encoderId);
  out.u32(dims);
  out.u32(labels.length);
  for (const label of labels) out.text(label);
  out.raw(int32Bytes(weights));
  return out.finish();
}

/** Throws InfluenceError "bad-bytes". */
export function decodeModel(bytes: Uint8Array): HeadModel {
  const input = new ByteReader(bytes, "model");
  if (input.text() !== MAGIC) throw new InfluenceError("bad-bytes", "model: not a head of a known version");
  const encoderId = input.text();
  const dims = input.u32();
  const classes = input.u32();
  if (4 * dims * classes > bytes.length || dims < 1 || classes < 2) {
    throw new InfluenceError("bad-bytes", `model: ${classes} classes of ${dims} dims do not fit ${bytes.length} bytes`);
  }
  const labels = Array.from({ length: classes }, () => input.text());
  const weights = int32FromBytes(input.fixed(4 * dims * classes));
  input.end();
  return { encoderId, dims, labels, weights };
}
