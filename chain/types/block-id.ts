import { equalBytes, toHex } from "../crypto/bytes.ts";

/** Root and number of a block's parts. */
export interface PartSetHeader {
  readonly total: number;
  readonly hash: Uint8Array;
}

/** What votes are for: header hash and part set; an empty hash means nil. */
export interface BlockId {
  readonly hash: Uint8Array;
  readonly parts: PartSetHeader;
}

export const NIL_BLOCK_ID: BlockId = { hash: new Uint8Array(0), parts: { total: 0, hash: new Uint8Array(0) } };

/** True for the id that a vote for no block carries. */
export function isNil(id: BlockId): boolean {
  return id.hash.length === 0;
}

/** True when both hashes and the number of parts are set: the id of a real block. */
export function isComplete(id: BlockId): boolean {
  return id.hash.length === 32 && id.parts.total > 0 && id.parts.hash.length === 32;
}

export function sameBlockId(a: BlockId, b: BlockId): boolean {
  return equalBytes(a.hash, b.hash) && a.parts.total === b.parts.total && equalBytes(a.parts.hash, b.parts.hash);
}

/** Map key of an id: distinct for distinct ids, "" for nil. */
export function blockIdKey(id: BlockId): string {
  return isNil(id) ? "" : `${toHex(id.hash)}:${id.parts.total}:${toHex(id.parts.hash)}`;
}
