import { equalBytes, fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { type DiskOp, del, put } from "../../chain/store/persist/disk.ts";
import { batchLeaves, decodeExtension, encodeExtension, leafOfOpening } from "../../modules/attribution/client.ts";
import { Opening } from "../../proto/gen/openledger/attribution/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { LevelDisk } from "../disk/level-disk.ts";
import { EXTENSIONS, extensionKey, heightOfKey, LEAVES, leafKey, PLACES, placedKey } from "./keys.ts";
import { KEPT_HEIGHTS } from "./limits.ts";

/** An Opening whose place under a root is not known yet: what the leaf binds, with its salt. */
export type LeafOpening = Opening;

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const NO_BYTES = new Uint8Array(0);

/**
 * What this validator has bound itself to, kept on disk: at most one leaf a claim, at most one extension a height, and
 * which leaves stand where under which root. Everything that leaves the process was synced before.
 */
export class Commitments {
  readonly #chainId: string;
  readonly #disk: Pick<LevelDisk, "batch">;
  readonly #leaves = new Map<string, LeafOpening>();
  /** By claim, then by root height. */
  readonly #placed = new Map<string, Map<number, Opening>>();
  readonly #extensions = new Map<number, Uint8Array>();

  private constructor(chainId: string, disk: Pick<LevelDisk, "batch">) {
    this.#chainId = chainId;
    this.#disk = disk;
  }

  /** Reads what an earlier run bound itself to. */
  static async open(chainId: string, disk: Pick<LevelDisk, "batch" | "read">): Promise<Commitments> {
    const commitments = new Commitments(chainId, disk);
    const read = (range: { start: Uint8Array; end: Uint8Array }) => disk.read({ ...range, limit: EVERYTHING });
    for (const [, value] of await read(LEAVES)) commitments.#remember(Opening.decode(value));
    for (const [, value] of await read(PLACES)) commitments.#place(Opening.decode(value));
    for (const [key, value] of await read(EXTENSIONS)) commitments.#extensions.set(heightOfKey(key), value);
    return commitments;
  }

  /** Root that the extension of a height carries, if one was made. */
  rootAt(height: number): Uint8Array | undefined {
    const bytes = this.#extensions.get(height);
    const root = bytes && decodeExtension(bytes).root;
    return root && root.length > 0 ? root : undefined;
  }

  /** The claim's opening under the root of one of `heights`, lowest first. */
  opening(claimId: Uint8Array, isCommitted: (height: number) => boolean): Opening | undefined {
    const placed = this.#placed.get(toHex(claimId)) ?? new Map<number, Opening>();
    return [...placed].find(([height]) => isCommitted(height))?.[1];
  }

  /** Canonical extension of a height that was made before. */
  extension(height: number): Uint8Array | undefined {
    return this.#extensions.get(height);
  }

  /** The leaf that the claim is bound to, if it has one. */
  leaf(claimId: Uint8Array): LeafOpening | undefined {
    return this.#leaves.get(toHex(claimId));
  }

  /**
   * Binds this validator: one root over `leaves` in the extension of `height`. Durable when it resolves. A height that
   * has an extension keeps it, and a claim that has a leaf keeps it.
   */
  async commit(height: number, leaves: readonly LeafOpening[], reveal: Uint8Array): Promise<Uint8Array> {
    const known = this.#extensions.get(height);
    if (known) return known;
    const bound = leaves.map((leaf) => this.#leaves.get(toHex(leaf.claimId)) ?? leaf);
    const batch = bound.length > 0 ? batchLeaves(bound.map((leaf) => leafOfOpening(this.#chainId, leaf))) : undefined;
    const placed = bound.map((leaf, i): Opening => {
      const path = batch?.paths[i];
      const place = { leafIndex: path?.index ?? 0, leafTotal: path?.total ?? 0, aunts: path?.aunts ?? [] };
      return { ...leaf, ...place, rootHeight: BigInt(height) };
    });
    const bytes = encodeExtension({ root: batch?.root ?? NO_BYTES, reveal });
    const ops: DiskOp[] = [
      ...bound.map((leaf) => put(leafKey(leaf.claimId), encodeBytes(Opening, leaf))),
      ...placed.map((opening) => put(placedKey(height, opening.claimId), encodeBytes(Opening, opening))),
      put(extensionKey(height), bytes),
    ];
    await this.#disk.batch(ops);
    for (const leaf of bound) this.#remember(leaf);
    for (const opening of placed) this.#place(opening);
    this.#extensions.set(height, bytes);
    return bytes;
  }

  /**
   * Forgets heights long past and the leaves under their roots. A leaf outlives its claim by far: it must not be made
   * anew by a node that goes back to an older state.
   */
  async prune(height: number): Promise<void> {
    const ops: DiskOp[] = [];
    for (const [id, placed] of this.#placed) {
      const claimId = fromHex(id);
      if ([...placed.keys()].some((at) => at > height - KEPT_HEIGHTS)) continue;
      for (const at of placed.keys()) ops.push(del(placedKey(at, claimId)));
      ops.push(del(leafKey(claimId)));
      this.#leaves.delete(id);
      this.#placed.delete(id);
    }
    for (const at of this.#extensions.keys()) {
      if (at > height - KEPT_HEIGHTS) continue;
      ops.push(del(extensionKey(at)));
      this.#extensions.delete(at);
    }
    await this.#disk.batch(ops);
  }

  /** True when the root that was stored for a height is the own one. */
  isOwnRoot(height: number, stored: Uint8Array | undefined): boolean {
    const own = this.rootAt(height);
    return own !== undefined && stored !== undefined && equalBytes(own, stored);
  }

  #remember(leaf: LeafOpening): void {
    this.#leaves.set(toHex(leaf.claimId), leaf);
  }

  #place(opening: Opening): void {
    const id = toHex(opening.claimId);
    const placed = this.#placed.get(id) ?? new Map<number, Opening>();
    placed.set(Number(opening.rootHeight), opening);
    this.#placed.set(id, placed);
  }
}
