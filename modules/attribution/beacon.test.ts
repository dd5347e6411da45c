import { describe, expect, test } from "vitest";
import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { type ChainHead, genesisBeacon, hashTimes, isReveal, nextBeacon } from "./beacon.ts";
import { makeBeaconChain, revealFor } from "./beacon-secret.ts";
import { MAX_BEACON_GAP } from "./limits.ts";

const SECRET = sha256(new Uint8Array([1]));
const chain = makeBeaconChain(SECRET, 5_000);
const head = (lastHeight: number, registeredHeight = 100): ChainHead => ({
  registeredHeight,
  lastHeight,
  lastReveal:
    lastHeight === registeredHeight ? chain.end : (revealFor(chain, registeredHeight, lastHeight) as Uint8Array),
});

describe("beacon secret", () => {
  test("its reveals lead to the registered end, one hash a height", () => {
    for (const height of [101, 102, 1_123, 1_124, 1_125, 5_100]) {
      const reveal = revealFor(chain, 100, height) as Uint8Array;
      expect(toHex(hashTimes(reveal, height - 100))).toBe(toHex(chain.end));
    }
  });

  test("has no reveal for the height of registration, before it, or beyond its length", () => {
    expect([99, 100, 5_101].map((height) => revealFor(chain, 100, height))).toEqual([undefined, undefined, undefined]);
  });

  test("refuses a short secret and an impossible length", () => {
    expect(() => makeBeaconChain(new Uint8Array(31))).toThrow("32 bytes");
    expect(() => makeBeaconChain(SECRET, 0)).toThrow("asked for 0");
    expect(() => makeBeaconChain(SECRET, 2 ** 20 + 1)).toThrow("1048577");
  });
});

describe("reveals", () => {
  const reveal = (height: number) => revealFor(chain, 100, height) as Uint8Array;

  test("the next one counts, and so does one after a gap of at most 1,024 heights", () => {
    expect(isReveal(head(100), reveal(101), 101)).toBe(true);
    expect(isReveal(head(150), reveal(150 + MAX_BEACON_GAP), 150 + MAX_BEACON_GAP)).toBe(true);
    expect(isReveal(head(150), reveal(151 + MAX_BEACON_GAP), 151 + MAX_BEACON_GAP)).toBe(false);
  });

  test("a reveal of another height, an old one, and any other bytes do not count", () => {
    expect(isReveal(head(150), reveal(152), 151)).toBe(false);
    expect(isReveal(head(150), reveal(150), 150)).toBe(false);
    expect(isReveal(head(150), new Uint8Array(32), 151)).toBe(false);
    expect(isReveal(head(150), new Uint8Array(0), 151)).toBe(false);
  });
});

describe("beacon", () => {
  const reveals = [3, 1, 2].map((n) => ({ validator: new Uint8Array(20).fill(n), value: sha256(new Uint8Array([n])) }));

  test("depends on the reveals, not on their order", () => {
    const before = genesisBeacon("chain-a");
    const beacon = nextBeacon(before, reveals);
    expect(equalBytes(beacon, nextBeacon(before, [...reveals].reverse()))).toBe(true);
    expect(equalBytes(beacon, nextBeacon(before, reveals.slice(1)))).toBe(false);
    expect(equalBytes(beacon, nextBeacon(genesisBeacon("chain-b"), reveals))).toBe(false);
  });

  test("goes on without reveals", () => {
    const before = genesisBeacon("chain-a");
    expect(equalBytes(nextBeacon(before, []), before)).toBe(false);
  });
});
