import type { StoreRoot } from "../app-hash.ts";
import type { StoreWrites } from "../branch.ts";
import { StoreError } from "../errors.ts";
import { ByteReader, ByteWriter } from "./binary.ts";

/** Layout of the records; another number on disk means another program wrote them. */
export const STATE_FORMAT = 1;

/** One committed version: the roots it led to, and the writes that lead from the version before to it. */
export interface Changeset {
  readonly version: number;
  readonly roots: readonly StoreRoot[];
  readonly stores: readonly StoreWrites[];
}

/** A complete checkpoint. */
export interface Manifest {
  readonly version: number;
  readonly chunks: number;
  readonly roots: readonly StoreRoot[];
}

/** What the disk holds, rewritten with every version. */
export interface Meta {
  readonly firstVersion: number;
  readonly version: number;
  /** Changesets up to this version are deleted; it has a checkpoint. 0: none are. */
  readonly prunedTo: number;
  readonly pending: PendingCheckpoint;
}

/** The checkpoint in the making; `version` 0: none. */
export interface PendingCheckpoint {
  readonly version: number;
  /** What is written of it. */
  readonly chunks: number;
  readonly nodes: number;
}

export const NO_CHECKPOINT: PendingCheckpoint = { version: 0, chunks: 0, nodes: 0 };

export function encodeMeta(meta: Meta): Uint8Array {
  const { firstVersion, version, prunedTo, pending } = meta;
  const writer = new ByteWriter().uvarint(STATE_FORMAT).uvarint(firstVersion).uvarint(version).uvarint(prunedTo);
  return writer.uvarint(pending.version).uvarint(pending.chunks).uvarint(pending.nodes).finish();
}

export function decodeMeta(bytes: Uint8Array): Meta {
  const reader = new ByteReader(bytes);
  const format = reader.uvarint();
  if (format !== STATE_FORMAT) {
    throw new StoreError("corrupt", `state format ${format} on disk, this program reads ${STATE_FORMAT}`);
  }
  const meta = {
    firstVersion: reader.uvarint(),
    version: reader.uvarint(),
    prunedTo: reader.uvarint(),
    pending: { version: reader.uvarint(), chunks: reader.uvarint(), nodes: reader.uvarint() },
  };
  reader.finish();
  return meta;
}

export function encodeChangeset(changeset: Changeset): Uint8Array {
  const writer = new ByteWriter().uvarint(changeset.version);
  writeRoots(writer, changeset.roots);
  writer.uvarint(changeset.stores.length);
  for (const { name, writes } of changeset.stores) {
    writer.text(name).uvarint(writes.length);
    for (const { key, value } of writes) {
      writer.bytes(key).uvarint(value === undefined ? 0 : 1);
      if (value !== undefined) writer.bytes(value);
    }
  }
  return writer.finish();
}

export function decodeChangeset(bytes: Uint8Array): Changeset {
  const reader = new ByteReader(bytes);
  const version = reader.uvarint();
  const roots = readRoots(reader);
  const stores = readList(reader, () => {
    const name = reader.text();
    return { name, writes: readList(reader, () => readWrite(reader)) };
  });
  reader.finish();
  return { version, roots, stores };
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const writer = new ByteWriter().uvarint(manifest.version).uvarint(manifest.chunks);
  writeRoots(writer, manifest.roots);
  return writer.finish();
}

export function decodeManifest(bytes: Uint8Array): Manifest {
  const reader = new ByteReader(bytes);
  const manifest = { version: reader.uvarint(), chunks: reader.uvarint(), roots: readRoots(reader) };
  reader.finish();
  return manifest;
}

function readWrite(reader: ByteReader) {
  const key = reader.bytes();
  const kind = reader.uvarint();
  if (kind > 1) throw new StoreError("corrupt", "a changeset holds an unknown kind of write");
  return { key, value: kind === 1 ? reader.bytes() : undefined };
}

function writeRoots(writer: ByteWriter, roots: readonly StoreRoot[]): void {
  writer.uvarint(roots.length);
  for (const { name, root } of roots) writer.text(name).bytes(root);
}

function readRoots(reader: ByteReader): StoreRoot[] {
  return readList(reader, () => ({ name: reader.text(), root: reader.bytes() }));
}

/** Reads as many elements as announced; a lying count runs into the record's end, it allocates nothing ahead. */
function readList<T>(reader: ByteReader, element: () => T): T[] {
  const count = reader.uvarint();
  const list: T[] = [];
  for (let i = 0; i < count; i++) list.push(element());
  return list;
}
