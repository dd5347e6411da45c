import { createHash } from "node:crypto";
import { InfluenceError } from "./errors.ts";
import { normaliseText } from "./normalise.ts";
import type { Encoder } from "./types.ts";

const DIMS = 512;
const WORDS = DIMS / 32;
/** Weight of a gram by its length in code points: long grams are rarer and noisier under so narrow a projection. */
const LENGTH_WEIGHTS: readonly (readonly [length: number, weight: number])[] = [
  [2, 10],
  [3, 10],
  [4, 7],
  [5, 5],
];
/** Longer texts are cut: bounds the work of one encoding; far beyond a labelled short text. */
const MAX_CODE_POINTS = 8192;
/** 2^14 > MAX_CODE_POINTS + 2 grams of one length. */
const COUNTER_BITS = 14;

const SPEC = [
  "hashed-ngram-512/1",
  "text: NFC, lower case, runs of anything but letters, marks, digits and currency signs one space, trimmed",
  "first 8192 code points, a space before and after; nothing left: the zero vector",
  "grams: every run of 2, 3, 4 or 5 code points, weights 10, 10, 7, 5, each distinct 32-bit hash once",
  "hash: h = 0x811c9dc5 ^ length; per code point h = rotl(h ^ c * 0x9e3779b1, 15) * 0x85ebca6b; fmix32 at the end",
  "projection: word j of 16 = fmix32(h + (j + 1) * 0x9e3779b9); bit b set: + at dimension 32 j + b, clear: -",
  "features: integer sums / sqrt(sum of squares)",
].join("\n");

/** The murmur3 finaliser: a bijection of 32-bit words that mixes every bit into every bit. */
function fmix32(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function framed(text: string): number[] {
  const plain = normaliseText(text)
    .replace(/[^\p{L}\p{M}\p{N}\p{Sc}]+/gu, " ")
    .trim();
  if (plain === "") return [];
  const points = [0x20];
  for (const char of plain) {
    if (points.length > MAX_CODE_POINTS) break;
    points.push(char.codePointAt(0) ?? 0);
  }
  points.push(0x20);
  return points;
}

function gramHashes(points: readonly number[], length: number): Set<number> {
  const hashes = new Set<number>();
  for (let start = 0; start + length <= points.length; start++) {
    let h = 0x811c9dc5 ^ length;
    for (let i = start; i < start + length; i++) {
      h ^= Math.imul(points[i]!, 0x9e3779b1);
      h = Math.imul((h << 15) | (h >>> 17), 0x85ebca6b);
    }
    hashes.add(fmix32(h));
  }
  return hashes;
}

/** sums += weight * (+-1 signs of every hash). Set bits are counted 32 dimensions at a time in bit-sliced counters. */
function addSigns(sums: Int32Array, hashes: ReadonlySet<number>, weight: number): void {
  const counters = new Int32Array(WORDS * COUNTER_BITS);
  for (const hash of hashes) {
    for (let word = 0; word < WORDS; word++) {
      let carry = fmix32((hash + Math.imul(word + 1, 0x9e3779b9)) | 0);
      for (let at = word * COUNTER_BITS; carry !== 0; at++) {
        const next = counters[at]! & carry;
        counters[at]! ^= carry;
        carry = next;
      }
    }
  }
  const usedBits = 32 - Math.clz32(hashes.size);
  for (let k = 0; k < DIMS; k++) {
    const at = (k >>> 5) * COUNTER_BITS;
    let set = 0;
    for (let bit = 0; bit < usedBits; bit++) set |= ((counters[at + bit]! >>> (k & 31)) & 1) << bit;
    sums[k]! += weight * (2 * set - hashes.size);
  }
}

function encode(text: string): Float64Array {
  const points = framed(text);
  const sums = new Int32Array(DIMS);
  for (const [length, weight] of LENGTH_WEIGHTS) addSigns(sums, gramHashes(points, length), weight);
  let squares = 0;
  for (const x of sums) squares += x * x;
  const features = new Float64Array(DIMS);
  if (squares === 0) return features;
  const norm = Math.sqrt(squares);
  for (let k = 0; k < DIMS; k++) features[k] = sums[k]! / norm;
  return features;
}

/**
 * The embedded default encoder: hashed character 2-5-grams under a +-1 projection to 512 dimensions, unit norm. No
 * download, no state. Integer arithmetic up to one IEEE square root and division: the same bits on every machine.
 */
export const HASHED_NGRAM_512: Encoder = {
  id: "hashed-ngram-512",
  dims: DIMS,
  specHash: new Uint8Array(createHash("sha256").update(SPEC).digest()),
  encode,
};

const ENCODERS: readonly Encoder[] = [HASHED_NGRAM_512];

/** Throws InfluenceError "unknown-encoder". */
export function encoderById(id: string): Encoder {
  const found = ENCODERS.find((encoder) => encoder.id === id);
  if (found) return found;
  const known = ENCODERS.map((encoder) => encoder.id).join(", ");
  throw new InfluenceError("unknown-encoder", `no encoder "${id}" is registered; known: ${known}`);
}

export function encodeText(text: string, encoder: Encoder = HASHED_NGRAM_512): Float64Array {
  return encoder.encode(text);
}

/** n x dims, row-major. */
export function encodeAll(texts: readonly string[], encoder: Encoder = HASHED_NGRAM_512): Float64Array {
  const features = new Float64Array(texts.length * encoder.dims);
  for (const [i, text] of texts.entries()) features.set(encoder.encode(text), i * encoder.dims);
  return features;
}
