import { describe, expect, test } from "vitest";
import { GasKv } from "./gas.ts";
import { memoryKv } from "./memory.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

function metered() {
  const parent = memoryKv();
  let used = 0;
  const store = new GasKv(parent, { consume: (amount) => void (used += amount) });
  const cost = (fn: () => void) => {
    used = 0;
    fn();
    return used;
  };
  return { parent, store, cost };
}

describe("GasKv charges the SDK's table", () => {
  test("reads, writes, has, delete", () => {
    const { store, cost } = metered();
    expect(cost(() => store.set(bytes(1, 2), bytes(1, 2, 3)))).toBe(2_000 + 30 * 5);
    expect(cost(() => store.get(bytes(1, 2)))).toBe(1_000 + 3 * 5);
    expect(cost(() => store.get(bytes(9)))).toBe(1_000 + 3);
    expect(cost(() => store.has(bytes(1, 2)))).toBe(1_000);
    expect(cost(() => store.delete(bytes(1, 2)))).toBe(1_000);
  });

  test("a full iteration pays the seek and then for each entry that it leaves", () => {
    const { parent, store, cost } = metered();
    parent.set(bytes(1), bytes(1));
    parent.set(bytes(2), bytes(1, 2));
    expect(cost(() => [...store.iterate()])).toBe(3 * 2 + 30 + (3 * 2 + 30) + (3 * 3 + 30));
    expect(cost(() => [...store.iterate(bytes(5))])).toBe(30);
  });

  test("a write that cannot be paid does not happen", () => {
    const parent = memoryKv();
    const broke = new GasKv(parent, {
      consume: () => {
        throw new Error("out of gas");
      },
    });
    expect(() => broke.set(bytes(1), bytes(1))).toThrow("out of gas");
    expect(parent.has(bytes(1))).toBe(false);
  });
});
