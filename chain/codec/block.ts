import { Block as WireBlock, Evidence as WireEvidence } from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { Block } from "../types/block.ts";
import { NIL_BLOCK_ID } from "../types/block-id.ts";
import type { Commit } from "../types/commit-sig.ts";
import { decodeCanonical, listAtMost, requirePresent } from "./checks.ts";
import { commitFromWire, commitToWire } from "./commit.ts";
import { decodeEvidence } from "./evidence.ts";
import { headerFromWire, headerToWire } from "./header.ts";

/** Hard limit of an encoded block; consensus parameters set a lower one (CometBFT's default is 22,020,096). */
export const MAX_BLOCK_BYTES: number = 32 * 1024 * 1024;

/** Most transactions of one block: a list of empty ones must not outgrow memory. */
export const MAX_TXS = 200_000;

/** Most pieces of evidence of one block: 1 MiB of the smallest kind. */
export const MAX_EVIDENCE = 2048;

// The first block carries the empty commit rather than none: CometBFT's blocks always have one.
const EMPTY_COMMIT: Commit = { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures: [] };

/** tendermint.types.Block: the bytes that are cut into parts, stored and hashed. */
export function encodeBlock(block: Block): Uint8Array {
  return encodeBytes(WireBlock, {
    header: headerToWire(block.header),
    data: { txs: block.txs },
    evidence: { evidence: block.evidence.map(decodeEvidence) },
    lastCommit: commitToWire(block.lastCommit ?? EMPTY_COMMIT),
  });
}

/** Throws CodecError for anything but the canonical bytes of a block within all limits and `maxBytes`. */
export function decodeBlock(bytes: Uint8Array, maxBytes: number = MAX_BLOCK_BYTES): Block {
  const wire = decodeCanonical(WireBlock, bytes, Math.min(maxBytes, MAX_BLOCK_BYTES));
  const evidence = requirePresent(wire.evidence, "block.evidence").evidence;
  const commit = requirePresent(wire.lastCommit, "block.last_commit");
  const isFirst = commit.height === 0n && commit.signatures.length === 0;
  return {
    header: headerFromWire(requirePresent(wire.header, "block.header"), "block.header"),
    txs: listAtMost(requirePresent(wire.data, "block.data").txs, "block.data.txs", MAX_TXS),
    evidence: listAtMost(evidence, "block.evidence", MAX_EVIDENCE).map((item) => encodeBytes(WireEvidence, item)),
    lastCommit: isFirst ? undefined : commitFromWire(commit, "block.last_commit"),
  };
}
