import { toBech32 } from "../../chain/crypto/bech32.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { addressOfSecp256k1, SECP256K1_PUBLIC_KEY_LENGTH, verifySecp256k1 } from "../../chain/crypto/keys.ts";
import { BlobError } from "./errors.ts";
import type { BlobId } from "./id.ts";
import { MAX_EXPIRY_SECONDS } from "./limits.ts";

const TAG = "openledger/blob-upload/v1";

/** Headers of an upload, lower case as Node gives them. */
export const UPLOAD_HEADERS = {
  account: "x-openledger-account",
  pubKey: "x-openledger-pubkey",
  signature: "x-openledger-signature",
  expiry: "x-openledger-expiry",
} as const;

export interface UploadAuth {
  readonly account: string;
  readonly pubKey: Uint8Array;
  readonly signature: Uint8Array;
  readonly expirySeconds: number;
}

/** The 32-byte digest that an account signs to upload one blob: sha256(tag, chain id, blob id, expiry). */
export function uploadDigest(chainId: string, id: BlobId, expirySeconds: number): Uint8Array {
  return sha256(new TextEncoder().encode(`${TAG}${chainId}${id}${expirySeconds}`));
}

/** Reads the headers. Throws `bad-request` naming the header that is missing or malformed. */
export function parseUploadAuth(headers: Readonly<Record<string, string | undefined>>): UploadAuth {
  const account = required(headers, UPLOAD_HEADERS.account);
  const pubKey = base64(required(headers, UPLOAD_HEADERS.pubKey), UPLOAD_HEADERS.pubKey, SECP256K1_PUBLIC_KEY_LENGTH);
  const signature = base64(required(headers, UPLOAD_HEADERS.signature), UPLOAD_HEADERS.signature, 64);
  const expiry = required(headers, UPLOAD_HEADERS.expiry);
  if (!/^[1-9][0-9]{0,11}$/.test(expiry)) throw malformed(UPLOAD_HEADERS.expiry, "is not unix time in seconds");
  return { account, pubKey, signature, expirySeconds: Number(expiry) };
}

/** Throws `expired` or `bad-signature` unless the account of the key signed this upload for this chain and time. */
export function checkUploadAuth(
  auth: UploadAuth,
  upload: { readonly chainId: string; readonly prefix: string; readonly id: BlobId; readonly nowSeconds: number },
): void {
  const ahead = auth.expirySeconds - upload.nowSeconds;
  if (ahead < 0 || ahead > MAX_EXPIRY_SECONDS) {
    throw new BlobError(
      "expired",
      ahead < 0 ? "the upload's expiry has passed" : "the upload's expiry is too far ahead",
      {
        nextStep: `Sign again with an expiry at most ${MAX_EXPIRY_SECONDS} s ahead, and check the clock`,
      },
    );
  }
  if (toBech32(upload.prefix, addressOfSecp256k1(auth.pubKey)) !== auth.account) {
    throw new BlobError("bad-signature", `the public key is not that of account ${auth.account.slice(0, 90)}`, {
      nextStep: "Send the compressed secp256k1 key of the account",
    });
  }
  const digest = uploadDigest(upload.chainId, upload.id, auth.expirySeconds);
  if (!verifySecp256k1(auth.pubKey, digest, auth.signature)) {
    throw new BlobError("bad-signature", "the signature is not one over these bytes for this chain and expiry", {
      nextStep: `Sign sha256("${TAG}" + chain id + blob id in hex + expiry); this chain is ${upload.chainId}`,
    });
  }
}

function required(headers: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = headers[name];
  if (!value) throw malformed(name, "is missing");
  return value;
}

function base64(text: string, name: string, length: number): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (bytes.length !== length) throw malformed(name, `is not ${length} bytes in base64`);
  return bytes;
}

function malformed(name: string, what: string): BlobError {
  return new BlobError("bad-request", `header ${name} ${what}`, {
    nextStep: "An upload carries account, public key, signature and expiry headers (see node/blobs/README.md)",
  });
}
