import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../../crypto/bytes.ts";
import { EMPTY_HASH } from "../../crypto/hash.ts";
import { IavlTree, MAX_VERSION } from "./tree.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const plain = (entries: Iterable<readonly [Uint8Array, Uint8Array]>) => [...entries].map(([k, v]) => [[...k], [...v]]);

function code(fn: () => unknown): string {
  try {
    fn();
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("IavlTree", () => {
  test("an empty tree has the hash of nothing, and is empty again after the last removal", () => {
    const tree = new IavlTree();
    expect(tree.rootHash()).toEqual(EMPTY_HASH);
    expect(tree.commit()).toEqual(EMPTY_HASH);
    tree.set(bytes(1), bytes(2));
    expect(tree.commit()).not.toEqual(EMPTY_HASH);
    expect(tree.remove(bytes(1))).toBe(true);
    expect(tree.commit()).toEqual(EMPTY_HASH);
  });

  test("removing an absent key changes nothing; setting an equal value changes the root", () => {
    const tree = new IavlTree();
    for (const key of [1, 2, 3]) tree.set(bytes(key), bytes(key));
    const root = tree.commit();
    expect(tree.remove(bytes(9))).toBe(false);
    expect(tree.commit()).toEqual(root);
    tree.set(bytes(2), bytes(2));
    expect(tree.commit()).not.toEqual(root);
  });

  test("retains the last versions, prunes older ones, releases their nodes", () => {
    const tree = new IavlTree(3);
    for (let i = 1; i <= 40; i++) {
      tree.set(bytes(i % 7), bytes(i));
      tree.commit();
    }
    expect(tree.oldestVersion).toBe(38);
    expect(tree.view(38).get(bytes(38 % 7))).toEqual(bytes(38));
    expect(tree.view(38).get(bytes(39 % 7))).toEqual(bytes(32));
    expect(code(() => tree.view(37))).toBe("pruned");
    expect(code(() => tree.view(41))).toBe("unknown_version");
    // 13 nodes of the last version, and the leaf with its at most 3 ancestors that each of 2 older versions replaced.
    expect(tree.columns.count).toBeLessThanOrEqual(13 + 2 * 4);
  });

  test("a view of a version throws once the version is pruned, also within an iteration", () => {
    const tree = new IavlTree(1);
    tree.set(bytes(1), bytes(1));
    tree.set(bytes(2), bytes(1));
    tree.commit();
    const view = tree.view();
    const iterator = view.iterate()[Symbol.iterator]();
    iterator.next();
    tree.set(bytes(2), bytes(2));
    tree.commit();
    expect(code(() => view.get(bytes(1)))).toBe("pruned");
    expect(code(() => iterator.next())).toBe("pruned");
  });

  test("versions ascend and fit 32 bits", () => {
    const tree = new IavlTree();
    tree.commit(5);
    expect(code(() => tree.commit(5))).toBe("unknown_version");
    expect(code(() => tree.commit(MAX_VERSION + 1))).toBe("unknown_version");
    expect(tree.commit(MAX_VERSION)).toEqual(EMPTY_HASH);
  });

  test("every retained version reads as a sorted map of its time, balanced, without leaked nodes", () => {
    const write = fc.tuple(
      fc.integer({ min: 0, max: 20 }),
      fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 20 }), (versions) => {
        const tree = new IavlTree(4);
        const model = new Map<number, number>();
        const history: [number, number][][] = [];
        for (const writes of versions) {
          for (const [key, value] of writes) {
            if (value === undefined) expect(tree.remove(bytes(key))).toBe(model.delete(key));
            else {
              tree.set(bytes(key), bytes(value));
              model.set(key, value);
            }
          }
          tree.commit();
          history.push([...model].sort(([a], [b]) => a - b));
        }
        const reached = new Set<number>();
        for (let version = Math.max(1, versions.length - 3); version <= versions.length; version++) {
          const view = tree.view(version);
          const expected = history[version - 1]!;
          expect(plain(view.iterate())).toEqual(expected.map(([k, v]) => [[k], [v]]));
          expect(plain(view.iterate(bytes(5), bytes(12), true))).toEqual(
            expected
              .filter(([k]) => k >= 5 && k < 12)
              .map(([k, v]) => [[k], [v]])
              .reverse(),
          );
          for (const id of view.postOrder()) {
            reached.add(id);
            if (tree.columns.height[id]! === 0) continue;
            expect(Math.abs(tree.columns.balance(id))).toBeLessThanOrEqual(1);
            expect(compareBytes(tree.columns.key[id]!, smallest(tree, tree.columns.right[id]!))).toBe(0);
          }
        }
        expect(tree.columns.count).toBe(reached.size);
      }),
      { numRuns: 150, seed: 3 },
    );
  });
});

function smallest(tree: IavlTree, id: number): Uint8Array {
  return tree.columns.height[id] === 0 ? tree.columns.key[id]! : smallest(tree, tree.columns.left[id]!);
}
