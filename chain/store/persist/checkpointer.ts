import type { StoreRoot } from "../app-hash.ts";
import type { Columns } from "../tree/columns.ts";
import type { IavlTree } from "../tree/tree.ts";
import { ByteWriter } from "./binary.ts";
import { type DiskOp, del, put } from "./disk.ts";
import { changesetKey, chunkKey, manifestKey } from "./layout.ts";
import { writeNode } from "./nodes.ts";
import { encodeManifest, type Manifest, type Meta, NO_CHECKPOINT, type PendingCheckpoint } from "./records.ts";

/** A chunk ends when it has grown to this size: large enough for few records, small beside a block's batch. */
const CHUNK_BYTES = 64 * 1_024;

/** At least so many nodes are written at a time, so that a small state is written at once: about 50 kB. */
const MIN_PORTION = 512;

/** A checkpoint costs all leaves, so it waits until this share of them was written since the last one ... */
const WORTHWHILE_SHARE = 8;

/** ... but not for more intervals than this, which bounds what a restart replays. */
const MAX_INTERVALS = 10;

export interface CheckpointerOptions {
  /** Versions between two checkpoints, at least. */
  readonly every: number;
  /** Versions that a restart must be able to read again. */
  readonly retained: number;
}

/** One store as a checkpoint sees it. */
export interface CheckpointSource {
  readonly name: string;
  readonly tree: IavlTree;
}

interface Node {
  readonly store: string;
  readonly columns: Columns;
  readonly id: number;
}

/** A checkpoint in the making. */
interface Active {
  readonly version: number;
  /** Nodes to write with each version, so that it is complete while its version is still retained. */
  readonly portion: number;
  readonly nodes: Iterator<Node, undefined>;
  readonly roots: readonly StoreRoot[];
  chunksWritten: number;
  nodesWritten: number;
}

