import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../crypto/bytes.ts";
import { CacheKv } from "./cache.ts";
import { StoreError } from "./errors.ts";
import { readOnly } from "./kv.ts";
import { MAX_KEY_BYTES } from "./limits.ts";
import { memoryKv } from "./memory.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const plain = (entries: Iterable<readonly [Uint8Array, Uint8Array]>) => [...entries].map(([k, v]) => [[...k], [...v]]);

describe("CacheKv", () => {
  test("keeps writes from the parent until write, and drops them on discard", () => {
    const parent = memoryKv();
    parent.set(bytes(1), bytes(10));
    const branch = new CacheKv(parent);
    branch.set(bytes(2), bytes(20));
    branch.delete(bytes(1));
    expect([branch.has(bytes(1)), branch.get(bytes(2))]).toEqual([false, bytes(20)]);
    expect(plain(parent.iterate())).toEqual([[[1], [10]]]);
    branch.discard();
    expect(plain(branch.iterate())).toEqual([[[1], [10]]]);
    branch.set(bytes(3), bytes(30));
    branch.write();
    expect(plain(parent.iterate())).toEqual([
      [[1], [10]],
      [[3], [30]],
    ]);
    expect(branch.size).toBe(0);
  });

  test("an iteration sees the store as it was when it began", () => {
    const store = memoryKv();
    for (const key of [1, 2, 3]) store.set(bytes(key), bytes(key));
    const seen: number[] = [];
    for (const [key] of store.iterate()) {
      seen.push(key[0]!);
      store.delete(key);
      store.set(bytes(key[0]! + 10), bytes(0));
    }
    expect(seen).toEqual([1, 2, 3]);
    expect([...store.iterate()].map(([key]) => key[0])).toEqual([11, 12, 13]);
  });

  test("refuses keys outside the limits and writes to a committed version", () => {
    const code = (fn: () => void) => {
      try {
        fn();
        return "none";
      } catch (error) {
        return error instanceof StoreError ? error.code : "other";
      }
    };
    expect(code(() => memoryKv().set(bytes(), bytes()))).toBe("empty_key");
    expect(code(() => memoryKv().set(new Uint8Array(MAX_KEY_BYTES + 1), bytes()))).toBe("key_too_long");
    expect(code(() => readOnly(memoryKv()).set(bytes(1), bytes()))).toBe("read_only");
  });

  test("behaves as a sorted map through three nested branches", () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 2, max: 4 });
    const op = fc.oneof(
      fc.record({ kind: fc.constant("set" as const), key, value: fc.uint8Array({ maxLength: 2 }) }),
      fc.record({ kind: fc.constant("delete" as const), key }),
      fc.record({ kind: fc.constant("write" as const), level: fc.integer({ min: 1, max: 2 }) }),
      fc.record({ kind: fc.constant("range" as const), start: key, end: key, reverse: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(op, { maxLength: 60 }), (ops) => {
        const base = memoryKv();
        const block = new CacheKv(base);
        const tx = new CacheKv(block);
        const model = new Map<string, [Uint8Array, Uint8Array]>();
        for (const each of ops) {
          if (each.kind === "set") {
            tx.set(each.key, each.value);
            model.set(each.key.join(), [each.key, each.value]);
          } else if (each.kind === "delete") {
            tx.delete(each.key);
            model.delete(each.key.join());
          } else if (each.kind === "write") (each.level === 1 ? block : tx).write();
          else {
            const expected = [...model.values()]
              .filter(([k]) => compareBytes(k, each.start) >= 0 && compareBytes(k, each.end) < 0)
              .sort(([a], [b]) => (each.reverse ? compareBytes(b, a) : compareBytes(a, b)));
            expect(plain(tx.iterate(each.start, each.end, each.reverse))).toEqual(plain(expected));
          }
        }
        const all = [...model.values()].sort(([a], [b]) => compareBytes(a, b));
        expect(plain(tx.iterate())).toEqual(plain(all));
        expect(plain(tx.iterate(undefined, undefined, true))).toEqual(plain(all.reverse()));
      }),
      { numRuns: 200, seed: 2 },
    );
  });
});
