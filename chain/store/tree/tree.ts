import { EMPTY_HASH } from "../../crypto/hash.ts";
import { StoreError } from "../errors.ts";
import { checkKey, checkValue, RETAINED_VERSIONS } from "../limits.ts";
import { Columns, NONE } from "./columns.ts";
import { Editor } from "./edit.ts";
import { sealWorking } from "./hash.ts";
import { TreeView } from "./view.ts";

/** Versions are block heights and live in 32-bit columns: 136 years of one-second blocks. */
export const MAX_VERSION = 0xffff_ffff;

interface Committed {
  readonly root: number;
  /** Nodes that the version before reaches and this one does not. */
  readonly orphans: readonly number[];
}

/**
 * A map with a root hash equal to that of cosmos/iavl v1 for the same operations and versions. Sets and removals
 * change the working tree; `commit` seals it as a version; the last `retained` versions stay readable and provable.
 */
export class IavlTree {
  readonly columns = new Columns();
  readonly #editor = new Editor(this.columns);
  readonly #retained: number;
  readonly #committed = new Map<number, Committed>();
  #oldest = 0;
  #version = 0;
  #root = NONE;

  constructor(retained: number = RETAINED_VERSIONS) {
    this.#retained = retained;
  }

  /** The last committed version, 0 before the first. */
  get version(): number {
    return this.#version;
  }

  /** The oldest version that can be read, 0 before the first commit. */
  get oldestVersion(): number {
    return this.#oldest;
  }

  /** Throws for keys and values outside the limits. */
  set(key: Uint8Array, value: Uint8Array): void {
    checkKey(key);
    checkValue(value);
    this.#root = this.#editor.set(this.#root, key, value);
  }

  /** Removes a key; false, and no change at all, when it is absent. */
  remove(key: Uint8Array): boolean {
    if (!this.#viewOf(this.#version, this.#root).has(key)) return false;
    this.#root = this.#editor.remove(this.#root, key);
    return true;
  }

  /** Seals the working tree as `version` (default: the next one) and returns the root hash. */
  commit(version: number = this.#version + 1): Uint8Array {
    if (!Number.isInteger(version) || version <= this.#version || version > MAX_VERSION) {
      throw new StoreError("unknown_version", `cannot commit version ${version} after ${this.#version}`);
    }
    if (this.#root !== NONE) sealWorking(this.columns, this.#root, version);
    this.#record(version);
    while (this.#committed.size > this.#retained) this.#pruneOldest();
    return this.rootHash(version);
  }

  /** Root hash of a retained version (default: the last); sha256 of nothing for an empty tree. */
  rootHash(version: number = this.#version): Uint8Array {
    const root = version === 0 ? NONE : this.#at(version).root;
    return root === NONE ? EMPTY_HASH : this.columns.hash(root);
  }

  /** A retained version (default: the last), or 0, which is empty. Throws `pruned` or `unknown_version`. */
  view(version: number = this.#version): TreeView {
    if (version === 0) return this.#viewOf(0, NONE);
    return this.#viewOf(version, this.#at(version).root);
  }

  /** Takes over a tree that was built in `columns` from a checkpoint of `version`; the tree must be new. */
  adopt(root: number, version: number): void {
    if (this.#version !== 0 || this.#root !== NONE) throw new StoreError("corrupt", "adopting into a used tree");
    this.#root = root;
    this.#record(version);
  }

  #record(version: number): void {
    this.#committed.set(version, { root: this.#root, orphans: this.#editor.takeOrphans() });
    this.#version = version;
    if (this.#oldest === 0) this.#oldest = version;
  }

  #pruneOldest(): void {
    this.#committed.delete(this.#oldest);
    // Versions enter the map in ascending order, so its first key is the next oldest.
    this.#oldest = this.#committed.keys().next().value!;
    const next = this.#committed.get(this.#oldest)!;
    for (const id of next.orphans) this.columns.release(id);
    this.#committed.set(this.#oldest, { root: next.root, orphans: [] });
  }

  #at(version: number): Committed {
    const committed = this.#committed.get(version);
    if (committed) return committed;
    if (version >= 0 && version < this.#oldest) {
      throw new StoreError("pruned", `version ${version} is pruned, the oldest is ${this.#oldest}`);
    }
    throw new StoreError("unknown_version", `there is no version ${version}, the last is ${this.#version}`);
  }

  #viewOf(version: number, root: number): TreeView {
    return new TreeView(version, root, this.columns, () => {
      if (version !== 0 && version < this.#oldest) this.#at(version);
    });
  }
}
