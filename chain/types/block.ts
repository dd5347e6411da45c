import { sha256 } from "../crypto/hash.ts";
import { type MerkleProof, merkleProofs, merkleRoot } from "../crypto/merkle.ts";
import { commitHash } from "./commit.ts";
import type { Commit } from "./commit-sig.ts";
import { evidenceHash } from "./evidence.ts";
import { type Header, headerHash } from "./header.ts";

export { decodeBlock, encodeBlock, MAX_BLOCK_BYTES } from "../codec/block.ts";

/** A block: header, transactions, encoded tendermint.types.Evidence messages, and the commit of the block before. */
export interface Block {
  readonly header: Header;
  readonly txs: readonly Uint8Array[];
  readonly evidence: readonly Uint8Array[];
  /** undefined only in the first block. */
  readonly lastCommit: Commit | undefined;
}

export function blockHash(block: Block): Uint8Array {
  return headerHash(block.header);
}

/** Merkle root over the hashes of the transactions: the header's data_hash. */
export function dataHash(txs: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(txs.map(sha256));
}

/** Proof of each transaction under the data hash; the leaf is the transaction's hash. */
export function txProofs(txs: readonly Uint8Array[]): readonly MerkleProof[] {
  return merkleProofs(txs.map(sha256)).proofs;
}

/** The header's hashes of the block's own content. */
export function contentHashes(
  block: Pick<Block, "txs" | "evidence" | "lastCommit">,
): Pick<Header, "dataHash" | "evidenceHash" | "lastCommitHash"> {
  return {
    dataHash: dataHash(block.txs),
    evidenceHash: evidenceHash(block.evidence),
    lastCommitHash: commitHash(block.lastCommit),
  };
}
