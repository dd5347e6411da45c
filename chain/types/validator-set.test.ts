import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { generateEd25519 } from "../crypto/keys.ts";
import { ValidatorError } from "./validator-errors.ts";
import { MAX_TOTAL_POWER, MAX_VALIDATORS, ValidatorSet } from "./validator-set.ts";

fc.configureGlobal({ seed: 7 });

const keyOf = (n: number): Uint8Array => generateEd25519(sha256(Uint8Array.of(n >> 8, n & 255))).pubKey;
const KEYS = Array.from({ length: 12 }, (_, i) => keyOf(i));
const change = (n: number, power: number) => ({ pubKey: KEYS[n]!, power });
const setOf = (...powers: number[]): ValidatorSet => ValidatorSet.of(powers.map((power, i) => change(i, power)));
const keyIndex = (pubKey: Uint8Array): number => KEYS.findIndex((key) => toHex(key) === toHex(pubKey));

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof ValidatorError ? error.code : `another error: ${error}`;
  }
};

const powersArbitrary = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 });

describe("validator set", () => {
  test("order is power descending, then address ascending", () => {
    const set = setOf(5, 9, 5, 7);
    expect(set.validators.map(({ power }) => power)).toEqual([9, 7, 5, 5]);
    const [third, fourth] = set.validators.slice(2).map(({ address }) => toHex(address));
    expect(third! < fourth!).toBe(true);
    for (const [i, { address }] of set.validators.entries()) expect(set.indexOf(address)).toBe(i);
    expect(set.indexOf(new Uint8Array(20))).toBe(-1);
    expect(set.totalPower).toBe(26);
  });

  test("the proposer sequence of CometBFT's TestProposerSelection1", () => {
    let set = setOf(1000, 300, 330);
    const sequence: string[] = [];
    for (let i = 0; i < 30; i++) {
      sequence.push(["foo", "bar", "baz"][keyIndex(set.proposer().pubKey)]!);
      set = set.incrementPriority(1);
    }
    expect(sequence.join(" ")).toBe(
      "foo baz foo bar foo foo baz foo bar foo foo baz foo foo bar foo baz foo foo bar foo foo baz foo bar foo foo baz foo bar",
    );
  });

  test("everyone proposes in proportion to its power", () => {
    fc.assert(
      fc.property(powersArbitrary, (powers) => {
        let set = setOf(...powers);
        const turns = powers.map(() => 0);
        for (let i = 0; i < set.totalPower; i++) {
          turns[keyIndex(set.proposer().pubKey)]!++;
          set = set.incrementPriority(1);
        }
        turns.forEach((count, i) => {
          expect(Math.abs(count - powers[i]!)).toBeLessThanOrEqual(1);
        });
      }),
      { numRuns: 10 },
    );
  });

  test("of equal priorities the lower address proposes first", () => {
    let set = setOf(7, 7, 7, 7);
    const turns = set.validators.map(() => {
      const address = toHex(set.proposer().address);
      set = set.incrementPriority(1);
      return address;
    });
    expect(turns).toEqual(set.validators.map(({ address }) => toHex(address)));
  });

  test("a newcomer's start counts the power of those that leave with it", () => {
    // Two of power 10 stand at -10 (the proposer) and 10; the start is -(24 + 24 >> 3) = -27.
    const set = setOf(10, 10);
    const proposer = keyIndex(set.proposer().pubKey);
    const priorities = (removed: number) =>
      set.update([change(removed, 0), change(2, 4)]).validators.map(({ priority }) => priority);
    // -10 and -27, average floor(-37 / 2) = -19.
    expect(priorities(1 - proposer)).toEqual([9n, -8n]);
    // 10 and -27 spread over 37 > 28: halved to 5 and -13, average -4.
    expect(priorities(proposer)).toEqual([9n, -9n]);
  });

  test("rotating n times is n rotations, and leaves the original as it was", () => {
    const set = setOf(3, 1, 7);
    const before = toHex(set.encode());
    expect(toHex(set.incrementPriority(5).encode())).toBe(
      toHex([1, 2, 3, 4, 5].reduce((rotated) => rotated.incrementPriority(1), set).encode()),
    );
    expect(toHex(set.encode())).toBe(before);
    expect(() => set.incrementPriority(0)).toThrow(RangeError);
  });

  test("priorities stay centred and within two total powers, whatever joins and leaves", () => {
    const batches = fc.array(
      fc.uniqueArray(fc.tuple(fc.nat({ max: 11 }), fc.integer({ min: 0, max: 100_000 })), {
        selector: ([n]) => n,
        minLength: 1,
        maxLength: 4,
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(batches, (list) => {
        let set = setOf(10, 20, 30);
        for (const batch of list) {
          const known = (n: number) => set.validators.some(({ pubKey }) => keyIndex(pubKey) === n);
          const applicable = batch.filter(([n, power]) => power > 0 || known(n));
          const removed = applicable.filter(([, power]) => power === 0).length;
          if (applicable.length === 0 || removed === set.validators.length) continue;
          set = set.update(applicable.map(([n, power]) => change(n, power))).incrementPriority(1);
          const priorities = set.validators.map(({ priority }) => priority);
          const spread = priorities.reduce((a, b) => (a > b ? a : b)) - priorities.reduce((a, b) => (a < b ? a : b));
          const count = BigInt(priorities.length);
          const average = priorities.reduce((a, b) => a + b, 0n);
          expect(spread <= 4n * BigInt(set.totalPower)).toBe(true);
          expect(average > -count && average < count).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a newcomer starts at -1.125 of the total, centred with the rest", () => {
    // One validator of power 10 has priority 0 after its own turn. Total with the newcomer 14: -(14 + (14 >> 3)) = -15;
    // the spread 15 is within 2 x 14; the average floor(-15 / 2) = -8 is subtracted.
    const set = setOf(10).update([change(1, 4)]);
    expect(set.validators.map(({ power, priority }) => [power, priority])).toEqual([
      [10, 8n],
      [4, -7n],
    ]);
  });

  test("a spread beyond two total powers is divided by the ceiling of their ratio", () => {
    const { validators } = setOf(1, 1);
    const priorities = [100n, -1n];
    const wide = ValidatorSet.restore(validators.map((v, i) => ({ ...v, priority: priorities[i]! })));
    // Spread 101, window 4, ratio 26: 100/26 = 3 and -1/26 = 0 (towards zero); average 1; then one turn of power 1 each.
    expect(wide.incrementPriority(1).validators.map(({ priority }) => priority)).toEqual([1n, 0n]);
  });

  test("a change of power keeps the priority; removal of the proposer is survived", () => {
    const set = setOf(10, 10, 10);
    const shrunk = set.update([{ pubKey: set.proposer().pubKey, power: 0 }]);
    expect(shrunk.validators).toHaveLength(2);
    expect(shrunk.indexOf(shrunk.proposer().address)).toBeGreaterThanOrEqual(0);
    const swapped = set.update([change(0, 0), change(1, 0), change(2, 0), change(3, 5)]);
    expect(swapped.validators.map(({ power }) => power)).toEqual([5]);
    expect(set.update([])).toBe(set);
  });

  test("behavior: refused changes", () => {
    const set = setOf(5, 5);
    expect(codeOf(() => ValidatorSet.of([]))).toBe("empty");
    expect(codeOf(() => set.update([change(0, 0), change(1, 0)]))).toBe("empty");
    expect(codeOf(() => set.update([change(0, 1), change(0, 2)]))).toBe("duplicate");
    expect(codeOf(() => set.update([change(5, 0)]))).toBe("unknown");
    expect(codeOf(() => set.update([change(0, -1)]))).toBe("bad_power");
    expect(codeOf(() => set.update([change(0, 0.5)]))).toBe("bad_power");
    expect(codeOf(() => set.update([change(0, Number.NaN)]))).toBe("bad_power");
    expect(codeOf(() => ValidatorSet.of([change(0, 0)]))).toBe("bad_power");
    expect(codeOf(() => set.update([change(0, MAX_TOTAL_POWER)]))).toBe("overflow");
    expect(codeOf(() => set.update([change(0, MAX_TOTAL_POWER + 1)]))).toBe("overflow");
    expect(codeOf(() => set.update([{ pubKey: new Uint8Array(31), power: 1 }]))).toBe("bad_key");
    expect(set.update([change(0, MAX_TOTAL_POWER - 5)]).totalPower).toBe(MAX_TOTAL_POWER);
    const many = Array.from({ length: MAX_VALIDATORS + 1 }, (_, i) => {
      const pubKey = new Uint8Array(32);
      new DataView(pubKey.buffer).setUint32(0, i);
      return { pubKey, power: 1 };
    });
    expect(codeOf(() => ValidatorSet.of(many))).toBe("too_many");
  });

  test("survives its encoding with priorities and proposer; a tampered one is refused", () => {
    fc.assert(
      fc.property(powersArbitrary, fc.integer({ min: 1, max: 9 }), (powers, turns) => {
        const set = setOf(...powers).incrementPriority(turns);
        const again = ValidatorSet.decode(set.encode());
        expect(again.validators).toEqual(set.validators);
        expect(again.proposer()).toEqual(set.proposer());
        expect(again.hash()).toEqual(set.hash());
      }),
      { numRuns: 20 },
    );
    const { validators } = setOf(2, 3);
    expect(codeOf(() => ValidatorSet.restore([...validators, validators[0]!]))).toBe("duplicate");
    expect(codeOf(() => ValidatorSet.restore([{ ...validators[0]!, address: new Uint8Array(20) }]))).toBe("bad_key");
    expect(codeOf(() => ValidatorSet.restore([]))).toBe("empty");
  });

  test("the hash covers keys and powers, not priorities", () => {
    const set = setOf(2, 3);
    expect(set.incrementPriority(1).hash()).toEqual(set.hash());
    expect(toHex(set.update([change(0, 4)]).hash())).not.toBe(toHex(set.hash()));
    expect(toHex(setOf(2, 3, 1).hash())).not.toBe(toHex(set.hash()));
  });
});
