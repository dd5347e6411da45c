// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../runtime.ts";

/** Merkle path of one leaf. */
export interface Proof {
  readonly total: bigint;
  readonly index: bigint;
  readonly leafHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
}
export const Proof: MessageCodec<Proof> = message<Proof>("tendermint.crypto.Proof", () => [
  { no: 1, name: "total", json: "total", type: "int64" },
  { no: 2, name: "index", json: "index", type: "int64" },
  { no: 3, name: "leafHash", json: "leaf_hash", type: "bytes" },
  { no: 4, name: "aunts", json: "aunts", type: "bytes", repeated: true },
]);

export interface PublicKey {
  readonly ed25519?: Uint8Array | undefined;
  readonly secp256k1?: Uint8Array | undefined;
}
export const PublicKey: MessageCodec<PublicKey> = message<PublicKey>("tendermint.crypto.PublicKey", () => [
  { no: 1, name: "ed25519", json: "ed25519", type: "bytes", oneof: "sum" },
  { no: 2, name: "secp256k1", json: "secp256k1", type: "bytes", oneof: "sum" },
]);
