import { expect, test } from "vitest";
import { VerifiedSet } from "./verified-set.ts";

const signed = (n: number) => ({
  pubKey: new Uint8Array(33).fill(n),
  hash: new Uint8Array(32),
  signature: new Uint8Array(64),
});

test("remembers what was added, the newest up to its limit", () => {
  const set = new VerifiedSet(2);
  for (const n of [1, 2, 3]) set.add(signed(n));
  expect([1, 2, 3].map((n) => set.has(signed(n)))).toEqual([false, true, true]);
});

test("another key, message or signature is another entry", () => {
  const set = new VerifiedSet();
  set.add(signed(1));
  const other = new Uint8Array(64).fill(9);
  expect(set.has({ ...signed(1), signature: other })).toBe(false);
  expect(set.has({ ...signed(1), hash: other.slice(0, 32) })).toBe(false);
  expect(set.has(signed(1))).toBe(true);
});
