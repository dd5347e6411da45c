import type { StoreRoot } from "../app-hash.ts";
import type { IavlTree } from "../tree/tree.ts";
import { ByteWriter } from "./binary.ts";
import { type DiskOp, del, put } from "./disk.ts";
import { changesetKey, chunkKey, manifestKey } from "./layout.ts";
import { writeNode } from "./nodes.ts";
import { encodeManifest, type Manifest, type Meta } from "./records.ts";

/** A chunk is written when it has grown to this size: large enough for few records, small beside a block's batch. */
const CHUNK_BYTES = 64 * 1_024;

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

interface Active {
  readonly version: number;
  /** Nodes to write with each version, so that it is complete while its version is still retained. */
  readonly portion: number;
  readonly chunks: Generator<"node" | Uint8Array, void>;
  readonly roots: readonly StoreRoot[];
  written: number;
}

/**
 * Decides, version by version, what is written of checkpoints and what is deleted. A checkpoint pins nothing: it
 * reads a retained version and is complete before that version is pruned.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  #firstVersion: number;
  /** Complete ones, ascending. */
  #complete: Manifest[];
  #prunedTo: number;
  #active: Active | undefined;
  #leavesWritten = 0;

  constructor(options: CheckpointerOptions, disk?: { readonly meta: Meta; readonly manifests: readonly Manifest[] }) {
    this.#options = options;
    this.#firstVersion = disk?.meta.firstVersion ?? 0;
    this.#prunedTo = disk?.meta.prunedTo ?? 0;
    this.#complete = [...(disk?.manifests ?? [])];
  }

  /** The writes that go with the commit of `version`, and the meta record to put beside them. */
  advance(version: number, writes: number, sources: readonly CheckpointSource[]): { ops: DiskOp[]; meta: Meta } {
    if (this.#firstVersion === 0) this.#firstVersion = version;
    this.#leavesWritten += writes;
    if (!this.#active && this.#due(version, sources)) this.#active = this.#start(version, sources);
    const ops = [...this.#writePortion(), ...this.#prune(version)];
    const pending = { version: this.#active?.version ?? 0, chunks: this.#active?.written ?? 0 };
    return { ops, meta: { firstVersion: this.#firstVersion, version, prunedTo: this.#prunedTo, pending } };
  }

  #due(version: number, sources: readonly CheckpointSource[]): boolean {
    const { every } = this.#options;
    const last = this.#complete.at(-1)?.version ?? this.#firstVersion - 1;
    if (version - last < every) return false;
    let leaves = 0;
    for (const { tree } of sources) leaves += tree.view().size;
    return this.#leavesWritten * WORTHWHILE_SHARE >= leaves || version - last >= every * MAX_INTERVALS;
  }

  #start(version: number, sources: readonly CheckpointSource[]): Active {
    this.#leavesWritten = 0;
    let nodes = 0;
    for (const { tree } of sources) nodes += 2 * tree.view().size;
    const span = Math.max(1, Math.floor(Math.min(this.#options.every, this.#options.retained) / 2));
    const roots = sources.map(({ name, tree }) => ({ name, root: tree.rootHash() }));
    return { version, portion: Math.ceil(nodes / span) + 1, chunks: chunksOf(sources), roots, written: 0 };
  }

  #writePortion(): DiskOp[] {
    const active = this.#active;
    if (!active) return [];
    const ops: DiskOp[] = [];
    for (let nodes = 0; nodes < active.portion; ) {
      const step = active.chunks.next();
      if (step.done) {
        const manifest = { version: active.version, chunks: active.written, roots: active.roots };
        ops.push(put(manifestKey(active.version), encodeManifest(manifest)));
        this.#complete.push(manifest);
        this.#active = undefined;
        break;
      }
      if (step.value === "node") nodes++;
      else ops.push(put(chunkKey(active.version, active.written++), step.value));
    }
    return ops;
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

/** The last committed version of each store as chunks (store name, then nodes), with a tick for every node. */
function* chunksOf(sources: readonly CheckpointSource[]): Generator<"node" | Uint8Array, void> {
  const views = sources.map(({ name, tree }) => ({ name, columns: tree.columns, view: tree.view() }));
  for (const { name, columns, view } of views) {
    let writer = new ByteWriter().text(name);
    const empty = writer.length;
    for (const id of view.postOrder()) {
      writeNode(writer, columns, id);
      yield "node";
      if (writer.length < CHUNK_BYTES) continue;
      yield writer.finish();
      writer = new ByteWriter().text(name);
    }
    if (writer.length > empty) yield writer.finish();
  }
}
