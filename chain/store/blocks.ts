import { StoreError } from "./errors.ts";
import { type DiskOp, del, put } from "./persist/disk.ts";

// Keys and batches of the block store. Its values are opaque here: whoever saves them knows their encoding.

/** First byte of every record of the block store. */
const BLOCKS = 0x62;

/** Second byte: what a record holds. `hash` of a height leads to its block's hash, `heightOf` from the hash back. */
const KINDS = {
  range: 0,
  block: 1,
  meta: 2,
  hash: 3,
  heightOf: 4,
  seenCommit: 5,
  extendedCommit: 6,
  response: 7,
  validators: 8,
  params: 9,
  state: 10,
  genesis: 11,
} as const;

/** Records kept for each height. */
export type HeightRecord =
  | "block"
  | "meta"
  | "hash"
  | "seenCommit"
  | "extendedCommit"
  | "response"
  | "validators"
  | "params";

const PRUNED: readonly HeightRecord[] = [
  "block",
  "meta",
  "hash",
  "seenCommit",
  "extendedCommit",
  "response",
  "validators",
];

/** Heights that the store holds, both included; `height` 0: none. */
export interface BlockRange {
  readonly base: number;
  readonly height: number;
}

export const NO_BLOCKS: BlockRange = { base: 0, height: 0 };

/** Everything that is saved with a decided block, in one batch. */
export interface BlockRecord {
  readonly height: number;
  readonly hash: Uint8Array;
  readonly block: Uint8Array;
  /** What `blockchain` queries need beside the block itself: block id, size. */
  readonly meta: Uint8Array;
  /** The commit that this node saw, which may differ from the canonical one in the next block. */
  readonly seenCommit: Uint8Array;
  readonly extendedCommit?: Uint8Array;
}

/** The chain state after a height, with what is looked up by height later. */
export interface StateRecord {
  readonly state: Uint8Array;
  /** Validator set that signs `height`. */
  readonly validators?: { readonly height: number; readonly set: Uint8Array };
  /** Consensus parameters that hold from `height` on. */
  readonly params?: { readonly height: number; readonly value: Uint8Array };
}

export function rangeKey(): Uint8Array {
  return Uint8Array.of(BLOCKS, KINDS.range);
}

/** Hash of the genesis document that the records were made with. */
export function genesisKey(): Uint8Array {
  return Uint8Array.of(BLOCKS, KINDS.genesis);
}

/** The latest chain state. */
export function stateKey(): Uint8Array {
  return Uint8Array.of(BLOCKS, KINDS.state);
}

/** Height of the block with this hash. */
export function heightOfKey(hash: Uint8Array): Uint8Array {
  const key = new Uint8Array(2 + hash.length);
  key.set([BLOCKS, KINDS.heightOf]);
  key.set(hash, 2);
  return key;
}

/** A record of a height; heights sort as numbers. */
export function heightKey(record: HeightRecord, height: number): Uint8Array {
  const key = new Uint8Array(10);
  key.set([BLOCKS, KINDS[record]]);
  key.set(encodeHeight(height), 2);
  return key;
}

/** 8 bytes big-endian. */
export function encodeHeight(height: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(height));
  return bytes;
}

/** Throws `corrupt` for anything but 8 bytes of a safe integer. */
export function decodeHeight(bytes: Uint8Array): number {
  if (bytes.length !== 8) throw new StoreError("corrupt", "a stored height has 8 bytes");
  const height = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
  if (!Number.isSafeInteger(height)) throw new StoreError("corrupt", "a stored height is beyond the safe integers");
  return height;
}

export function encodeRange({ base, height }: BlockRange): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(encodeHeight(base));
  bytes.set(encodeHeight(height), 8);
  return bytes;
}

/** Throws `corrupt` unless base and height make a range. */
export function decodeRange(bytes: Uint8Array): BlockRange {
  const range = { base: decodeHeight(bytes.subarray(0, 8)), height: decodeHeight(bytes.subarray(8)) };
  if (range.base > range.height) throw new StoreError("corrupt", "the block store's base is above its height");
  return range;
}

/** The batch that saves a block after `range`. Throws `gap` unless it is the next one, or the first of an empty store. */
export function saveBlockOps(range: BlockRange, record: BlockRecord): { ops: DiskOp[]; range: BlockRange } {
  const { height, hash, extendedCommit } = record;
  if (range.height !== 0 && height !== range.height + 1) {
    throw new StoreError("gap", `block ${height} cannot follow block ${range.height}`);
  }
  const next = { base: range.height === 0 ? height : range.base, height };
  const ops = [
    put(heightKey("block", height), record.block),
    put(heightKey("meta", height), record.meta),
    put(heightKey("hash", height), hash),
    put(heightOfKey(hash), encodeHeight(height)),
    put(heightKey("seenCommit", height), record.seenCommit),
    ...(extendedCommit ? [put(heightKey("extendedCommit", height), extendedCommit)] : []),
    put(rangeKey(), encodeRange(next)),
  ];
  return { ops, range: next };
}

/** The batch that saves a chain state. */
export function saveStateOps({ state, validators, params }: StateRecord): DiskOp[] {
  return [
    put(stateKey(), state),
    ...(validators ? [put(heightKey("validators", validators.height), validators.set)] : []),
    ...(params ? [put(heightKey("params", params.height), params.value)] : []),
  ];
}

/**
 * The batch that forgets the heights of `[range.base, retain)`. `hashes` are the blocks' hashes in that order.
 * Consensus parameters stay, because those of an early height may hold until now.
 */
export function pruneOps(
  range: BlockRange,
  retain: number,
  hashes: readonly Uint8Array[],
): { ops: DiskOp[]; range: BlockRange } {
  if (retain <= range.base) return { ops: [], range };
  if (retain > range.height)
    throw new StoreError("gap", `cannot prune to ${retain}, the last block is ${range.height}`);
  const ops = hashes.map((hash) => del(heightOfKey(hash)));
  for (let height = range.base; height < retain; height++) {
    for (const record of PRUNED) ops.push(del(heightKey(record, height)));
  }
  const next = { base: retain, height: range.height };
  return { ops: [...ops, put(rangeKey(), encodeRange(next))], range: next };
}
