import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "./bytes.ts";
import type { CryptoError } from "./errors.ts";
import { ripemd160, sha256 } from "./hash.ts";
import {
  addressOfEd25519,
  addressOfSecp256k1,
  generateEd25519,
  secp256k1PublicKey,
  signEd25519,
  signSecp256k1,
  verifyEd25519,
  verifySecp256k1,
} from "./keys.ts";
import { native } from "./native.ts";
import { portable } from "./portable.ts";

fc.configureGlobal({ seed: 7 });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return (error as CryptoError).code;
  }
};

const seedArbitrary = fc.uint8Array({ minLength: 32, maxLength: 32 });
const messageArbitrary = fc.uint8Array({ maxLength: 200 });

describe("ed25519", () => {
  test("RFC 8032 section 7.1, test 2", () => {
    const seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const { pubKey, secretKey } = generateEd25519(seed);
    expect(toHex(pubKey)).toBe("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const signature = signEd25519(secretKey, Uint8Array.of(0x72));
    expect(toHex(signature)).toBe(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    expect(verifyEd25519(pubKey, Uint8Array.of(0x72), signature)).toBe(true);
    expect(verifyEd25519(pubKey, Uint8Array.of(0x73), signature)).toBe(false);
  });

  test("the native and the portable provider agree", () => {
    fc.assert(
      fc.property(seedArbitrary, messageArbitrary, (seed, message) => {
        const pubKey = native.ed25519PublicKey(seed);
        expect(portable.ed25519PublicKey(seed)).toEqual(pubKey);
        const signature = native.ed25519Sign(message, seed, pubKey);
        expect(portable.ed25519Sign(message, seed, pubKey)).toEqual(signature);
        expect(portable.ed25519VerifyFast(signature, message, pubKey)).toBe(true);
      }),
      { numRuns: 8 },
    );
  });

  test("keys and signatures of another length never verify and never throw", () => {
    const { pubKey, secretKey } = generateEd25519(new Uint8Array(32));
    const signature = signEd25519(secretKey, Uint8Array.of(1));
    expect(verifyEd25519(pubKey.slice(1), Uint8Array.of(1), signature)).toBe(false);
    expect(verifyEd25519(pubKey, Uint8Array.of(1), signature.slice(1))).toBe(false);
    expect(verifyEd25519(pubKey, Uint8Array.of(1), new Uint8Array(0))).toBe(false);
    expect(codeOf(() => generateEd25519(new Uint8Array(31)))).toBe("bad_length");
    expect(codeOf(() => signEd25519(new Uint8Array(32), Uint8Array.of(1)))).toBe("bad_length");
  });
});

describe("secp256k1", () => {
  const secret = sha256(Uint8Array.of(7));
  const hash = sha256(Uint8Array.of(1, 2, 3));

  test("signatures are deterministic, low-S, and the same with both providers", () => {
    fc.assert(
      fc.property(messageArbitrary, (message) => {
        const digest = sha256(message);
        const signature = signSecp256k1(secret, digest);
        expect(portable.secp256k1Sign(digest, secret)).toEqual(signature);
        expect(portable.secp256k1Verify(signature, digest, secp256k1PublicKey(secret))).toBe(true);
        expect(verifySecp256k1(secp256k1PublicKey(secret), digest, signature)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test("the high-S twin of a signature is refused by both providers", () => {
    const signature = signSecp256k1(secret, hash);
    const order = secp256k1.Point.Fn.ORDER;
    const high = (order - BigInt(`0x${toHex(signature.slice(32))}`)).toString(16).padStart(64, "0");
    const twin = Uint8Array.of(...signature.slice(0, 32), ...fromHex(high));
    const key = secp256k1PublicKey(secret);
    expect(secp256k1.verify(twin, hash, key, { prehash: false, lowS: false })).toBe(true);
    expect(verifySecp256k1(key, hash, twin)).toBe(false);
    expect(portable.secp256k1Verify(twin, hash, key)).toBe(false);
  });

  test("malformed keys and signatures are refused without throwing", () => {
    const signature = signSecp256k1(secret, hash);
    const key = secp256k1PublicKey(secret);
    const cases: [Uint8Array, Uint8Array, Uint8Array][] = [
      [new Uint8Array(33), hash, signature],
      [new Uint8Array(33).fill(0xff), hash, signature],
      [key.slice(1), hash, signature],
      [key, hash.slice(1), signature],
      [key, hash, signature.slice(1)],
      [key, hash, new Uint8Array(64)],
      [key, hash, new Uint8Array(64).fill(0xff)],
    ];
    for (const [pubKey, digest, sig] of cases) {
      expect(verifySecp256k1(pubKey, digest, sig)).toBe(false);
      if (pubKey.length === 33 && sig.length === 64) expect(portable.secp256k1Verify(sig, digest, pubKey)).toBe(false);
    }
  });

  test("secrets outside the group are refused", () => {
    expect(codeOf(() => secp256k1PublicKey(new Uint8Array(32)))).toBe("bad_key");
    expect(codeOf(() => signSecp256k1(new Uint8Array(32).fill(0xff), hash))).toBe("bad_key");
    expect(codeOf(() => signSecp256k1(secret.slice(1), hash))).toBe("bad_length");
  });
});

describe("hashes and addresses", () => {
  test("sha256 and ripemd160 agree with the portable provider", () => {
    fc.assert(
      fc.property(messageArbitrary, (bytes) => {
        expect(sha256(bytes)).toEqual(portable.sha256(bytes));
        expect(ripemd160(bytes)).toEqual(portable.ripemd160(bytes));
      }),
    );
    expect(sha256(new Uint8Array(3)).constructor).toBe(Uint8Array);
  });

  test("a validator address is the start of sha256, an account address ripemd160 of sha256", () => {
    const { pubKey } = generateEd25519(new Uint8Array(32));
    expect(addressOfEd25519(pubKey)).toEqual(sha256(pubKey).slice(0, 20));
    const key = fromHex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    expect(toHex(addressOfSecp256k1(key))).toBe("751e76e8199196d454941c45d1b3a323f1433bd6");
    expect(codeOf(() => addressOfSecp256k1(pubKey))).toBe("bad_length");
    expect(codeOf(() => addressOfEd25519(key))).toBe("bad_length");
  });
});
