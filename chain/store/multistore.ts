import { equalBytes } from "../crypto/bytes.ts";
import { EMPTY_HASH } from "../crypto/hash.ts";
import { appHashOf, type StoreRoot, storeKey } from "./app-hash.ts";
import { StoreBranch, type StoreWrites } from "./branch.ts";
import { StoreError } from "./errors.ts";
import { readOnly, type StoreReaderSet } from "./kv.ts";
import { RETAINED_VERSIONS } from "./limits.ts";
import { Checkpointer, type CheckpointSource } from "./persist/checkpointer.ts";
import { type DiskOp, put } from "./persist/disk.ts";
import { changesetKey, META_KEY } from "./persist/layout.ts";
import { type Changeset, encodeChangeset, encodeMeta, type Manifest, type Meta } from "./persist/records.ts";
import { IavlTree } from "./tree/tree.ts";
import type { TreeView } from "./tree/view.ts";

/** A checkpoint every so many versions, unless little was written: what a restart replays beside the retained ones. */
export const CHECKPOINT_EVERY = 100;

export interface MultiStoreOptions {
  /** Names of the stores; ASCII, one for each module that keeps state. */
  readonly names: readonly string[];
  /** Versions kept for proofs and historical reads (default 100). */
  readonly retainedVersions?: number;
  /** Versions between two checkpoints (default 100). */
  readonly checkpointEvery?: number;
  /** Version of the first commit: the chain's initial height (default 1). */
  readonly firstVersion?: number;
}

/** A committed version. */
export interface CommitResult {
  readonly version: number;
  readonly appHash: Uint8Array;
  /** To be applied as one atomic, synced batch; only then is the version durable. */
  readonly writes: readonly DiskOp[];
}

/**
 * Named IAVL stores under one application hash. A block works on a `branch`; `finalize` applies the branch and
 * returns the application hash, `commit` makes the version the current one and returns its disk writes.
 */
export class MultiStore {
  readonly #trees: ReadonlyMap<string, IavlTree>;
  readonly #checkpointer: Checkpointer;
  readonly #retained: number;
  readonly #firstVersion: number;
  /** Roots of the retained versions, ascending. */
  readonly #roots = new Map<number, readonly StoreRoot[]>();
  #version = 0;
  #staged: { readonly changeset: Changeset; readonly appHash: Uint8Array } | undefined;

