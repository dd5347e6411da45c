/** One implementation of the primitives; the native and the portable one return the same verdict for every input. */
export interface CryptoProvider {
  sha256(bytes: Uint8Array): Uint8Array;
  ripemd160(bytes: Uint8Array): Uint8Array;
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  ed25519Sign(message: Uint8Array, seed: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /** May refuse a signature that ZIP-215 accepts, never the reverse. */
  ed25519VerifyFast(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  secp256k1PublicKey(secret: Uint8Array): Uint8Array;
  secp256k1IsSecret(secret: Uint8Array): boolean;
  secp256k1Sign(hash: Uint8Array, secret: Uint8Array): Uint8Array;
  /** Accepts R||S with S in the lower half of the order only. */
  secp256k1Verify(signature: Uint8Array, hash: Uint8Array, publicKey: Uint8Array): boolean;
}
