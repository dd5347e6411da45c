import { blake2b, blake2s } from "@noble/hashes/blake2.js";
import { sha512, sha512_256 } from "@noble/hashes/sha2.js";
import { HashOp, type InnerOp, type LeafOp, LengthOp } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { concatBytes, ripemd160, sha256 } from "../../crypto/hash.ts";
import { StoreError } from "../errors.ts";

/** Hash operations of newer ICS-23 versions than the generated types know. */
const BLAKE2B_512 = 7;
const BLAKE2S_256 = 8;

export function badProof(message: string): StoreError {
  return new StoreError("bad_proof", message);
}

/** Hash of `preimage`. Throws `bad_proof` for an unsupported operation; "no hash" is not one here. */
export function applyHash(op: number, preimage: Uint8Array): Uint8Array {
  switch (op) {
    case HashOp.SHA256:
      return sha256(preimage);
    case HashOp.SHA512:
      return sha512(preimage);
    case HashOp.RIPEMD160:
      return ripemd160(preimage);
    case HashOp.BITCOIN:
      return ripemd160(sha256(preimage));
    case HashOp.SHA512_256:
      return sha512_256(preimage);
    case BLAKE2B_512:
      return blake2b(preimage);
    case BLAKE2S_256:
      return blake2s(preimage);
    default:
      throw badProof(`unsupported hash operation ${op}`);
  }
}

/** `applyHash`, or the bytes themselves for "no hash". */
export function applyPrehash(op: number, preimage: Uint8Array): Uint8Array {
  return op === HashOp.NO_HASH ? preimage : applyHash(op, preimage);
}

/** Hash of the leaf of a key and a value, neither of them empty. Throws `bad_proof`. */
export function applyLeaf(leaf: LeafOp, key: Uint8Array, value: Uint8Array): Uint8Array {
  if (key.length === 0 || value.length === 0) throw badProof("a leaf needs a key and a value");
  const hashedKey = withLength(leaf.length, applyPrehash(leaf.prehashKey, key));
  const hashedValue = withLength(leaf.length, applyPrehash(leaf.prehashValue, value));
  return applyHash(leaf.hash, concatBytes(leaf.prefix, hashedKey, hashedValue));
}

/** Hash of the node above `child`. Throws `bad_proof`. */
export function applyInner(inner: InnerOp, child: Uint8Array): Uint8Array {
  if (child.length === 0) throw badProof("an inner step needs a child");
  return applyHash(inner.hash, concatBytes(inner.prefix, child, inner.suffix));
}

function withLength(op: number, data: Uint8Array): Uint8Array {
  switch (op) {
    case LengthOp.NO_PREFIX:
      return data;
    case LengthOp.VAR_PROTO:
      return concatBytes(uvarint(data.length), data);
    case LengthOp.FIXED32_BIG:
      return concatBytes(fixed(4, data.length, false), data);
    case LengthOp.FIXED32_LITTLE:
      return concatBytes(fixed(4, data.length, true), data);
    case LengthOp.FIXED64_BIG:
      return concatBytes(fixed(8, data.length, false), data);
    case LengthOp.FIXED64_LITTLE:
      return concatBytes(fixed(8, data.length, true), data);
    case LengthOp.REQUIRE_32_BYTES:
      return required(32, data);
    case LengthOp.REQUIRE_64_BYTES:
      return required(64, data);
    default:
      throw badProof(`unsupported length operation ${op}`);
  }
}

function uvarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = (rest - (rest % 0x80)) / 0x80) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

function fixed(width: 4 | 8, value: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(width);
  const view = new DataView(bytes.buffer);
  if (width === 4) view.setUint32(0, value, littleEndian);
  else view.setBigUint64(0, BigInt(value), littleEndian);
  return bytes;
}

function required(length: number, data: Uint8Array): Uint8Array {
  if (data.length !== length) throw badProof(`${data.length} bytes where ${length} are required`);
  return data;
}
