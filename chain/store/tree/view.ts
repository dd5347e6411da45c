import { compareBytes } from "../../crypto/bytes.ts";
import type { KvEntry, KvReader } from "../kv.ts";
import { type Columns, NONE } from "./columns.ts";

/** A step from a leaf's parent up to the root: what ICS-23 needs of one inner node. */
export interface PathStep {
  readonly height: number;
  readonly size: number;
  readonly version: number;
  /** Hash of the child beside the path, and its side. */
  readonly sibling: Uint8Array;
  readonly siblingIsLeft: boolean;
}

/** A leaf with the path from it to the root. */
export interface LeafPath {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly version: number;
  readonly steps: readonly PathStep[];
}

/** One version of a tree, readable until that version is pruned; from then on every access throws `pruned`. */
export class TreeView implements KvReader {
  readonly version: number;
  readonly #columns: Columns;
  readonly #root: number;
  readonly #assertRetained: () => void;

  constructor(version: number, root: number, columns: Columns, assertRetained: () => void) {
    this.version = version;
    this.#root = root;
    this.#columns = columns;
    this.#assertRetained = assertRetained;
  }

  /** Number of entries. */
  get size(): number {
    return this.#root === NONE ? 0 : this.#columns.size[this.#root]!;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const leaf = this.#find(key);
    return leaf === NONE ? undefined : this.#columns.value[leaf];
  }

  has(key: Uint8Array): boolean {
    return this.#find(key) !== NONE;
  }

  *iterate(start?: Uint8Array, end?: Uint8Array, reverse = false): Generator<KvEntry> {
    const columns = this.#columns;
    const pending = this.#root === NONE ? [] : [this.#root];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      this.#assertRetained();
      const key = columns.key[id]!;
      const fromLeft = start === undefined || compareBytes(key, start) > 0;
      const toRight = end === undefined || compareBytes(key, end) < 0;
      if (columns.height[id] === 0) {
        const inRange = toRight && (fromLeft || compareBytes(key, start) === 0);
        if (inRange) yield [key, columns.value[id]!];
        continue;
      }
      if (!reverse && toRight) pending.push(columns.right[id]!);
      if (fromLeft) pending.push(columns.left[id]!);
      if (reverse && toRight) pending.push(columns.right[id]!);
    }
  }

  /** The path of a present key, or undefined. */
  path(key: Uint8Array): LeafPath | undefined {
    this.#assertRetained();
    const columns = this.#columns;
    const steps: PathStep[] = [];
    let id = this.#root;
    while (id !== NONE && columns.height[id]! > 0) {
      const toLeft = compareBytes(key, columns.key[id]!) < 0;
      const sibling = toLeft ? columns.right[id]! : columns.left[id]!;
      steps.push({
        height: columns.height[id]!,
        size: columns.size[id]!,
        version: columns.version[id]!,
        sibling: columns.hash(sibling),
        siblingIsLeft: !toLeft,
      });
      id = toLeft ? columns.left[id]! : columns.right[id]!;
    }
    if (id === NONE || compareBytes(columns.key[id]!, key) !== 0) return undefined;
    const leaf = { key: columns.key[id]!, value: columns.value[id]!, version: columns.version[id]! };
    return { ...leaf, steps: steps.reverse() };
  }

  /** Node ids, children before parents, left before right. */
  *postOrder(): Generator<number> {
    const columns = this.#columns;
    const pending = this.#root === NONE ? [] : [this.#root];
    const entered: boolean[] = pending.map(() => false);
    while (pending.length > 0) {
      this.#assertRetained();
      const id = pending.pop()!;
      if (entered.pop() || columns.height[id] === 0) {
        yield id;
        continue;
      }
      pending.push(id, columns.right[id]!, columns.left[id]!);
      entered.push(true, false, false);
    }
  }

  #find(key: Uint8Array): number {
    this.#assertRetained();
    const columns = this.#columns;
    let id = this.#root;
    while (id !== NONE) {
      const order = compareBytes(key, columns.key[id]!);
      if (columns.height[id] === 0) return order === 0 ? id : NONE;
      id = order < 0 ? columns.left[id]! : columns.right[id]!;
    }
    return NONE;
  }
}
