import { describe, expect, test } from "vitest";
import type { MempoolError } from "./errors.ts";
import { Mempool, TX_OVERHEAD_BYTES } from "./mempool.ts";

const LIMITS = { maxTxs: 3, maxBytes: 100, maxTxBytes: 50, seenTxs: 4 };
const tx = (seed: number, length = 10) => new Uint8Array(length).fill(seed);
const codeOf = (fn: () => void) => {
  try {
    fn();
  } catch (error) {
    return (error as MempoolError).code;
  }
  return undefined;
};

function pooled(...txs: Uint8Array[]): Mempool {
  const pool = new Mempool(LIMITS);
  for (const t of txs) {
    pool.admit(t);
    pool.insert(t, 7);
  }
  return pool;
}

describe("mempool", () => {
  test("reaps in order of arrival, within bytes and gas", () => {
    const pool = pooled(tx(1), tx(2), tx(3));
    expect(pool.reap(2 * (10 + TX_OVERHEAD_BYTES), -1)).toEqual([tx(1), tx(2)]);
    expect(pool.reap(1000, 20)).toEqual([tx(1), tx(2)]);
    expect(pool.reap(1000, -1)).toHaveLength(3);
  });

  test("refuses oversize, empty, known and, when full, any transaction", () => {
    const pool = pooled(tx(1));
    expect(codeOf(() => pool.admit(tx(9, 51)))).toBe("too_large");
    expect(codeOf(() => pool.admit(new Uint8Array(0)))).toBe("too_large");
    expect(codeOf(() => pool.admit(tx(1)))).toBe("known");
    pool.insert(tx(2), 1);
    pool.insert(tx(3), 1);
    expect(codeOf(() => pool.admit(tx(4)))).toBe("full");
    expect(codeOf(() => pool.insert(tx(4), 1))).toBe("full");
  });

  test("counts bytes through insert, commit, evict and repeats", () => {
    const pool = pooled(tx(1, 20), tx(2, 30));
    pool.insert(tx(1, 20), 1);
    expect([pool.count, pool.bytes]).toEqual([2, 50]);
    pool.committed([tx(1, 20), tx(8, 20)]);
    expect([pool.count, pool.bytes]).toEqual([1, 30]);
    pool.evict(pool.list(10)[0]?.hash as string);
    expect([pool.count, pool.bytes]).toEqual([0, 0]);
  });

  test("a committed transaction does not come back, an evicted or forgotten one may", () => {
    const pool = pooled(tx(1), tx(2));
    pool.committed([tx(1)]);
    expect(codeOf(() => pool.admit(tx(1)))).toBe("known");
    pool.evict(pool.list(1)[0]?.hash as string);
    expect(codeOf(() => pool.admit(tx(2)))).toBeUndefined();
    pool.forget(tx(2));
    expect(codeOf(() => pool.admit(tx(2)))).toBeUndefined();
  });

  test("the memory of seen transactions is bounded", () => {
    const pool = new Mempool(LIMITS);
    for (let i = 0; i < 5; i++) pool.admit(tx(i));
    expect(codeOf(() => pool.admit(tx(4)))).toBe("known");
    expect(codeOf(() => pool.admit(tx(0)))).toBeUndefined();
  });
});
