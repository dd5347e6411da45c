import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { taggedHash, u32be } from "../../chain/crypto/tagged.ts";
import { allPeersOf, drawCommittee, peerCount, peersOf } from "./committee.ts";
import type { SetMember } from "./needs.ts";

const addressOf = (index: number) => taggedHash("validator", u32be(index)).slice(0, 20);
const seedOf = (index: number) => taggedHash("seed", u32be(index));

function setOf(powers: readonly number[]): SetMember[] {
  return powers.map((power, i) => ({ address: addressOf(i), pubKey: new Uint8Array(32), power }));
}

const draw = (set: readonly SetMember[], seed: number, seats = 32) =>
  drawCommittee(set, { seed: seedOf(seed), claimId: seedOf(-1 >>> 0), seats });

const powersOf = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 });

describe("sortition", () => {
  test("all seats go, to floor or ceil of a member's share of them", () => {
    fc.assert(
      fc.property(powersOf, fc.nat(), fc.integer({ min: 1, max: 128 }), (powers, seed, seats) => {
        const members = draw(setOf(powers), seed, seats);
        expect(members.reduce((sum, { power }) => sum + power, 0n)).toBe(BigInt(seats));
        const total = powers.reduce((sum, power) => sum + power, 0);
        powers.forEach((power, i) => {
          const won = members.find(({ validator }) => validator.join() === addressOf(i).join())?.power ?? 0n;
          const share = (BigInt(power) * BigInt(seats)) / BigInt(total);
          expect(won === share || won === share + 1n).toBe(true);
        });
      }),
      { seed: 3 },
    );
  });

  test("neither the order of the set nor anything but seed, claim and powers matters (I9)", () => {
    fc.assert(
      fc.property(powersOf, fc.nat(), fc.nat(), (powers, seed, turn) => {
        const set = setOf(powers);
        const at = turn % set.length;
        const turned = [...set.slice(at), ...set.slice(0, at)].reverse();
        expect(draw(turned, seed)).toEqual(draw(set, seed));
      }),
      { seed: 5 },
    );
  });

  test("over many seeds seats are proportional to stake, for large and small validators alike", () => {
    const powers = [400, 200, 100, ...Array.from({ length: 30 }, () => 10)];
    const set = setOf(powers);
    const won = powers.map(() => 0);
    const rounds = 2_000;
    const seats = 8;
    for (let seed = 0; seed < rounds; seed++) {
      for (const { validator, power } of draw(set, seed, seats)) {
        const index = set.findIndex(({ address }) => address.join() === validator.join());
        won[index] = (won[index] as number) + Number(power);
      }
    }
    powers.forEach((power, i) => {
      const expected = (power / 1_000) * seats * rounds;
      // Seats of one member differ from draw to draw by one at most: a deviation of four standard errors is 2 sqrt(rounds).
      expect(Math.abs((won[i] as number) - expected)).toBeLessThan(2 * Math.sqrt(rounds));
    });
  });

  test("a stake split into small validators gets no more seats than it had", () => {
    const whole = setOf([300, 100, 100, 100, 100, 100, 100, 100]);
    const split = setOf([...Array.from({ length: 30 }, () => 10), 100, 100, 100, 100, 100, 100, 100]);
    const seatsOf = (set: readonly SetMember[], parts: number) => {
      let seats = 0;
      for (let seed = 0; seed < 500; seed++) {
        for (const { validator, power } of draw(set, seed, 20)) {
          if (set.slice(0, parts).some(({ address }) => address.join() === validator.join())) seats += Number(power);
        }
      }
      return seats / 500;
    };
    expect(seatsOf(whole, 1)).toBeCloseTo(6, 0);
    expect(seatsOf(split, 30)).toBeCloseTo(6, 0);
  });
});

describe("peers", () => {
  const factsOf = (size: number, peerSample: number) => ({
    id: seedOf(1),
    seed: seedOf(2),
    peerSample,
    committee: setOf(Array.from({ length: size }, () => 1)).map(({ address }) => ({ validator: address, power: 1n })),
  });

  test("of a small committee are all others in committee order", () => {
    expect(allPeersOf(factsOf(4, 6))).toEqual([
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3],
      [0, 1, 2],
    ]);
    expect(peersOf(factsOf(1, 6), 0)).toEqual([]);
  });

  test("of a large one are a sample, and each member is answered for by equally many others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 128 }), fc.integer({ min: 2, max: 16 }), (size, sample) => {
        const facts = factsOf(size, sample);
        const all = allPeersOf(facts);
        const most = Math.min(sample, size - 1);
        expect(peerCount(facts)).toBe(most);
        const answered = Array.from({ length: size }, () => 0);
        all.forEach((peers, place) => {
          expect(peers).toEqual(peersOf(facts, place));
          expect(new Set(peers).size).toBe(most);
          expect(peers).not.toContain(place);
          for (const peer of peers) answered[peer] = (answered[peer] as number) + 1;
        });
        expect(new Set(answered)).toEqual(new Set([most]));
      }),
      { numRuns: 30, seed: 9 },
    );
  });

  test("nobody knows them before the seed: another seed, another ring", () => {
    const facts = factsOf(40, 6);
    expect(allPeersOf({ ...facts, seed: seedOf(3) })).not.toEqual(allPeersOf(facts));
  });
});
