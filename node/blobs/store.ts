import { type NodeLog, SILENT_LOG } from "../p2p/ports.ts";
import { BlobError } from "./errors.ts";
import { BlobFiles } from "./files.ts";
import { type BlobId, blobIdOf, parseBlobId } from "./id.ts";
import * as limits from "./limits.ts";
import {
  decodeManifest,
  encodeManifest,
  intoChunks,
  joinChunks,
  looksLikeManifest,
  MANIFEST_PREFIX_BYTES,
} from "./manifest.ts";

/** Does anything on chain refer to the blob? */
export type IsReferenced = (id: BlobId) => boolean | Promise<boolean>;

export interface BlobStoreOptions {
  readonly dir: string;
  readonly accountQuotaBytes?: number;
  readonly totalBytes?: number;
  readonly graceMs?: number;
}

export interface BlobStorePorts {
  readonly log?: NodeLog;
  /** Wall clock in ms: grace periods span restarts. */
  readonly wallClockMs?: () => number;
}

/** What is known of a stored blob without reading it. */
export interface BlobInfo {
  readonly id: BlobId;
  readonly bytes: number;
  readonly uploader: string;
  readonly storedAtMs: number;
  /** As of the last `collect` or `refresh`. */
  readonly referenced: boolean;
  readonly pinned: boolean;
}

interface Entry {
  readonly bytes: number;
  readonly uploader: string;
  storedAtMs: number;
  referenced: boolean;
  /** Chunks that it lists when it is a manifest; undefined until somebody asked. */
  chunks: readonly BlobId[] | undefined;
}

/** Content-addressed blobs on disk: verified when read, limited per uploader and in total, collected when unused. */
export class BlobStore {
  readonly #options: Required<BlobStoreOptions>;
  readonly #log: NodeLog;
  readonly #nowMs: () => number;
  readonly #files: BlobFiles;
  readonly #entries = new Map<BlobId, Entry>();
  readonly #pins = new Set<BlobId>();
  /** Blobs whose file is being written or removed; others wait. */
  readonly #changing = new Map<BlobId, Promise<unknown>>();
  #totalBytes = 0;

