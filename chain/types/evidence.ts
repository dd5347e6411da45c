import { evidenceLeaf } from "../codec/evidence.ts";
import { merkleRoot } from "../crypto/merkle.ts";

export type { DuplicateVoteEvidence } from "../codec/evidence.ts";

/** Merkle root over the evidence of a block (encoded tendermint.types.Evidence): the header's evidence_hash. */
export function evidenceHash(evidence: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(evidence.map(evidenceLeaf));
}
