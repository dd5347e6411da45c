// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

/** A validator as genesis defines it and as state keeps it. */
export interface Validator {
  /** Account that operates it and is paid (bech32 account prefix). */
  readonly operator: string;
  /** ed25519, 32 bytes. */
  readonly consensusPubkey: Uint8Array;
  readonly power: bigint;
  readonly moniker: string;
  /** End of the validator's beacon hash chain. */
  readonly beaconEnd: Uint8Array;
}
export const Validator: MessageCodec<Validator> = message<Validator>("openledger.staking.v1.Validator", () => [
  { no: 1, name: "operator", json: "operator", type: "string" },
  { no: 2, name: "consensusPubkey", json: "consensus_pubkey", type: "bytes" },
  { no: 3, name: "power", json: "power", type: "uint64" },
  { no: 4, name: "moniker", json: "moniker", type: "string" },
  { no: 5, name: "beaconEnd", json: "beacon_end", type: "bytes" },
]);

export interface GenesisState {
  readonly validators: readonly Validator[];
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.staking.v1.GenesisState", () => [
  { no: 1, name: "validators", json: "validators", type: "message", message: () => Validator, repeated: true },
]);

export interface ConsensusMember {
  /** ed25519, 32 bytes. */
  readonly consensusPubkey: Uint8Array;
  readonly power: bigint;
}
export const ConsensusMember: MessageCodec<ConsensusMember> = message<ConsensusMember>("openledger.staking.v1.ConsensusMember", () => [
  { no: 1, name: "consensusPubkey", json: "consensus_pubkey", type: "bytes" },
  { no: 2, name: "power", json: "power", type: "uint64" },
]);

/** A consensus set as the application keeps it, by power descending then address ascending. */
export interface ConsensusSet {
  readonly members: readonly ConsensusMember[];
}
export const ConsensusSet: MessageCodec<ConsensusSet> = message<ConsensusSet>("openledger.staking.v1.ConsensusSet", () => [
  { no: 1, name: "members", json: "members", type: "message", message: () => ConsensusMember, repeated: true },
]);
