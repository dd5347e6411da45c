import { compareBytes, equalBytes } from "../../chain/crypto/bytes.ts";
import { HASH_LENGTH, sha256 } from "../../chain/crypto/hash.ts";
import { taggedHash, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { BEACON_CHAIN_LENGTH, MAX_BEACON_GAP } from "./limits.ts";

// A validator's hash chain is s_0, s_1 = sha256(s_0), .. s_N = end. The reveal of height h is s_{N - (h - registered)}:
// hashing it (h - last) times gives the reveal of height `last`, so a validator that was away catches up by itself.

/** Where a registered chain stands: its reveal of `lastHeight`, which is the end itself at `registeredHeight`. */
export interface ChainHead {
  readonly registeredHeight: number;
  readonly lastReveal: Uint8Array;
  readonly lastHeight: number;
}

/** A reveal of transaction 0 that its chain confirmed. */
export interface Reveal {
  readonly validator: Uint8Array;
  readonly value: Uint8Array;
}

/** `value` hashed `times` times. */
export function hashTimes(value: Uint8Array, times: number): Uint8Array {
  let current = value;
  for (let i = 0; i < times; i++) current = sha256(current);
  return current;
}

/** True when `reveal` is the chain's preimage of `height`. False is never fatal: such a reveal is ignored. */
export function isReveal(head: ChainHead, reveal: Uint8Array, height: number): boolean {
  const gap = height - head.lastHeight;
  if (reveal.length !== HASH_LENGTH || gap < 1 || gap > MAX_BEACON_GAP) return false;
  if (height - head.registeredHeight > BEACON_CHAIN_LENGTH) return false;
  return equalBytes(hashTimes(reveal, gap), head.lastReveal);
}

/** beacon(0), before any reveal. */
export function genesisBeacon(chainId: string): Uint8Array {
  return taggedHash("openledger/beacon/genesis", utf8Bytes(chainId));
}

/** beacon(H) = H(beacon(H - 1), the reveals of block H's transaction 0 in address order). */
export function nextBeacon(previous: Uint8Array, reveals: readonly Reveal[]): Uint8Array {
  const ordered = [...reveals].sort((a, b) => compareBytes(a.validator, b.validator));
  return taggedHash("openledger/beacon", previous, ...ordered.map(({ value }) => value));
}
