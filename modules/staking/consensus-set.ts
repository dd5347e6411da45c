import type { ValidatorUpdate } from "../../chain/app/module.ts";
import { compareBytes, equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { addressOfEd25519 } from "../../chain/crypto/keys.ts";
import type { ConsensusSet } from "../../proto/gen/openledger/staking/v1.ts";
import type { ConsensusMember, StakingValidator } from "./types.ts";

/** Order of a consensus set: power descending, then address ascending. */
export function byPowerThenAddress(a: ConsensusMember, b: ConsensusMember): number {
  return b.power - a.power || compareBytes(a.address, b.address);
}

export function encodeSet(members: readonly StakingValidator[]): ConsensusSet {
  return { members: members.map(({ pubKey, power }) => ({ consensusPubkey: pubKey, power: BigInt(power) })) };
}

export function decodeSet(set: ConsensusSet): readonly ConsensusMember[] {
  return set.members.map(({ consensusPubkey, power }) => ({
    address: addressOfEd25519(consensusPubkey),
    pubKey: consensusPubkey,
    power: Number(power),
  }));
}

/** What leads from one set to the next, removals as power 0, in the order of the sets. */
export function difference(
  before: readonly ConsensusMember[],
  after: readonly ConsensusMember[],
): readonly ValidatorUpdate[] {
  const old = new Map(before.map(({ pubKey, power }) => [toHex(pubKey), power]));
  const changed = after.filter(({ pubKey, power }) => old.get(toHex(pubKey)) !== power);
  const removed = before.filter(({ pubKey }) => !after.some((member) => equalBytes(member.pubKey, pubKey)));
  return [
    ...changed.map(({ pubKey, power }) => ({ pubKey, power })),
    ...removed.map(({ pubKey }) => ({ pubKey, power: 0 })),
  ];
}
