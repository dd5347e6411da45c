import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { taggedHash } from "../../chain/crypto/tagged.ts";
import { hashTimes } from "./beacon.ts";
import { BEACON_CHAIN_LENGTH } from "./limits.ts";

/** Distance of stored preimages: 1,024 of them are 32 KiB, and a reveal costs at most 1,023 hashes. */
const CHECKPOINT_EVERY = 1_024;

/** A validator's hash chain as it keeps it: every 1,024th preimage, counted from the secret side. */
export interface BeaconSecret {
  readonly length: number;
  readonly checkpoints: readonly Uint8Array[];
  /** What is registered. */
  readonly end: Uint8Array;
}

/**
 * The chain of a 32-byte secret, which must be random, kept, and used for one registration only: about a million hashes
 * at the default length. Throws RangeError for another length of secret or a chain shorter than one reveal.
 */
export function makeBeaconChain(secret: Uint8Array, length: number = BEACON_CHAIN_LENGTH): BeaconSecret {
  if (secret.length !== HASH_LENGTH) throw new RangeError(`a beacon secret has ${HASH_LENGTH} bytes`);
  if (!Number.isInteger(length) || length < 1 || length > BEACON_CHAIN_LENGTH) {
    throw new RangeError(`a beacon chain has 1 to ${BEACON_CHAIN_LENGTH} reveals, asked for ${length}`);
  }
  const checkpoints: Uint8Array[] = [];
  let current = taggedHash("openledger/beacon/secret", secret);
  for (let at = 0; at < length; at += CHECKPOINT_EVERY) {
    checkpoints.push(current);
    current = hashTimes(current, Math.min(CHECKPOINT_EVERY, length - at));
  }
  return { length, checkpoints, end: current };
}

/** The reveal for a signing height; undefined before the registration acts and after the chain is used up. */
export function revealFor(chain: BeaconSecret, registeredHeight: number, height: number): Uint8Array | undefined {
  const position = chain.length - (height - registeredHeight);
  if (position < 0 || position >= chain.length) return undefined;
  const checkpoint = chain.checkpoints[Math.floor(position / CHECKPOINT_EVERY)];
  return checkpoint && hashTimes(checkpoint, position % CHECKPOINT_EVERY);
}