  private constructor(options: BlobStoreOptions, ports: BlobStorePorts) {
    this.#options = {
      accountQuotaBytes: limits.DEFAULT_ACCOUNT_QUOTA_BYTES,
      totalBytes: limits.DEFAULT_TOTAL_BYTES,
      graceMs: limits.DEFAULT_GRACE_MS,
      ...options,
    };
    this.#log = ports.log ?? SILENT_LOG;
    this.#nowMs = ports.wallClockMs ?? Date.now;
    this.#files = new BlobFiles(options.dir);
  }

  /** Opens the folder, making it if needed, and lists the blobs in it. */
  static async open(options: BlobStoreOptions, ports: BlobStorePorts = {}): Promise<BlobStore> {
    const store = new BlobStore(options, ports);
    for (const { id, ...file } of await store.#files.open()) {
      store.#remember(id, { ...file, referenced: false, chunks: undefined });
    }
    for (const id of await store.#files.pins()) store.#pins.add(id);
    return store;
  }

  /**
   * Stores bytes and returns their id; bytes already there are kept, with a new grace period. An uploader's quota
   * applies when one is given. Throws `empty`, `too-large`, `quota-account`, `quota-total` or `io`.
   */
  async put(bytes: Uint8Array, options: { readonly uploader?: string } = {}): Promise<BlobId> {
    checkSize(bytes);
    const id = blobIdOf(bytes);
    if (this.#changing.has(id)) await this.#settled(id);
    const known = this.#entries.get(id);
    if (known) {
      known.storedAtMs = this.#nowMs();
      await this.#files.touch(id, known.uploader, known.storedAtMs);
      return id;
    }
    const uploader = options.uploader ?? "";
    this.#checkRoom(bytes.length, uploader);
    const storedAtMs = this.#nowMs();
    this.#remember(id, { bytes: bytes.length, uploader, storedAtMs, referenced: false, chunks: chunksIn(bytes) });
    try {
      await this.#exclusively(id, () => this.#files.write({ id, uploader, atMs: storedAtMs }, bytes));
    } catch (error) {
      this.#forget(id);
      throw error;
    }
    return id;
  }

  has(id: BlobId): boolean {
    return this.#entries.has(id) && !this.#changing.has(id);
  }

  info(id: BlobId): BlobInfo | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    const { bytes, uploader, storedAtMs, referenced } = entry;
    return { id, bytes, uploader, storedAtMs, referenced, pinned: this.#pins.has(id) };
  }

  /**
   * Reads and verifies a blob. Throws `missing`; or `corrupt` when the file does not match its id, and from then on
   * the blob is missing, so that it is fetched again.
   */
  async get(id: BlobId): Promise<Uint8Array> {
    parseBlobId(id);
    await this.#settled(id);
    const entry = this.#entries.get(id);
    const bytes = entry && (await this.#files.read(id, entry.uploader));
    if (!entry || !bytes) {
      if (entry) this.#forget(id);
      throw new BlobError("missing", `blob ${id} is not in this node's store`);
    }
    if (blobIdOf(bytes) === id) return bytes;
    if (this.#entries.get(id) === entry) {
      this.#forget(id);
      await this.#exclusively(id, () => this.#files.quarantine(id, entry.uploader));
    }
    this.#log.error({ id, bytes: bytes.length }, "stored blob is corrupt and was set aside");
    throw new BlobError("corrupt", `blob ${id} on disk does not match its id and was set aside`, {
      nextStep: "It will be fetched from peers again; check the disk if this repeats",
    });
  }

  /** Stores an artefact of any size as chunks and a manifest; returns the manifest's id. */
  async putLarge(bytes: Uint8Array, options: { readonly uploader?: string } = {}): Promise<BlobId> {
    const chunks: BlobId[] = [];
    for (const chunk of intoChunks(bytes)) chunks.push(await this.put(chunk, options));
    return this.put(encodeManifest({ size: bytes.length, chunks }), options);
  }

  /** Reads an artefact by its manifest's id; every chunk is verified. Throws `missing`, `corrupt` or `bad-manifest`. */
  async getLarge(id: BlobId): Promise<Uint8Array> {
    const manifest = decodeManifest(await this.get(id));
    const chunks: Uint8Array[] = [];
    for (const chunk of manifest.chunks) chunks.push(await this.get(chunk));
    return joinChunks(manifest, chunks);
  }

  /** Keeps a blob (and, when it is a manifest, its chunks) whatever the chain says. Survives restarts. */
  async pin(id: BlobId): Promise<void> {
    await this.#files.pin(parseBlobId(id));
    this.#pins.add(id);
  }

  async unpin(id: BlobId): Promise<void> {
    await this.#files.unpin(parseBlobId(id));
    this.#pins.delete(id);
  }

  /** Bytes of an account that nothing referred to when last asked; a small blob counts as one block of the disk. */
  unreferencedBytes(uploader: string): number {
    let bytes = 0;
    for (const entry of this.#entries.values()) {
      if (entry.uploader === uploader && !entry.referenced) bytes += costOf(entry.bytes);
    }
    return bytes;
  }

  /** Room of an account for further uploads, in bytes. */
  accountRoom(uploader: string): number {
    return Math.max(0, this.#options.accountQuotaBytes - this.unreferencedBytes(uploader));
  }

  stats(): { readonly blobs: number; readonly bytes: number; readonly pinned: number } {
    return { blobs: this.#entries.size, bytes: this.#totalBytes, pinned: this.#pins.size };
  }

  /**
   * Asks the chain again which blobs are referred to, chunks of referenced manifests included; with an uploader only
   * among the blobs of that account.
   */
  async refresh(isReferenced: IsReferenced, uploader?: string): Promise<ReadonlySet<BlobId>> {
    const asked = [...this.#entries].filter(([, entry]) => uploader === undefined || entry.uploader === uploader);
    const live = new Set<BlobId>();
    for (const [id] of asked) if (this.#pins.has(id) || (await isReferenced(id))) live.add(id);
    for (const id of [...live]) for (const chunk of await this.#chunksOf(id)) live.add(chunk);
    for (const [id, entry] of asked) entry.referenced = live.has(id);
    return live;
  }

  /** Removes blobs past their grace period that are neither referenced nor pinned. Nothing goes when asking fails. */
  async collect(isReferenced: IsReferenced): Promise<{ readonly removed: number; readonly bytes: number }> {
    const live = await this.refresh(isReferenced);
    let removed = 0;
    let bytes = 0;
    for (const [id, entry] of [...this.#entries]) {
      const old = this.#nowMs() - entry.storedAtMs >= this.#options.graceMs;
      if (!old || live.has(id) || this.#pins.has(id) || this.#changing.has(id)) continue;
      this.#forget(id);
      await this.#exclusively(id, () => this.#files.remove(id, entry.uploader));
      removed++;
      bytes += entry.bytes;
    }
    if (removed > 0) this.#log.info({ removed, bytes }, "unreferenced blobs collected");
    return { removed, bytes };
  }

  async #chunksOf(id: BlobId): Promise<readonly BlobId[]> {
    const entry = this.#entries.get(id);
    if (!entry) return [];
    if (entry.chunks) return entry.chunks;
    const head = await this.#files.head(id, entry.uploader, MANIFEST_PREFIX_BYTES);
    const bytes = looksLikeManifest(head) ? await this.#files.read(id, entry.uploader) : undefined;
    entry.chunks = bytes ? chunksIn(bytes) : [];
    return entry.chunks;
  }

  /** Waits until the blob's file is neither written nor removed. */
  async #settled(id: BlobId): Promise<void> {
    for (let change = this.#changing.get(id); change; change = this.#changing.get(id)) await change;
  }

  /** Runs a change of a blob's file at once; the caller has seen that none is under way. */
  async #exclusively(id: BlobId, action: () => Promise<void>): Promise<void> {
    const change = action();
    const settled = change.catch(() => undefined);
    this.#changing.set(id, settled);
    try {
      await change;
    } finally {
      this.#changing.delete(id);
    }
  }

  #checkRoom(bytes: number, uploader: string): void {
    const cost = costOf(bytes);
    if (this.#totalBytes + cost > this.#options.totalBytes) {
      throw new BlobError(
        "quota-total",
        `the blob store is full (${this.#totalBytes} of ${this.#options.totalBytes} bytes)`,
        {
          nextStep: "Raise blobs.total_bytes in the node's configuration, or unpin blobs",
        },
      );
    }
    if (uploader !== "" && cost > this.accountRoom(uploader)) {
      throw new BlobError(
        "quota-account",
        `account ${uploader} has ${this.unreferencedBytes(uploader)} bytes here that nothing on chain refers to`,
        { nextStep: "Send the messages that refer to them, wait until they are collected, or use another node" },
      );
    }
  }

  #remember(id: BlobId, entry: Entry): void {
    this.#forget(id);
    this.#entries.set(id, entry);
    this.#totalBytes += costOf(entry.bytes);
  }

  #forget(id: BlobId): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#totalBytes -= costOf(entry.bytes);
  }
}

/** What a blob takes of a quota: many tiny files cost a disk more than their bytes. */
function costOf(bytes: number): number {
  return Math.max(bytes, limits.MIN_BLOB_COST_BYTES);
}

function chunksIn(bytes: Uint8Array): readonly BlobId[] {
  if (!looksLikeManifest(bytes)) return [];
  try {
    return decodeManifest(bytes).chunks;
  } catch {
    return [];
  }
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new BlobError("empty", "a blob of no bytes can't be stored");
  if (bytes.length > limits.MAX_BLOB_BYTES) {
    throw new BlobError("too-large", `blob of ${bytes.length} bytes, at most ${limits.MAX_BLOB_BYTES} fit in one`, {
      nextStep: "Store it as chunks with a manifest (putLarge, `openledgerd blob put` does)",
    });
  }
}
