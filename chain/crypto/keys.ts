import { CryptoError } from "./errors.ts";
import { ripemd160, sha256, sha256Truncated } from "./hash.ts";
import { native } from "./native.ts";
import { verifyZip215 } from "./portable.ts";

export const ED25519_PUBLIC_KEY_LENGTH = 32;
export const ED25519_SEED_LENGTH = 32;
export const SECP256K1_PUBLIC_KEY_LENGTH = 33;
export const SIGNATURE_LENGTH = 64;
export const ADDRESS_LENGTH = 20;

/** ed25519 pair; `secretKey` is seed (32 bytes) then public key (32 bytes), the form CometBFT's key files hold. */
export interface Ed25519KeyPair {
  readonly pubKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new CryptoError("bad_length", `${what} must have ${length} bytes, got ${bytes.length}`);
  }
}

/** Key pair of a 32-byte seed. */
export function generateEd25519(seed: Uint8Array): Ed25519KeyPair {
  requireLength("ed25519 seed", seed, ED25519_SEED_LENGTH);
  const pubKey = native.ed25519PublicKey(seed);
  const secretKey = new Uint8Array(64);
  secretKey.set(seed);
  secretKey.set(pubKey, 32);
  return { pubKey, secretKey };
}

/** RFC 8032 signature by a 64-byte secret key (seed then public key). */
export function signEd25519(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  requireLength("ed25519 secret key", secretKey, 64);
  return native.ed25519Sign(message, secretKey.slice(0, 32), secretKey.slice(32));
}

/**
 * ed25519 under ZIP-215. The native verifier's rules are stricter, so its accept is final and only its reject is
 * checked again, slowly; callers limit the rate of senders whose signatures fail.
 */
export function verifyEd25519(pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (pubKey.length !== ED25519_PUBLIC_KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  return native.ed25519VerifyFast(signature, message, pubKey) || verifyZip215(signature, message, pubKey);
}

/** Compressed secp256k1 public key (33 bytes). Throws `bad_key` when the secret is zero or not below the order. */
export function secp256k1PublicKey(secret: Uint8Array): Uint8Array {
  requireSecret(secret);
  return native.secp256k1PublicKey(secret);
}

function requireSecret(secret: Uint8Array): void {
  requireLength("secp256k1 secret key", secret, 32);
  if (!native.secp256k1IsSecret(secret)) {
    throw new CryptoError("bad_key", "secp256k1 secret key is zero or not below the group order");
  }
}

/** Deterministic (RFC 6979) low-S signature R||S of a 32-byte message hash. */
export function signSecp256k1(secret: Uint8Array, hash: Uint8Array): Uint8Array {
  requireSecret(secret);
  requireLength("message hash", hash, 32);
  return native.secp256k1Sign(hash, secret);
}

/** Verdict on R||S for a 32-byte message hash and a compressed key; a high S is refused, so that no twin verifies. */
export function verifySecp256k1(pubKey: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean {
  if (pubKey.length !== SECP256K1_PUBLIC_KEY_LENGTH) return false;
  if (hash.length !== 32 || signature.length !== SIGNATURE_LENGTH) return false;
  return native.secp256k1Verify(signature, hash, pubKey);
}

/** Validator address: first 20 bytes of sha256(public key). */
export function addressOfEd25519(pubKey: Uint8Array): Uint8Array {
  requireLength("ed25519 public key", pubKey, ED25519_PUBLIC_KEY_LENGTH);
  return sha256Truncated(pubKey);
}

/** Account address: ripemd160(sha256(compressed public key)). */
export function addressOfSecp256k1(pubKey: Uint8Array): Uint8Array {
  requireLength("secp256k1 public key", pubKey, SECP256K1_PUBLIC_KEY_LENGTH);
  return ripemd160(sha256(pubKey));
}
