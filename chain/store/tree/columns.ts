/** No node. */
export const NONE = -1;

const HASH_BYTES = 32;
const FIRST_CAPACITY = 64;

/**
 * All nodes of one tree, as columns indexed by node id: 49 bytes a node beside the references to key and value.
 *
 * A leaf has height 0, no children, its key and its value. An inner node's key is the smallest key of its right
 * subtree, shared with that leaf. `version` 0 marks a node of the working tree, which may be changed in place; a
 * node with a version is hashed and never changes until it is released.
 */
export class Columns {
  left = new Int32Array(FIRST_CAPACITY);
  right = new Int32Array(FIRST_CAPACITY);
  height = new Uint8Array(FIRST_CAPACITY);
  /** leaves below */
  size = new Uint32Array(FIRST_CAPACITY);
  version = new Uint32Array(FIRST_CAPACITY);
  hashes = new Uint8Array(FIRST_CAPACITY * HASH_BYTES);
  readonly key: (Uint8Array | undefined)[] = [];
  readonly value: (Uint8Array | undefined)[] = [];
  readonly #released: number[] = [];
  #used = 0;

  /** Nodes in use. */
  get count(): number {
    return this.#used - this.#released.length;
  }

  leaf(key: Uint8Array, value: Uint8Array): number {
    const id = this.#allocate(key, value);
    this.left[id] = NONE;
    this.right[id] = NONE;
    this.height[id] = 0;
    this.size[id] = 1;
    return id;
  }

  inner(key: Uint8Array, left: number, right: number): number {
    const id = this.#allocate(key, undefined);
    this.left[id] = left;
    this.right[id] = right;
    this.measure(id);
    return id;
  }

  /** A working copy of an inner node. */
  copy(id: number): number {
    return this.inner(this.key[id]!, this.left[id]!, this.right[id]!);
  }

  /** Recomputes height and size of an inner node from its children. */
  measure(id: number): void {
    const left = this.left[id]!;
    const right = this.right[id]!;
    this.height[id] = 1 + Math.max(this.height[left]!, this.height[right]!);
    this.size[id] = this.size[left]! + this.size[right]!;
  }

  /** Height of the left subtree less that of the right one. */
  balance(id: number): number {
    return this.height[this.left[id]!]! - this.height[this.right[id]!]!;
  }

  hash(id: number): Uint8Array {
    return this.hashes.slice(id * HASH_BYTES, (id + 1) * HASH_BYTES);
  }

  /** Makes the id available again; no reference to the node may remain. */
  release(id: number): void {
    this.key[id] = undefined;
    this.value[id] = undefined;
    this.#released.push(id);
  }

  #allocate(key: Uint8Array, value: Uint8Array | undefined): number {
    const id = this.#released.pop() ?? this.#used++;
    if (id >= this.left.length) this.#grow();
    this.version[id] = 0;
    this.key[id] = key;
    this.value[id] = value;
    return id;
  }

  #grow(): void {
    const capacity = this.left.length * 2;
    const widen = <T extends Int32Array | Uint32Array | Uint8Array>(column: T, wide: T): T => {
      wide.set(column);
      return wide;
    };
    this.left = widen(this.left, new Int32Array(capacity));
    this.right = widen(this.right, new Int32Array(capacity));
    this.height = widen(this.height, new Uint8Array(capacity));
    this.size = widen(this.size, new Uint32Array(capacity));
    this.version = widen(this.version, new Uint32Array(capacity));
    this.hashes = widen(this.hashes, new Uint8Array(capacity * HASH_BYTES));
  }
}
