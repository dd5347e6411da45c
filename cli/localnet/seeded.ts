import { createHash, randomBytes } from "node:crypto";
import { Bip39 } from "@cosmjs/crypto";

/** 32 bytes for a purpose: random, or from a seed so that two networks made with it have the same keys. */
export type SecretSource = (purpose: string) => Uint8Array;

export function secretSource(seed: string | undefined): SecretSource {
  if (seed === undefined) return () => new Uint8Array(randomBytes(32));
  return (purpose) => new Uint8Array(createHash("sha256").update(`openledger/localnet/${seed}/${purpose}`).digest());
}

export function mnemonicFrom(entropy: Uint8Array): string {
  return Bip39.encode(entropy).toString();
}
