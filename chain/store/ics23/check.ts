import { type ExistenceProof, HashOp, type InnerOp, type LeafOp } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { badProof } from "./ops.ts";
import { DEFAULT_MAX_DEPTH, IAVL_SPEC, type ProofSpec } from "./spec.ts";

/** Bytes after the three varints of an IAVL inner prefix: one length byte, or left hash and two length bytes. */
const IAVL_INNER_REST: readonly number[] = [1, 34];

/** Throws `bad_proof` unless leaf and steps have the form that the spec demands. */
export function checkExistence(proof: ExistenceProof, spec: ProofSpec): void {
  if (!proof.leaf) throw badProof("an existence proof needs a leaf operation");
  checkLeaf(proof.leaf, spec);
  const depth = proof.path.length;
  if (depth < spec.minDepth) throw badProof(`${depth} inner steps, at least ${spec.minDepth} are needed`);
  const maxDepth = spec.maxDepth || DEFAULT_MAX_DEPTH;
  if (depth > maxDepth) throw badProof(`${depth} inner steps, at most ${maxDepth} are allowed`);
  for (const [i, inner] of proof.path.entries()) checkInner(inner, spec, i + 1);
}

/** The leaf's operations are the spec's, its prefix begins with the spec's; an empty one in the spec allows any. */
export function checkLeaf(leaf: LeafOp, spec: Pick<ProofSpec, "leafSpec"> & Partial<ProofSpec>): void {
  if (isIavl(spec)) checkIavlPrefix(leaf, 0);
  const expected = spec.leafSpec;
  if (leaf.hash !== expected.hash) throw badProof(`leaf with hash operation ${leaf.hash}`);
  if (leaf.prehashKey !== expected.prehashKey) throw badProof(`leaf with key hash ${leaf.prehashKey}`);
  if (leaf.prehashValue !== expected.prehashValue) throw badProof(`leaf with value hash ${leaf.prehashValue}`);
  if (leaf.length !== expected.length) throw badProof(`leaf with length operation ${leaf.length}`);
  if (!startsWith(leaf.prefix, expected.prefix)) throw badProof("leaf with another prefix");
}

/** `layer` counts from 1 at the leaf's parent. An inner prefix must not begin as a leaf's does, even an empty one. */
export function checkInner(inner: InnerOp, spec: ProofSpec, layer: number): void {
  const expected = spec.innerSpec;
  if (inner.hash !== expected.hash) throw badProof(`inner step with hash operation ${inner.hash}`);
  if (isIavl(spec)) checkIavlPrefix(inner, layer);
  if (startsWith(inner.prefix, spec.leafSpec.prefix)) throw badProof("inner step with the prefix of a leaf");
  if (inner.prefix.length < expected.minPrefixLength) throw badProof("inner step with too short a prefix");
  const before = (expected.childOrder.length - 1) * expected.childSize;
  if (inner.prefix.length > expected.maxPrefixLength + before) throw badProof("inner step with too long a prefix");
  if (expected.childSize <= 0) throw badProof("a spec without a child size");
  if (inner.suffix.length % expected.childSize !== 0) throw badProof("inner step with a malformed suffix");
}

/** Height, size and version are natural numbers, the height is at least the layer, and nothing is smuggled in behind. */
function checkIavlPrefix(op: LeafOp | InnerOp, layer: number): void {
  let at = 0;
  for (let field = 0; field < 3; field++) {
    const [value, next] = readVarint(op.prefix, at);
    if (value < 0n) throw badProof("negative number in an IAVL prefix");
    if (field === 0 && value < BigInt(layer)) throw badProof(`IAVL height ${value} in layer ${layer}`);
    at = next;
  }
  const rest = op.prefix.length - at;
  const fits = layer === 0 ? rest === 0 : IAVL_INNER_REST.includes(rest) && op.hash === HashOp.SHA256;
  if (!fits) throw badProof(`${rest} bytes behind the numbers of an IAVL prefix`);
}

/** Zigzag varint of at most 64 bits, as Go's `binary.ReadVarint`. */
function readVarint(bytes: Uint8Array, start: number): readonly [value: bigint, next: number] {
  let raw = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    raw |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte >= 0x80) continue;
    if (raw >> 64n) break;
    return [raw & 1n ? -(raw >> 1n) - 1n : raw >> 1n, start + i + 1];
  }
  throw badProof("an IAVL prefix ends early");
}

/** Specs that differ from IAVL's in the leaf prefix alone are held to its rules too, as in the reference. */
function isIavl(spec: Partial<ProofSpec>): boolean {
  const { leafSpec: leaf, innerSpec: inner } = spec;
  if (!leaf || !inner) return false;
  const iavl = IAVL_SPEC.innerSpec;
  const sameLeaf = (["hash", "prehashKey", "prehashValue", "length"] as const).every(
    (field) => leaf[field] === IAVL_SPEC.leafSpec[field],
  );
  const sameInner = (["hash", "minPrefixLength", "maxPrefixLength", "childSize"] as const).every(
    (field) => inner[field] === iavl[field],
  );
  return sameLeaf && sameInner && inner.childOrder.length === iavl.childOrder.length;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte);
}
