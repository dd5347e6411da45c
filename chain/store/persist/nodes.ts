import { compareBytes } from "../../crypto/bytes.ts";
import { StoreError } from "../errors.ts";
import { type Columns, NONE } from "../tree/columns.ts";
import { sealNode } from "../tree/hash.ts";
import { MAX_VERSION } from "../tree/tree.ts";
import type { ByteReader, ByteWriter } from "./binary.ts";

/** Tags of the nodes in a checkpoint, which come children first, left before right. */
const LEAF = 0;
const INNER = 1;

/** A leaf with version, key and value; an inner node with its version alone, the rest follows from its children. */
export function writeNode(writer: ByteWriter, columns: Columns, id: number): void {
  if (columns.height[id] === 0) {
    writer.uvarint(LEAF).uvarint(columns.version[id]!).bytes(columns.key[id]!).bytes(columns.value[id]!);
  } else {
    writer.uvarint(INNER).uvarint(columns.version[id]!);
  }
}

/** Rebuilds a tree from a checkpoint's nodes, hashing each as it comes; throws `corrupt` for what is no AVL tree. */
export class TreeBuilder {
  readonly #columns: Columns;
  /** Finished subtrees, left to right, with the smallest key of each. */
  readonly #subtrees: { readonly id: number; readonly smallest: Uint8Array }[] = [];
  #lastKey: Uint8Array | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  read(reader: ByteReader): void {
    const tag = reader.uvarint();
    const version = reader.uvarint();
    if (version < 1 || version > MAX_VERSION) throw corrupt("a node without a valid version");
    if (tag === LEAF) this.#leaf(reader.bytes(), reader.bytes(), version);
    else if (tag === INNER) this.#inner(version);
    else throw corrupt("an unknown kind of node");
  }

  /** The root, `NONE` for an empty tree. */
  finish(): number {
    if (this.#subtrees.length > 1) throw corrupt("a checkpoint that ends inside a tree");
    return this.#subtrees[0]?.id ?? NONE;
  }

  #leaf(key: Uint8Array, value: Uint8Array, version: number): void {
    if (this.#lastKey && compareBytes(this.#lastKey, key) >= 0) throw corrupt("keys out of order");
    this.#lastKey = key;
    this.#push(this.#columns.leaf(key, value), key, version);
  }

  #inner(version: number): void {
    const right = this.#subtrees.pop();
    const left = this.#subtrees.pop();
    if (!left || !right) throw corrupt("an inner node without children");
    const id = this.#columns.inner(right.smallest, left.id, right.id);
    if (Math.abs(this.#columns.balance(id)) > 1) throw corrupt("an unbalanced tree");
    this.#push(id, left.smallest, version);
  }

  #push(id: number, smallest: Uint8Array, version: number): void {
    sealNode(this.#columns, id, version);
    this.#subtrees.push({ id, smallest });
  }
}

function corrupt(what: string): StoreError {
  return new StoreError("corrupt", `the checkpoint holds ${what}`);
}
