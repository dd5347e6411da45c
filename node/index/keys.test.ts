import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "../../chain/crypto/bytes.ts";
import { decodeEntry, endOf, eventEntry, keyPrefix, startPrefix, TX_EVENTS, valuePrefix } from "./keys.ts";
import { MAX_KEY_VALUE_BYTES } from "./limits.ts";

fc.configureGlobal({ seed: 7 });

const value = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\0", "\0\u0001", "a\0ÿb", "x".repeat(1000)));
const place = fc.record({ height: fc.integer({ min: 1, max: 2 ** 33 }), index: fc.nat(2 ** 20 - 1) });
const within = (key: Uint8Array, prefix: Uint8Array) =>
  compareBytes(key, prefix) >= 0 && compareBytes(key, endOf(prefix)) < 0;

test("an entry gives back its value and position, however long the value", () => {
  fc.assert(
    fc.property(fc.string(), value, place, (key, text, position) => {
      const entry = eventEntry(TX_EVENTS, { key, value: text }, position);
      const expected = { value: new TextDecoder().decode(new TextEncoder().encode(text)), position };
      expect(decodeEntry(entry, keyPrefix(TX_EVENTS, key).length)).toEqual(expected);
      expect(entry.key.length).toBeLessThan(2 * MAX_KEY_VALUE_BYTES + 400);
    }),
  );
});

test("a scan of a value finds that value alone, a scan of its beginning finds it too", () => {
  fc.assert(
    fc.property(value, value, place, (a, b, position) => {
      const { key } = eventEntry(TX_EVENTS, { key: "k", value: b }, position);
      const same = Buffer.from(a).equals(Buffer.from(b));
      expect(within(key, valuePrefix(TX_EVENTS, "k", a))).toBe(same);
      expect(within(key, startPrefix(TX_EVENTS, "k", [...b].slice(0, 3).join("")))).toBe(true);
      expect(within(key, keyPrefix(TX_EVENTS, "k2"))).toBe(false);
    }),
  );
});

test("entries of one value are in block order", () => {
  fc.assert(
    fc.property(place, place, (a, b) => {
      const [left, right] = [a, b].map((position) => eventEntry(TX_EVENTS, { key: "k", value: "v" }, position).key);
      expect(compareBytes(left!, right!)).toBe(Math.sign(a.height - b.height || a.index - b.index));
    }),
  );
});
