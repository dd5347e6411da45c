import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { CryptoProvider } from "./provider.ts";

// Verification answers false for malformed keys and signatures instead of throwing, like the native provider.
function verdict(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** Pure JavaScript provider: the reference for tests and the fallback where no native build loads. */
export const portable: CryptoProvider = {
  sha256: (bytes) => sha256(bytes),
  ripemd160: (bytes) => ripemd160(bytes),
  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (message, seed) => ed25519.sign(message, seed),
  ed25519VerifyFast: (signature, message, publicKey) => verifyZip215(signature, message, publicKey),
  secp256k1PublicKey: (secret) => secp256k1.getPublicKey(secret, true),
  secp256k1IsSecret: (secret) => secp256k1.utils.isValidSecretKey(secret),
  secp256k1Sign: (hash, secret) => secp256k1.sign(hash, secret, { prehash: false, lowS: true }),
  secp256k1Verify: (signature, hash, publicKey) =>
    verdict(() => secp256k1.verify(signature, hash, publicKey, { prehash: false, lowS: true })),
};

/** ed25519 under ZIP-215 (cofactored, non-canonical points allowed, S < L): the rule of CometBFT. */
export function verifyZip215(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return verdict(() => ed25519.verify(signature, message, publicKey, { zip215: true }));
}
