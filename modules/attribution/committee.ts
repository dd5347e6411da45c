import { compareBytes } from "../../chain/crypto/bytes.ts";
import { taggedHash } from "../../chain/crypto/tagged.ts";
import type { Claim, CommitteeMember } from "../../proto/gen/openledger/attribution/v1.ts";
import { MAX_PEER_COMMITTEE } from "./limits.ts";
import type { SetMember } from "./needs.ts";

// Sortition by stake (DESIGN.md section 5). Of a set above `committee_size` a committee of as many seats is drawn with the
// beacon of the claim's seed height, which nobody knew at the post. Seats, not members, are what is drawn: the validators
// stand on a line in an order that the seed shuffles, each as long as its power, and seats are put at equal distances from
// a random start. A validator of share p so gets floor(p k) or ceil(p k) of the k seats, p k on average, whatever the shares
// of the others are; its seats are its power in the tally. Drawing members and weighing them by power again would give a
// large validator its stake's square.

export interface Sortition {
  /** beacon(seed height). */
  readonly seed: Uint8Array;
  readonly claimId: Uint8Array;
  readonly seats: number;
}

/** The committee of a set that is taken whole: every member with its power, in the set's order. */
export function wholeCommittee(set: readonly SetMember[]): CommitteeMember[] {
  return set.map(({ address, power }) => ({ validator: address, power: BigInt(power) }));
}

/** Members with their seats as power, by seats descending then address ascending. The order of `set` does not matter. */
export function drawCommittee(set: readonly SetMember[], { seed, claimId, seats }: Sortition): CommitteeMember[] {
  const line = shuffled(set, ({ address }) => taggedHash("openledger/sortition", seed, claimId, address));
  const total = line.reduce((sum, { power }) => sum + BigInt(power), 0n);
  if (total === 0n) return [];
  const start = numberOf(taggedHash("openledger/sortition/start", seed, claimId)) % total;
  // Seat i is at (start + i * total) / seats on the line; compared after multiplying by `seats`, so that all is integer.
  const seatsBefore = (end: bigint) => (end <= start ? 0n : (end - start - 1n) / total + 1n);
  const members: CommitteeMember[] = [];
  let at = 0n;
  for (const { address, power } of line) {
    const next = at + BigInt(power) * BigInt(seats);
    const won = seatsBefore(next) - seatsBefore(at);
    if (won > 0n) members.push({ validator: address, power: won });
    at = next;
  }
  return members.sort((a, b) => Number(b.power - a.power) || compareBytes(a.validator, b.validator));
}

/**
 * Positions in the committee that the member at `place` answers for, in the order of its answers: everybody else where the
 * committee is small; otherwise the next `sample` members on a ring that the seed shuffles, so that each member is
 * answered for by equally many and nobody chooses by whom.
 */
export function peersOf(claim: PeerFacts, place: number): readonly number[] {
  const size = claim.committee.length;
  const sample = peerCount(claim);
  if (sample === size - 1) return Array.from({ length: size - 1 }, (_, i) => (i < place ? i : i + 1));
  const ring = ringOf(claim);
  const at = ring.indexOf(place);
  return Array.from({ length: sample }, (_, i) => ring[(at + 1 + i) % size] as number);
}

/** `peersOf` for every place at once: the ring is made once. */
export function allPeersOf(claim: PeerFacts): readonly (readonly number[])[] {
  const size = claim.committee.length;
  const sample = peerCount(claim);
  if (sample === size - 1) return claim.committee.map((_, place) => peersOf(claim, place));
  const ring = ringOf(claim);
  const peers: (readonly number[])[] = [];
  ring.forEach((place, at) => {
    peers[place] = Array.from({ length: sample }, (_, i) => ring[(at + 1 + i) % size] as number);
  });
  return peers;
}

/** What decides who answers for whom. */
export type PeerFacts = Pick<Claim, "id" | "seed" | "committee" | "peerSample">;

/** Answers for peers that an opening of this claim holds. */
export function peerCount({ committee, peerSample }: Pick<Claim, "committee" | "peerSample">): number {
  const others = Math.max(0, committee.length - 1);
  return committee.length <= MAX_PEER_COMMITTEE ? others : Math.min(others, peerSample);
}

function ringOf({ committee, seed, id }: PeerFacts): number[] {
  const places = committee.map(({ validator }, place) => ({ validator, place }));
  return shuffled(places, ({ validator }) => taggedHash("openledger/ring", seed, id, validator)).map(
    ({ place }) => place,
  );
}

/** In the order of a hash of each: a shuffle that depends on the members and the seed only. */
function shuffled<T>(items: readonly T[], hashOf: (item: T) => Uint8Array): T[] {
  const keyed = items.map((item) => ({ item, key: hashOf(item) }));
  return keyed.sort((a, b) => compareBytes(a.key, b.key)).map(({ item }) => item);
}

/** 256 bits against a total below 2^63: the remainder's bias is below 2^-190. */
function numberOf(hash: Uint8Array): bigint {
  return hash.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
