import { InfluenceError } from "./errors.ts";

/** Round constants of SHA-256 (FIPS 180-4, 4.2.2): fractions of the cube roots of the first 64 primes. */
const K = Int32Array.of(
  ...[0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
  ...[0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
  ...[0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
  ...[0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
  ...[0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
  ...[0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
  ...[0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
  ...[0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
);
const START = Int32Array.of(
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
);
const SEED_BYTES = 32;
/** Length in bits of seed and counter: one padded block holds them. */
const MESSAGE_BITS = 8 * (SEED_BYTES + 8);

/** 64 rounds over the expanded schedule; the digest's eight words go to `out` from `at` on. */
function compress(schedule: Int32Array, out: Uint32Array, at: number): void {
  for (let t = 16; t < 64; t++) {
    const x = schedule[t - 15]!;
    const y = schedule[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    schedule[t] = (schedule[t - 16]! + s0 + schedule[t - 7]! + s1) | 0;
  }
  let a = START[0]!;
  let b = START[1]!;
  let c = START[2]!;
  let d = START[3]!;
  let e = START[4]!;
  let f = START[5]!;
  let g = START[6]!;
  let h = START[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[t]! + schedule[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  out[at] = START[0]! + a;
  out[at + 1] = START[1]! + b;
  out[at + 2] = START[2]! + c;
  out[at + 3] = START[3]! + d;
  out[at + 4] = START[4]! + e;
  out[at + 5] = START[5]! + f;
  out[at + 6] = START[6]! + g;
  out[at + 7] = START[7]! + h;
}

/**
 * The successive 32-bit big-endian words of SHA-256(seed || counter), counter a big-endian uint64 from 0. One block
 * a hash: in line it costs less than the call to a native hash per 40 bytes.
 */
export class WordStream {
  private readonly seedWords: Int32Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new InfluenceError("bad-shape", `a seed has 32 bytes, not ${seed.length}`);
    const view = new DataView(seed.buffer, seed.byteOffset, SEED_BYTES);
    this.seedWords = Int32Array.from({ length: 8 }, (_, i) => view.getInt32(4 * i));
  }

  /** The first `count` words. */
  take(count: number): Uint32Array {
    const hashes = Math.ceil(count / 8);
    const words = new Uint32Array(8 * hashes);
    const schedule = new Int32Array(64);
    for (let counter = 0; counter < hashes; counter++) {
      schedule.set(this.seedWords);
      schedule[8] = Math.floor(counter / 2 ** 32);
      schedule[9] = counter | 0;
      schedule[10] = 0x80000000 | 0;
      schedule.fill(0, 11, 15);
      schedule[15] = MESSAGE_BITS;
      compress(schedule, words, 8 * counter);
    }
    return words.subarray(0, count);
  }
}