  /** An empty multistore; `disk` is what the loader found. Throws `unknown_store` for a bad or repeated name. */
  constructor(options: MultiStoreOptions, disk?: { readonly meta: Meta; readonly manifests: readonly Manifest[] }) {
    this.#retained = options.retainedVersions ?? RETAINED_VERSIONS;
    this.#firstVersion = options.firstVersion ?? 1;
    const names = [...options.names].sort();
    for (const name of names) storeKey(name);
    // One more, so that a finalized version does not push out the oldest before it is committed.
    this.#trees = new Map(names.map((name) => [name, new IavlTree(this.#retained + 1)]));
    if (this.#trees.size !== names.length) throw new StoreError("unknown_store", "two stores share a name");
    const every = options.checkpointEvery ?? CHECKPOINT_EVERY;
    this.#checkpointer = new Checkpointer({ every, retained: this.#retained }, disk);
  }

  /** Store names, ascending. */
  get names(): readonly string[] {
    return [...this.#trees.keys()];
  }

  /** The last committed version, 0 before the first. */
  get version(): number {
    return this.#version;
  }

  /** Application hash of the last committed version; sha256 of nothing before the first. */
  get appHash(): Uint8Array {
    return this.#version === 0 ? EMPTY_HASH : appHashOf(this.roots());
  }

  /** Store roots of a retained version (default: the last), names ascending. Throws `pruned` or `unknown_version`. */
  roots(version: number = this.#version): readonly StoreRoot[] {
    const roots = this.#roots.get(version);
    if (roots) return roots;
    if (version >= 0 && version < this.#version) throw new StoreError("pruned", `version ${version} is pruned`);
    throw new StoreError("unknown_version", `there is no version ${version}, the last is ${this.#version}`);
  }

  /** One store at a retained version (default: the last). Throws `unknown_store`, `pruned`, `unknown_version`. */
  storeView(name: string, version: number = this.#version): TreeView {
    if (version !== 0 || this.#version !== 0) this.roots(version);
    const tree = this.#tree(name);
    return tree.version === 0 ? tree.view(0) : tree.view(version);
  }

  /** All stores at a retained version (default: the last), for queries. Throws `pruned` or `unknown_version`. */
  view(version: number = this.#version): StoreReaderSet {
    if (version !== 0 || this.#version !== 0) this.roots(version);
    return { store: (name) => this.storeView(name, version) };
  }

  /** A branch over a retained version (default: the last): a block's, a check's or a simulation's. */
  branch(version: number = this.#version): StoreBranch {
    const view = this.view(version);
    return new StoreBranch({ store: (name) => readOnly(view.store(name)) });
  }

  /**
   * Applies the branch's last write of each key, keys ascending, as the next version and returns its application
   * hash. The version is not current until `commit`; until then the last one stays what queries and checks see.
   */
  finalize(branch: StoreBranch): Uint8Array {
    if (this.#staged) throw new StoreError("unknown_version", "the finalized version is not committed yet");
    const version = this.#version === 0 ? this.#firstVersion : this.#version + 1;
    return this.#stage(version, branch.changes(), this.names);
  }

  /** Makes the finalized version current. */
  commit(): CommitResult {
    const staged = this.#staged;
    if (!staged) throw new StoreError("unknown_version", "nothing is finalized");
    const { changeset, appHash } = staged;
    this.#adoptStaged();
    const { ops, meta } = this.#checkpointer.advance(changeset.version, this.#sources());
    return {
      version: changeset.version,
      appHash,
      writes: [
        put(changesetKey(changeset.version), encodeChangeset(changeset)),
        ...ops,
        put(META_KEY, encodeMeta(meta)),
      ],
    };
  }

  /** Loader only: takes over the trees of a checkpoint, already built in `tree(name).columns`. */
  adopt(version: number, roots: readonly StoreRoot[]): void {
    this.#version = version;
    this.#roots.set(version, roots);
  }

  /** Loader only: repeats a committed version and throws `corrupt` unless it leads to the recorded roots. */
  replay(changeset: Changeset): void {
    const names = changeset.roots.map(({ name }) => name);
    const appHash = this.#stage(changeset.version, changeset.stores, names);
    if (!equalBytes(appHash, appHashOf(changeset.roots))) {
      throw new StoreError("corrupt", `version ${changeset.version} replays to another application hash`);
    }
    this.#adoptStaged();
  }

  /** Loader only, at the end: goes on with the checkpoint that the last run left unfinished. */
  resume(): void {
    this.#checkpointer.resume(this.#sources());
  }

  /** Loader only. Throws `unknown_store`. */
  tree(name: string): IavlTree {
    return this.#tree(name);
  }

  #stage(version: number, stores: readonly StoreWrites[], names: readonly string[]): Uint8Array {
    for (const { name, writes } of stores) {
      const tree = this.#tree(name);
      for (const { key, value } of writes) {
        if (value === undefined) tree.remove(key);
        else tree.set(key, value);
      }
    }
    const roots = names.map((name) => ({ name, root: this.#tree(name).commit(version) }));
    const appHash = appHashOf(roots);
    this.#staged = { changeset: { version, roots, stores }, appHash };
    return appHash;
  }

  #adoptStaged(): void {
    const { version, roots, stores } = this.#staged!.changeset;
    this.#staged = undefined;
    for (const store of stores) this.#checkpointer.noteWrites(version, store.writes.length);
    this.#version = version;
    this.#roots.set(version, roots);
    if (this.#roots.size > this.#retained) this.#roots.delete(this.#roots.keys().next().value!);
  }

  #sources(): CheckpointSource[] {
    return [...this.#trees].map(([name, tree]) => ({ name, tree }));
  }

  #tree(name: string): IavlTree {
    const tree = this.#trees.get(name);
    if (!tree) throw new StoreError("unknown_store", `there is no store "${name}"`);
    return tree;
  }
}
