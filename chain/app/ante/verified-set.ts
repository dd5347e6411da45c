import { toHex } from "../../crypto/bytes.ts";
import { concatBytes, sha256 } from "../../crypto/hash.ts";

/** Signatures remembered: several full blocks of transactions between CheckTx and FinalizeBlock. */
export const MAX_VERIFIED = 32_768;

/** One signature over one message by one key. */
export interface SignedMessage {
  readonly pubKey: Uint8Array;
  /** SHA-256 of the sign bytes. */
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Signatures that verified, here or in a worker: a bounded memory, first in first out. It changes the speed of a
 * verdict, never the verdict: a signature that is not in it is verified in line.
 */
export class VerifiedSet {
  readonly #keys = new Set<string>();
  readonly #limit: number;

  constructor(limit = MAX_VERIFIED) {
    this.#limit = limit;
  }

  has(message: SignedMessage): boolean {
    return this.#keys.has(keyOf(message));
  }

  /** Remembers a signature that its caller has verified. */
  add(message: SignedMessage): void {
    this.#keys.add(keyOf(message));
    if (this.#keys.size <= this.#limit) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      return;
    }
  }
}

function keyOf({ pubKey, hash, signature }: SignedMessage): string {
  // The key and the hash have fixed widths, so the concatenation is unambiguous.
  return toHex(sha256(concatBytes(pubKey, hash, signature)));
}
