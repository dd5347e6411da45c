import type { Signer } from "../../chain/consensus/ports.ts";
import { type ValueId, valueId } from "../../chain/consensus/value-id.ts";
import { addressOfEd25519 } from "../../chain/crypto/keys.ts";
import type { Proposal, Vote } from "../../chain/types/vote.ts";

/** A validator's identity. Signatures are short checksums: nobody in a simulation forges them. */
export interface SimKey {
  readonly index: number;
  readonly pubKey: Uint8Array;
  readonly address: Uint8Array;
}

const KEYS: SimKey[] = [];

export function simKey(index: number): SimKey {
  for (let i = KEYS.length; i <= index; i++) {
    const pubKey = new Uint8Array(32).fill(i + 1);
    KEYS.push({ index: i, pubKey, address: addressOfEd25519(pubKey) });
  }
  return KEYS[index] as SimKey;
}

function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value, 0x9e3779b1);
  mixed ^= mixed >>> 15;
  return Math.imul(mixed, 0x85ebca6b) | 0;
}

function mixText(hash: number, text: ValueId): number {
  let mixed = mix(hash, text.length);
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193);
  return mixed;
}

function seal(hash: number): Uint8Array {
  const signature = new Uint8Array(64);
  new DataView(signature.buffer).setInt32(0, hash);
  signature[63] = 1;
  return signature;
}

function opens(signature: Uint8Array, hash: number): boolean {
  return new DataView(signature.buffer, signature.byteOffset).getInt32(0) === hash;
}

function voteHash(pubKey: Uint8Array, vote: Vote): number {
  const { type, height, round, timestamp, blockId } = vote;
  const start = mix(
    mix(mix(mix(pubKey[0] as number, type), height), round),
    Number(timestamp.seconds) ^ timestamp.nanos,
  );
  return mixText(start, valueId(blockId));
}

function extensionHash(pubKey: Uint8Array, { height, round, extension }: Vote): number {
  let hash = mix(mix(mix(pubKey[0] as number, 77), height), round);
  for (const byte of extension) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function proposalHash(pubKey: Uint8Array, { height, round, polRound, blockId }: Proposal): number {
  return mixText(mix(mix(mix(mix(pubKey[0] as number, 32), height), round), polRound), valueId(blockId));
}

const NO_BYTES = new Uint8Array(0);

export function simSigner({ pubKey, address }: SimKey): Signer {
  return {
    address,
    signVote: (vote, withExtension) => ({
      signature: seal(voteHash(pubKey, vote)),
      extensionSignature: withExtension ? seal(extensionHash(pubKey, vote)) : NO_BYTES,
    }),
    signProposal: (proposal) => seal(proposalHash(pubKey, proposal)),
  };
}

export function verifySimVote(pubKey: Uint8Array, vote: Vote, extension: boolean): boolean {
  if (!opens(vote.signature, voteHash(pubKey, vote))) return false;
  return !extension || opens(vote.extensionSignature, extensionHash(pubKey, vote));
}

export function verifySimProposal(pubKey: Uint8Array, proposal: Proposal): boolean {
  return opens(proposal.signature, proposalHash(pubKey, proposal));
}
