import { rm } from "node:fs/promises";
import { toHex } from "../../chain/crypto/bytes.ts";
import { type DiskOp, put } from "../../chain/store/persist/disk.ts";
import { LevelDisk } from "../disk/level-disk.ts";
import { NodeError } from "../errors.ts";
import { Listeners, type NodeLog } from "../p2p/ports.ts";
import type { CommittedEvent, NodeBackend } from "../rpc/backend.ts";
import { SerialQueue } from "../serial-queue.ts";
import { decodePosition, META_KEY, type Position, txKey } from "./keys.ts";
import { CATCH_UP_LOG_EVERY, CATCH_UP_OPS } from "./limits.ts";
import type { Query } from "./query/parse.ts";
import { Search } from "./search.ts";
import { blockOps } from "./writer.ts";

/** What the index needs of a node. */
export type IndexSource = Pick<NodeBackend, "chainId" | "base" | "height" | "block" | "finalizeResponse" | "onBlock">;

export interface TxIndexPorts {
  readonly backend: IndexSource;
  readonly log: NodeLog;
}

/** Layout of the database; another number is rebuilt. */
const VERSION = 1;

interface Meta {
  readonly version: number;
  readonly chainId: string;
  /** Last block that is indexed; 0 before the first. */
  readonly height: number;
  readonly blockHash: string;
}

/**
 * Transactions by hash, height and events, and blocks by height and events. It holds nothing that the block store does
 * not: a damaged, foreign or missing database is built again.
 */
export class TxIndex {
  readonly #path: string;
  readonly #ports: TxIndexPorts;
  readonly #queue = new SerialQueue();
  readonly #listeners = new Listeners<[CommittedEvent]>();
  readonly #waiting: CommittedEvent[] = [];
  readonly #leave: () => void;
  readonly #disk: LevelDisk;
  #height: number;

  private constructor(path: string, ports: TxIndexPorts, disk: LevelDisk, height: number) {
    this.#path = path;
    this.#ports = ports;
    this.#disk = disk;
    this.#height = height;
    this.#leave = ports.backend.onBlock((event) => this.#announced(event));
  }

  /** Opens the index and catches up with the block store. Throws NodeError `home_in_use` or `corrupt`. */
  static async open(path: string, ports: TxIndexPorts): Promise<TxIndex> {
    const { disk, height } = await openDisk(path, ports);
    const index = new TxIndex(path, ports, disk, height);
    try {
      await index.#queue.run(() => index.#catchUp());
    } catch (error) {
      await index.close();
      throw error;
    }
    return index;
  }

  /** Last block that is indexed. */
  get height(): number {
    return this.#height;
  }

  /** Where a transaction stands; the last place, when its bytes stand in several blocks. */
  async find(hash: Uint8Array): Promise<Position | undefined> {
    const stored = await this.#disk.get(txKey(hash));
    return stored && decodePosition(stored);
  }

  /** Transactions in block order. Throws IndexError. */
  searchTxs(query: Query): Promise<Position[]> {
    return new Search(this.#disk, this.#height).txs(query);
  }

  /** Heights, ascending. Throws IndexError. */
  searchBlocks(query: Query): Promise<number[]> {
    return new Search(this.#disk, this.#height).blocks(query);
  }

  /** Calls the listener for each new block, in order, once it can be found here. */
  onIndexed(listener: (event: CommittedEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#queue.run(() => this.#disk.close());
  }

  #announced(event: CommittedEvent): void {
    this.#waiting.push(event);
    void this.#queue
      .run(() => this.#drain())
      .catch((error: unknown) => {
        const { height } = event.block.header;
        this.#ports.log.error(
          { path: this.#path, height, reason: reasonOf(error) },
          "index write failed; retried with the next block",
        );
      });
  }

  /** Indexes the blocks that wait, then tells of them; after a failure they wait for the next call. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const event = this.#waiting[0] as CommittedEvent;
      const { height } = event.block.header;
      if (height > this.#height + 1) await this.#catchUp(height - 1);
      if (height > this.#height) {
        await this.#write(blockOps(event.block, event.response), { height, hash: event.blockId.hash });
      }
      this.#waiting.shift();
      this.#listeners.emit(event);
    }
  }

  async #catchUp(until: number = this.#ports.backend.height()): Promise<void> {
    const { backend, log } = this.#ports;
    let ops: DiskOp[] = [];
    for (let height = Math.max(this.#height + 1, backend.base()); height <= until && height > 0; height++) {
      const [stored, response] = await Promise.all([backend.block(height), backend.finalizeResponse(height)]);
      if (!stored || !response) throw missing(height);
      ops.push(...blockOps(stored.block, response));
      if (ops.length >= CATCH_UP_OPS || height === until) {
        await this.#write(ops, { height, hash: stored.blockId.hash });
        ops = [];
      }
      if (height % CATCH_UP_LOG_EVERY === 0) log.info({ height, until }, "indexing stored blocks");
    }
  }

  async #write(ops: readonly DiskOp[], { height, hash }: { readonly height: number; readonly hash: Uint8Array }) {
    const { chainId } = this.#ports.backend;
    const meta: Meta = { version: VERSION, chainId, height, blockHash: toHex(hash) };
    await this.#disk.batch([...ops, put(META_KEY, new TextEncoder().encode(JSON.stringify(meta)))]);
    this.#height = height;
  }
}

async function openDisk(path: string, { backend, log }: TxIndexPorts): Promise<{ disk: LevelDisk; height: number }> {
  const disk = await LevelDisk.open(path).catch((error: unknown) => {
    if (!(error instanceof NodeError) || error.code !== "corrupt") throw error;
    log.warn({ path, reason: error.message }, "the index is damaged and is built again");
    return undefined;
  });
  if (!disk) return { disk: await anew(path), height: 0 };
  const meta = await readMeta(disk);
  if (meta === undefined) return { disk, height: 0 };
  const height = await heightIfFits(meta, backend);
  if (height !== undefined) return { disk, height };
  log.warn({ path }, "the index is not of this chain's blocks and is built again");
  await disk.close();
  return { disk: await anew(path), height: 0 };
}

async function anew(path: string): Promise<LevelDisk> {
  await rm(path, { recursive: true, force: true });
  return LevelDisk.open(path);
}

async function readMeta(disk: LevelDisk): Promise<Meta | "unreadable" | undefined> {
  const stored = await disk.get(META_KEY);
  if (!stored) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(stored)) as Meta;
  } catch {
    return "unreadable";
  }
}

/** The indexed height, when its block is the one that the block store has there, or was pruned from it. */
async function heightIfFits(meta: Meta | "unreadable", backend: IndexSource): Promise<number | undefined> {
  if (meta === "unreadable" || meta.version !== VERSION || meta.chainId !== backend.chainId) return undefined;
  if (meta.height > backend.height()) return undefined;
  const stored = await backend.block(meta.height);
  const same = stored === undefined || toHex(stored.blockId.hash) === meta.blockHash;
  return same ? meta.height : undefined;
}

function missing(height: number): NodeError {
  return new NodeError(
    "corrupt",
    `block ${height} or its results are missing from the block store`,
    "restore the folder data from a copy, or remove the node's data and let it sync again",
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
