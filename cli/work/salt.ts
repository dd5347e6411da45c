import { createHmac } from "node:crypto";
import { taggedHash } from "../../chain/crypto/tagged.ts";

/**
 * Salt of a commitment, 32 bytes: a secret of the key's holder and a function of what it hides. A lost state file thus
 * loses no commitment, and a repeated run makes the same one.
 */
export function secretSalt(privateKey: Uint8Array, purpose: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const subject = taggedHash(`openledger/salt/${purpose}`, ...parts);
  return new Uint8Array(createHmac("sha256", privateKey).update(subject).digest());
}
