import { compareBytes } from "../../crypto/bytes.ts";
import { type Columns, NONE } from "./columns.ts";

/**
 * Insertion and removal on a copy-on-write AVL tree, node for node as cosmos/iavl v1 (`recursiveSet`,
 * `recursiveRemove`, `balance`): which nodes are renewed decides which versions they are hashed with.
 */
export class Editor {
  readonly #columns: Columns;
  /** Sealed nodes that the working tree no longer reaches; older versions still do. */
  #orphans: number[] = [];
  /** During a removal: the new smallest key of the subtree, still to be put into the ancestor that names it. */
  #newSmallest: Uint8Array | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /** The orphans since the last call. */
  takeOrphans(): number[] {
    const orphans = this.#orphans;
    this.#orphans = [];
    return orphans;
  }

  /** Root after a set. An equal value still makes a new leaf, as in IAVL. */
  set(root: number, key: Uint8Array, value: Uint8Array): number {
    return root === NONE ? this.#columns.leaf(key, value) : this.#insert(root, key, value);
  }

  /** Root after a removal of a key that is present. */
  remove(root: number, key: Uint8Array): number {
    const next = this.#erase(root, key);
    this.#newSmallest = undefined;
    return next;
  }

  #insert(id: number, key: Uint8Array, value: Uint8Array): number {
    const columns = this.#columns;
    const order = compareBytes(key, columns.key[id]!);
    if (columns.height[id] === 0) return this.#insertAtLeaf(id, order, key, value);
    const node = this.#own(id);
    if (order < 0) {
      const child = this.#insert(columns.left[node]!, key, value);
      columns.left[node] = child;
    } else {
      const child = this.#insert(columns.right[node]!, key, value);
      columns.right[node] = child;
    }
    columns.measure(node);
    return this.#rebalance(node);
  }

  #insertAtLeaf(id: number, order: number, key: Uint8Array, value: Uint8Array): number {
    const columns = this.#columns;
    const leaf = columns.leaf(key, value);
    if (order < 0) return columns.inner(columns.key[id]!, leaf, id);
    if (order > 0) return columns.inner(key, id, leaf);
    this.#retire(id);
    return leaf;
  }

  #erase(id: number, key: Uint8Array): number {
    const columns = this.#columns;
    if (columns.height[id] === 0) {
      this.#retire(id);
      return NONE;
    }
    const toLeft = compareBytes(key, columns.key[id]!) < 0;
    const child = this.#erase(toLeft ? columns.left[id]! : columns.right[id]!, key);
    if (child === NONE) {
      if (toLeft) this.#newSmallest = columns.key[id];
      const sibling = toLeft ? columns.right[id]! : columns.left[id]!;
      this.#retire(id);
      return sibling;
    }
    const node = this.#own(id);
    if (toLeft) columns.left[node] = child;
    else {
      columns.right[node] = child;
      if (this.#newSmallest) columns.key[node] = this.#newSmallest;
      this.#newSmallest = undefined;
    }
    columns.measure(node);
    return this.#rebalance(node);
  }

  #rebalance(node: number): number {
    const columns = this.#columns;
    const balance = columns.balance(node);
    if (balance > 1) {
      if (columns.balance(columns.left[node]!) < 0) {
        const child = this.#rotateLeft(this.#own(columns.left[node]!));
        columns.left[node] = child;
      }
      return this.#rotateRight(node);
    }
    if (balance < -1) {
      if (columns.balance(columns.right[node]!) > 0) {
        const child = this.#rotateRight(this.#own(columns.right[node]!));
        columns.right[node] = child;
      }
      return this.#rotateLeft(node);
    }
    return node;
  }

  #rotateRight(node: number): number {
    const columns = this.#columns;
    const top = this.#own(columns.left[node]!);
    columns.left[node] = columns.right[top]!;
    columns.right[top] = node;
    columns.measure(node);
    columns.measure(top);
    return top;
  }

  #rotateLeft(node: number): number {
    const columns = this.#columns;
    const top = this.#own(columns.right[node]!);
    columns.right[node] = columns.left[top]!;
    columns.left[top] = node;
    columns.measure(node);
    columns.measure(top);
    return top;
  }

  /** A working node with the content of `id`: itself, or a copy that takes its place. */
  #own(id: number): number {
    if (this.#columns.version[id] === 0) return id;
    this.#orphans.push(id);
    return this.#columns.copy(id);
  }

  #retire(id: number): void {
    if (this.#columns.version[id] === 0) this.#columns.release(id);
    else this.#orphans.push(id);
  }
}
