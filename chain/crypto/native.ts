import { createHash, hash } from "node:crypto";
import { createRequire } from "node:module";
import type * as Secp256k1 from "secp256k1";
import { portable } from "./portable.ts";
import type { CryptoProvider } from "./provider.ts";

// The one file of chain/ that loads native code. Everything here is a pure function of its arguments.

const load = createRequire(import.meta.url);

interface Sodium {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

function tryLoad<T>(name: string): T | undefined {
  try {
    return load(name) as T;
  } catch {
    return undefined;
  }
}

// A one-character-a-byte string and a copy loop is four times faster than asking for a Buffer, and gives a plain Uint8Array.
function sha256(bytes: Uint8Array): Uint8Array {
  const text = hash("sha256", bytes, "binary");
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = text.charCodeAt(i);
  return out;
}

// OpenSSL 3 may be built without its legacy provider, so ripemd160 is probed once.
function ripemdProvider(): Pick<CryptoProvider, "ripemd160"> {
  try {
    createHash("ripemd160");
    return { ripemd160: (bytes) => new Uint8Array(createHash("ripemd160").update(bytes).digest()) };
  } catch {
    return portable;
  }
}

function ed25519Provider(
  sodium: Sodium,
): Pick<CryptoProvider, "ed25519PublicKey" | "ed25519Sign" | "ed25519VerifyFast"> {
  return {
    ed25519PublicKey(seed) {
      const publicKey = new Uint8Array(32);
      sodium.crypto_sign_seed_keypair(publicKey, new Uint8Array(64), seed);
      return publicKey;
    },
    ed25519Sign(message, seed, publicKey) {
      const secretKey = new Uint8Array(64);
      secretKey.set(seed);
      secretKey.set(publicKey, 32);
      const signature = new Uint8Array(64);
      sodium.crypto_sign_detached(signature, message, secretKey);
      return signature;
    },
    ed25519VerifyFast: (signature, message, publicKey) =>
      sodium.crypto_sign_verify_detached(signature, message, publicKey),
  };
}

type Secp = typeof Secp256k1;

function secp256k1Provider(
  secp: Secp,
): Pick<CryptoProvider, "secp256k1PublicKey" | "secp256k1IsSecret" | "secp256k1Sign" | "secp256k1Verify"> {
  return {
    secp256k1PublicKey: (secret) => new Uint8Array(secp.publicKeyCreate(secret, true)),
    secp256k1IsSecret: (secret) => secp.privateKeyVerify(secret),
    secp256k1Sign: (digest, secret) => new Uint8Array(secp.ecdsaSign(digest, secret).signature),
    // libsecp256k1 refuses a high S itself; it throws for a key that is not a point or for R, S >= order.
    secp256k1Verify(signature, digest, publicKey) {
      try {
        return secp.ecdsaVerify(signature, digest, publicKey);
      } catch {
        return false;
      }
    },
  };
}

function nativeProvider(): CryptoProvider {
  const sodium = tryLoad<Sodium>("sodium-native");
  const secp = tryLoad<Secp>("secp256k1");
  return {
    ...portable,
    sha256,
    ...ripemdProvider(),
    ...(sodium ? ed25519Provider(sodium) : {}),
    ...(secp ? secp256k1Provider(secp) : {}),
  };
}

/** The fastest provider that this machine has; each missing native part is replaced by the portable one. */
export const native: CryptoProvider = nativeProvider();
