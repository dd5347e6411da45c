import {
  type BlockRange,
  type BlockRecord,
  decodeHeight,
  decodeRange,
  genesisKey,
  type HeightRecord,
  heightKey,
  heightOfKey,
  NO_BLOCKS,
  pruneOps,
  rangeKey,
  type StateRecord,
  saveBlockOps,
  saveStateOps,
  stateKey,
} from "../../chain/store/blocks.ts";
import { put } from "../../chain/store/persist/disk.ts";
import { NodeError } from "../errors.ts";
import { LevelDisk } from "./level-disk.ts";

/** Heights read or pruned in one batch, so that a first pruning of a long chain does not hold the disk for long. */
const READ_BATCH = 1_000;
/** Blocks looked for at the start: a second's work. */
const MAX_LOOKED_FOR = 200_000;

/** Blocks, commits, results and chain states on disk. Values are the caller's encodings. Every write is synced. */
export class LevelBlocks {
  readonly #disk: LevelDisk;
  #range: BlockRange;

  private constructor(disk: LevelDisk, range: BlockRange) {
    this.#disk = disk;
    this.#range = range;
  }

  /** Throws NodeError `home_in_use` or `corrupt`. */
  static async open(path: string): Promise<LevelBlocks> {
    const disk = await LevelDisk.open(path);
    const range = await disk.get(rangeKey());
    const blocks = new LevelBlocks(disk, range ? decodeRange(range) : NO_BLOCKS);
    await blocks.#requireWhole(path);
    return blocks;
  }

  /** A damaged database opens all the same, without what it can't read. Of a long chain the newest blocks are looked for. */
  async #requireWhole(path: string): Promise<void> {
    const { base, height } = this.#range;
    for (let from = Math.max(base, height - MAX_LOOKED_FOR + 1); height > 0 && from <= height; from += READ_BATCH) {
      const to = Math.min(from + READ_BATCH, height + 1);
      const found = await this.#hashes(from, to);
      if (found.length === to - from) continue;
      const hint = "restore the folder from a copy, or remove data/ except the sign state and sync again";
      const missing = `${to - from - found.length} of the blocks ${from} to ${to - 1} are missing`;
      await this.close();
      throw new NodeError("corrupt", `${missing} from the database ${path}`, hint);
    }
  }

  /** Hashes of the blocks from `from` up to, not including, `to`: at most READ_BATCH. */
  async #hashes(from: number, to: number): Promise<Uint8Array[]> {
    const request = { start: heightKey("hash", from), end: heightKey("hash", to), limit: READ_BATCH };
    return (await this.#disk.read(request)).map(([, hash]) => hash);
  }

  /** The lowest height held, 0 when empty. */
  base(): number {
    return this.#range.base;
  }

  /** The highest height held, 0 when empty. */
  height(): number {
    return this.#range.height;
  }

  /** Saves a decided block with its commits, atomically. Throws StoreError `gap` unless it is the next one. */
  async saveBlock(record: BlockRecord): Promise<void> {
    const { ops, range } = saveBlockOps(this.#range, record);
    await this.#disk.batch(ops);
    this.#range = range;
  }

  loadBlock(height: number): Promise<Uint8Array | undefined> {
    return this.#load("block", height);
  }

  loadMeta(height: number): Promise<Uint8Array | undefined> {
    return this.#load("meta", height);
  }

  loadHash(height: number): Promise<Uint8Array | undefined> {
    return this.#load("hash", height);
  }

  /** Height of the block with this hash. */
  async heightOf(hash: Uint8Array): Promise<number | undefined> {
    const bytes = await this.#disk.get(heightOfKey(hash));
    return bytes && decodeHeight(bytes);
  }

  loadSeenCommit(height: number): Promise<Uint8Array | undefined> {
    return this.#load("seenCommit", height);
  }

  loadExtendedCommit(height: number): Promise<Uint8Array | undefined> {
    return this.#load("extendedCommit", height);
  }

  /** The FinalizeBlock response of a height, before the application commits it. */
  async saveResponse(height: number, response: Uint8Array): Promise<void> {
    await this.#disk.batch([put(heightKey("response", height), response)]);
  }

  loadResponse(height: number): Promise<Uint8Array | undefined> {
    return this.#load("response", height);
  }

  /** The chain state after a height, with validators and parameters to be found by height. */
  async saveState(record: StateRecord): Promise<void> {
    await this.#disk.batch(saveStateOps(record));
  }

  loadState(): Promise<Uint8Array | undefined> {
    return this.#disk.get(stateKey());
  }

  /** Hash of the genesis document that the chain state was made with. */
  loadGenesisHash(): Promise<Uint8Array | undefined> {
    return this.#disk.get(genesisKey());
  }

  async saveGenesisHash(hash: Uint8Array): Promise<void> {
    await this.#disk.batch([put(genesisKey(), hash)]);
  }

  /** The validator set that signs `height`. */
  loadValidators(height: number): Promise<Uint8Array | undefined> {
    return this.#load("validators", height);
  }

  /** The consensus parameters that hold at `height`: the last ones saved for a height up to it. */
  async loadParams(height: number): Promise<Uint8Array | undefined> {
    const range = { start: heightKey("params", 0), end: heightKey("params", height + 1), limit: 1 };
    const [entry] = await this.#disk.readLast(range);
    return entry?.[1];
  }

  /** Forgets blocks below `retain`. Throws StoreError `gap` when `retain` is above the last block. */
  async prune(retain: number): Promise<void> {
    while (this.#range.height > 0 && this.#range.base < retain) {
      const to = Math.min(retain, this.#range.base + READ_BATCH);
      const hashes = await this.#hashes(this.#range.base, to);
      const { ops, range } = pruneOps(this.#range, to, hashes);
      await this.#disk.batch(ops);
      this.#range = range;
    }
  }

  async close(): Promise<void> {
    await this.#disk.close();
  }

  #load(record: HeightRecord, height: number): Promise<Uint8Array | undefined> {
    return this.#disk.get(heightKey(record, height));
  }
}
