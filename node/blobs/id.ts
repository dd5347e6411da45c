import { sha256 } from "../../chain/crypto/hash.ts";
import { BlobError } from "./errors.ts";

/** Lower-case hex of the sha256 of a blob's bytes. */
export type BlobId = string;

const ID = /^[0-9a-f]{64}$/;

export function blobIdOf(bytes: Uint8Array): BlobId {
  return toBlobId(sha256(bytes));
}

/** The id of a 32-byte hash, such as chain state holds. Throws `bad-id`. */
export function toBlobId(hash: Uint8Array): BlobId {
  if (hash.length !== 32) throw new BlobError("bad-id", `a blob id has 32 bytes, not ${hash.length}`);
  return Buffer.from(hash).toString("hex");
}

export function hashOfId(id: BlobId): Uint8Array {
  return new Uint8Array(Buffer.from(id, "hex"));
}

/** Checks text from outside. Throws `bad-id`. */
export function parseBlobId(text: string): BlobId {
  const id = text.toLowerCase();
  if (!ID.test(id)) {
    throw new BlobError("bad-id", `${JSON.stringify(text.slice(0, 80))} is not a blob id`, {
      nextStep: "A blob id is the sha256 of its bytes, 64 hex digits",
    });
  }
  return id;
}
