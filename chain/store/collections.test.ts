import { describe, expect, test } from "vitest";
import { compareBytes } from "../crypto/bytes.ts";
import {
  amountValue,
  boolValue,
  bytesKey,
  fixedBytesKey,
  index,
  indexedMap,
  item,
  keySet,
  map,
  numberKey,
  numberValue,
  pair,
  rawStringKey,
  sequence,
  stringKey,
  stringValue,
  triple,
  uint32Key,
  uint64Key,
} from "./collections.ts";
import { memoryKv } from "./memory.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("key codecs", () => {
  test("integers sort as numbers and come back", () => {
    const numbers = [0, 1, 255, 256, 65_536, 2 ** 32 - 1];
    for (const [codec, values] of [
      [uint32Key, numbers],
      [numberKey, [...numbers, 2 ** 40, Number.MAX_SAFE_INTEGER]],
    ] as const) {
      const encoded = values.map((value) => codec.encode(value));
      expect([...encoded].sort(compareBytes)).toEqual(encoded);
      expect(encoded.map((key) => codec.decode(key, 0)[0])).toEqual([...values]);
    }
    expect(uint64Key.decode(uint64Key.encode(2n ** 64n - 1n), 0)).toEqual([2n ** 64n - 1n, 8]);
  });

  test.each([
    () => uint32Key.encode(-1),
    () => uint32Key.encode(1.5),
    () => uint64Key.encode(2n ** 64n),
    () => numberKey.encode(Number.NaN),
    () => bytesKey.encode(new Uint8Array(256)),
    () => stringKey.encode("\ud800"),
    () => stringKey.decode(bytes(2, 0xc3, 0x28), 0),
    () => bytesKey.decode(bytes(3, 1), 0),
    () => fixedBytesKey(2).encode(bytes(1)),
    () => pair(rawStringKey, uint32Key),
    () => map(256, uint32Key, numberValue),
  ])("what has no unambiguous form is refused (%#)", (fn) => {
    expect(fn).toThrow(/^store: /);
  });

  test("length prefixes keep tuples apart that concatenate alike", () => {
    const codec = pair(stringKey, stringKey);
    expect(codec.encode(["ab", "c"])).not.toEqual(codec.encode(["a", "bc"]));
    const three = triple(uint32Key, bytesKey, rawStringKey);
    expect(three.decode(three.encode([7, bytes(1, 2), "tail"]), 0)[0]).toEqual([7, bytes(1, 2), "tail"]);
  });
});

describe("map", () => {
  const balances = map(2, pair(bytesKey, rawStringKey), amountValue);

  test("get, require, has, remove", () => {
    const store = memoryKv();
    const key = [bytes(1), "uopen"] as const;
    expect([balances.get(store, key), balances.has(store, key)]).toEqual([undefined, false]);
    expect(() => balances.require(store, key)).toThrow("no entry under prefix 2");
    expect(() => balances.require(store, key, () => new Error("broke"))).toThrow("broke");
    balances.set(store, key, 5n);
    expect(balances.require(store, key)).toBe(5n);
    expect(store.get(bytes(2, 1, 1, ...new TextEncoder().encode("uopen")))).toEqual(new TextEncoder().encode("5"));
    balances.remove(store, key);
    expect(balances.has(store, key)).toBe(false);
  });

  test("iterates one first part, a range, and backwards, never a neighbouring table", () => {
    const store = memoryKv();
    const table = map(7, pair(uint32Key, uint32Key), numberValue);
    map(6, uint32Key, numberValue).set(store, 1, 0);
    map(8, uint32Key, numberValue).set(store, 1, 0);
    for (const key of [
      [1, 1],
      [1, 2],
      [2, 1],
    ] as const) {
      table.set(store, key, key[0] * 10 + key[1]);
    }
    const values = (range = {}) => [...table.iterate(store, range)].map(([, value]) => value);
    expect(values()).toEqual([11, 12, 21]);
    expect(values({ reverse: true })).toEqual([21, 12, 11]);
    expect(values({ prefix: pair(uint32Key, uint32Key).prefix(1) })).toEqual([11, 12]);
    expect(values({ from: [1, 2], to: [2, 1] })).toEqual([12]);
  });

  test("a foreign key under the prefix is an error, not an entry", () => {
    const store = memoryKv();
    store.set(bytes(7, 0, 0, 0, 1, 9), bytes());
    expect(() => [...map(7, uint32Key, numberValue).keys(store)]).toThrow("1 bytes after the key");
  });
});

describe("item, sequence, set, values", () => {
  test("a sequence never repeats and starts at 1", () => {
    const store = memoryKv();
    const ids = sequence(1);
    expect([ids.next(store), ids.next(store), ids.peek(store)]).toEqual([1, 2, 3]);
  });

  test("item and set", () => {
    const store = memoryKv();
    const flag = item(3, boolValue);
    expect(() => flag.require(store)).toThrow("no item under prefix 3");
    flag.set(store, false);
    expect(flag.require(store)).toBe(false);
    const members = keySet(4, stringKey);
    members.add(store, "b");
    members.add(store, "a");
    expect([...members.iterate(store)]).toEqual(["a", "b"]);
  });

  test("amounts are canonical decimal text of at most 256 bits", () => {
    for (const value of [0n, -1n, 10n ** 18n, 2n ** 256n - 1n]) {
      expect(amountValue.decode(amountValue.encode(value))).toBe(value);
    }
    expect(() => amountValue.encode(2n ** 256n)).toThrow("256 bits");
    for (const text of ["", "01", "-0", "1e3", " 1", (2n ** 256n).toString()]) {
      expect(() => amountValue.decode(new TextEncoder().encode(text))).toThrow("decimal number");
    }
  });
});

test("an indexed map keeps its index in step through set, change and removal", () => {
  const store = memoryKv();
  const byOwner = index<string, number, string>(11, { reference: stringKey, key: numberKey }, (_, owner) => [owner]);
  const items = indexedMap({ prefix: 10, key: numberKey, value: stringValue }, [byOwner]);
  items.set(store, 1, "ann");
  items.set(store, 2, "bob");
  items.set(store, 3, "ann");
  expect([...byOwner.keys(store, "ann")]).toEqual([1, 3]);
  items.set(store, 1, "bob");
  items.remove(store, 2);
  expect([...byOwner.keys(store, "ann")]).toEqual([3]);
  expect([...byOwner.keys(store, "bob", true)]).toEqual([1]);
  expect([...byOwner.iterate(store)]).toEqual([
    ["ann", 3],
    ["bob", 1],
  ]);
});
