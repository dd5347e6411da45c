import { Level } from "level";
import { StoreError } from "../../chain/store/errors.ts";
import type { KvEntry } from "../../chain/store/kv.ts";
import type { DiskOp, DiskRead, DiskRequest } from "../../chain/store/persist/disk.ts";
import { NodeError } from "../errors.ts";

/** A level database as the store's pure code sees a disk: ranges read, batches written atomically. */
export class LevelDisk {
  readonly #path: string;
  readonly #db: Level<Uint8Array, Uint8Array>;

  private constructor(path: string, db: Level<Uint8Array, Uint8Array>) {
    this.#path = path;
    this.#db = db;
  }

  /** Opens or creates the database. Throws NodeError `home_in_use` or `corrupt`. */
  static async open(path: string): Promise<LevelDisk> {
    const db = new Level<Uint8Array, Uint8Array>(path, { keyEncoding: "view", valueEncoding: "view" });
    try {
      await db.open();
    } catch (error) {
      throw openError(path, error);
    }
    return new LevelDisk(path, db);
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await this.#db.get(key);
    return value && plain(value);
  }

  async read({ start, end, limit }: DiskRequest): Promise<readonly KvEntry[]> {
    return this.#entries({ gte: start, lt: end, limit });
  }

  /** As `read`, from the end of the range backwards. */
  async readLast({ start, end, limit }: DiskRequest): Promise<readonly KvEntry[]> {
    return this.#entries({ gte: start, lt: end, limit, reverse: true });
  }

  /** Runs a computation that reads the disk. A `corrupt` finding becomes a NodeError that names the folder. */
  async run<T>(read: DiskRead<T>): Promise<T> {
    try {
      let step = read.next([]);
      while (!step.done) step = read.next(await this.read(step.value));
      return step.value;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "corrupt") throw error;
      throw corrupted(this.#path, error);
    }
  }

  /** Applies all operations or none; durable when it resolves. */
  async batch(ops: readonly DiskOp[]): Promise<void> {
    if (ops.length > 0) await this.#db.batch([...ops], { sync: true });
  }

  async close(): Promise<void> {
    await this.#db.close();
  }

  async #entries(options: { gte: Uint8Array; lt: Uint8Array; limit: number; reverse?: boolean }): Promise<KvEntry[]> {
    const entries = await this.#db.iterator(options).all();
    return entries.map(([key, value]) => [plain(key), plain(value)]);
  }
}

/** `level` answers in Buffers, whose `slice` shares memory; pure code gets Uint8Arrays, whose `slice` copies. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function openError(path: string, error: unknown): NodeError {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code !== "LEVEL_LOCKED") return corrupted(path, cause ?? error);
  const hint = "stop the other process, or start this one with another --home";
  return new NodeError("home_in_use", `another process has the database ${path} open`, hint, { cause });
}

function corrupted(path: string, cause: unknown): NodeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = "restore the folder from a copy, or remove the node's data and let it sync again";
  return new NodeError("corrupt", `the database ${path} cannot be read: ${reason}`, hint, { cause });
}
