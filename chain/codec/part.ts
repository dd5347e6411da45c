import { Part as WirePart } from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { MAX_AUNTS, type MerkleProof } from "../crypto/merkle.ts";
import {
  bytesAtMost,
  bytesOfLength,
  decodeCanonical,
  listAtMost,
  requirePresent,
  safeInteger,
  smallInteger,
} from "./checks.ts";
import { CodecError } from "./errors.ts";
import { MAX_PARTS } from "./primitives.ts";

/** Size of every part but the last (CometBFT's BlockPartSizeBytes). */
export const PART_BYTES = 65_536;

/** A part with its proof: 40 aunts of 34 bytes and some numbers. */
export const MAX_PART_BYTES: number = PART_BYTES + 2048;

/** One piece of an encoded block, with the proof that it is the piece at `index`. */
export interface Part {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly proof: MerkleProof;
}

/** tendermint.types.Part. */
export function encodePart(part: Part): Uint8Array {
  const { proof } = part;
  return encodeBytes(WirePart, {
    index: part.index,
    bytes: part.bytes,
    proof: { total: BigInt(proof.total), index: BigInt(proof.index), leafHash: proof.leafHash, aunts: proof.aunts },
  });
}

/** Throws CodecError for anything but the canonical bytes of a part whose proof is for its own index. */
export function decodePart(bytes: Uint8Array): Part {
  const wire = decodeCanonical(WirePart, bytes, MAX_PART_BYTES);
  const proof = requirePresent(wire.proof, "part.proof");
  const index = smallInteger(wire.index, "part.index", 0, MAX_PARTS - 1);
  const proofIndex = safeInteger(proof.index, "part.proof.index", 0, MAX_PARTS - 1);
  if (proofIndex !== index) throw new CodecError("bad_value", "part.proof.index", `${proofIndex} is not ${index}`);
  return {
    index,
    bytes: bytesAtMost(wire.bytes, "part.bytes", PART_BYTES),
    proof: {
      total: safeInteger(proof.total, "part.proof.total", index + 1, MAX_PARTS),
      index,
      leafHash: bytesOfLength(proof.leafHash, "part.proof.leaf_hash", 32),
      aunts: listAtMost(proof.aunts, "part.proof.aunts", MAX_AUNTS).map((aunt) =>
        bytesOfLength(aunt, "part.proof.aunts", 32),
      ),
    },
  };
}