/**
 * Decides, version by version, what is written of checkpoints and what is deleted. A checkpoint pins nothing: it
 * reads a retained version and is complete before that version is pruned. A restart goes on where the last run ended.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #firstVersion: number;
  /** Complete ones, ascending. */
  #complete: Manifest[];
  #prunedTo: number;
  #pending: PendingCheckpoint;
  #active: Active | undefined;
  /** Deletions that go with the next commit. */
  #leftover: DiskOp[] = [];
  /** Keys written since the last complete checkpoint, or the one in the making. */
  #keysWritten = 0;

  constructor(options: CheckpointerOptions, disk?: { readonly meta: Meta; readonly manifests: readonly Manifest[] }) {
    this.#options = options;
    this.#firstVersion = disk?.meta.firstVersion ?? 0;
    this.#prunedTo = disk?.meta.prunedTo ?? 0;
    this.#pending = disk?.meta.pending ?? NO_CHECKPOINT;
    this.#complete = [...(disk?.manifests ?? [])];
  }

  /** Counts keys written, or replayed, by a version. */
  noteWrites(version: number, keys: number): void {
    if (version > this.#lastStarted()) this.#keysWritten += keys;
  }

  /** After a restart and the replay: takes up the unfinished checkpoint, or drops it if its version is gone. */
  resume(sources: readonly CheckpointSource[]): void {
    const { version, chunks, nodes } = this.#pending;
    if (version === 0) return;
    if (sources.some(({ tree }) => tree.oldestVersion > version)) {
      this.#pending = NO_CHECKPOINT;
      this.#leftover = deleteCheckpoint(version, chunks);
      return;
    }
    this.#active = this.#start(version, sources);
    for (let i = 0; i < nodes; i++) this.#active.nodes.next();
    this.#active.chunksWritten = chunks;
    this.#active.nodesWritten = nodes;
  }

  /** The writes that go with the commit of `version`, and the meta record to put beside them. */
  advance(version: number, sources: readonly CheckpointSource[]): { ops: DiskOp[]; meta: Meta } {
    if (this.#firstVersion === 0) this.#firstVersion = version;
    if (!this.#active && this.#due(version, sources)) {
      this.#active = this.#start(version, sources);
      this.#keysWritten = 0;
    }
    const ops = [...this.#leftover, ...(this.#active ? this.#writePortion(this.#active) : []), ...this.#prune(version)];
    this.#leftover = [];
    const meta = { firstVersion: this.#firstVersion, version, prunedTo: this.#prunedTo, pending: this.#pending };
    return { ops, meta };
  }

  #lastStarted(): number {
    return Math.max(this.#pending.version, this.#complete.at(-1)?.version ?? 0);
  }

  #due(version: number, sources: readonly CheckpointSource[]): boolean {
    const { every } = this.#options;
    const age = version - Math.max(this.#lastStarted(), this.#firstVersion - 1);
    if (age < every) return false;
    let leaves = 0;
    for (const { tree } of sources) leaves += tree.view().size;
    return this.#keysWritten * WORTHWHILE_SHARE >= leaves || age >= every * MAX_INTERVALS;
  }

  #start(version: number, sources: readonly CheckpointSource[]): Active {
    // A store that did not exist at that version is none of the checkpoint's.
    const present = sources.filter(({ tree }) => tree.version >= version && tree.oldestVersion <= version);
    let nodes = 0;
    for (const { tree } of present) nodes += 2 * tree.view(version).size;
    const span = Math.max(1, Math.floor(Math.min(this.#options.every, this.#options.retained) / 2));
    return {
      version,
      portion: Math.max(MIN_PORTION, Math.ceil(nodes / span)),
      nodes: nodesOf(present, version),
      roots: present.map(({ name, tree }) => ({ name, root: tree.rootHash(version) })),
      chunksWritten: 0,
      nodesWritten: 0,
    };
  }

  #writePortion(active: Active): DiskOp[] {
    const { version, roots } = active;
    const ops: DiskOp[] = [];
    let chunk = new ByteWriter();
    let store: string | undefined;
    const flush = () => {
      if (store !== undefined) ops.push(put(chunkKey(version, active.chunksWritten++), chunk.finish()));
      store = undefined;
    };
    let done = false;
    for (let i = 0; i < active.portion && !done; i++) {
      const node = active.nodes.next().value;
      if (store !== node?.store || chunk.length >= CHUNK_BYTES) flush();
      if (node && store === undefined) {
        store = node.store;
        chunk = new ByteWriter().text(store);
      }
      if (node) writeNode(chunk, node.columns, node.id);
      if (node) active.nodesWritten++;
      else done = true;
    }
    flush();
    this.#pending = { version, chunks: active.chunksWritten, nodes: active.nodesWritten };
    if (done) ops.push(this.#finish({ version, chunks: active.chunksWritten, roots }));
    return ops;
  }

  #finish(manifest: Manifest): DiskOp {
    this.#complete.push(manifest);
    this.#active = undefined;
    this.#pending = NO_CHECKPOINT;
    return put(manifestKey(manifest.version), encodeManifest(manifest));
  }

  /** Deletes what no restart needs: all before the newest checkpoint from which every retained version follows. */
  #prune(version: number): DiskOp[] {
    const oldestNeeded = version - this.#options.retained + 1;
    const base = this.#complete.findLast((manifest) => manifest.version <= oldestNeeded);
    if (!base || base.version <= this.#prunedTo) return [];
    const ops: DiskOp[] = [];
    for (const old of this.#complete.filter((manifest) => manifest.version < base.version)) {
      ops.push(...deleteCheckpoint(old.version, old.chunks), del(manifestKey(old.version)));
    }
    for (let v = Math.max(this.#prunedTo + 1, this.#firstVersion); v <= base.version; v++)
      ops.push(del(changesetKey(v)));
    this.#complete = this.#complete.filter((manifest) => manifest.version >= base.version);
    this.#prunedTo = base.version;
    return ops;
  }
}

/** Deletions of the first `chunks` chunks of a checkpoint. */
export function deleteCheckpoint(version: number, chunks: number): DiskOp[] {
  return Array.from({ length: chunks }, (_, index) => del(chunkKey(version, index)));
}

/** The nodes of one version, store by store, children first: the same sequence whenever it is asked for. */
function* nodesOf(sources: readonly CheckpointSource[], version: number): Generator<Node, undefined> {
  const views = sources.map(({ name, tree }) => ({ store: name, columns: tree.columns, view: tree.view(version) }));
  for (const { store, columns, view } of views) for (const id of view.postOrder()) yield { store, columns, id };
}
