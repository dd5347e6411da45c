import { concatBytes, sha256 } from "../../../chain/crypto/hash.ts";
import { u32be, utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { naturalLog } from "../../influence/exact-math.ts";
import { roundHalfUp } from "../../influence/grid.ts";
import { BLOCK_WORDS, WordStream } from "../../influence/word-stream.ts";

/** Noise and the tolerance of a right token are whole multiples of 2^-20. */
export const NOISE_BITS = 20;
const NOISE_ONE = 2 ** NOISE_BITS;
/** Temperatures are multiples of 2^-10, at most 8: more is no text. */
export const TEMPERATURE_BITS = 10;
export const MOST_TEMPERATURE = 8;

/** How tokens are drawn: the most probable one, or with noise that the seed fixes. */
export interface Sampling {
  /** 0 draws the most probable token. */
  readonly temperature: number;
  /** 32 bytes; not read at temperature 0. */
  readonly seed: Uint8Array;
}

export const GREEDY: Sampling = { temperature: 0, seed: new Uint8Array(32) };

/**
 * What is added to the logits of the token at `position` of the answer, in units of 2^-20: temperature x Gumbel noise,
 * -log(-log((w + 1/2) / 2^32)) with w the successive 32-bit words of SHA-256(sha256("openledger/gumbel" | seed | position),
 * counter), rounded half up. Taking the largest sum draws from the softmax of logits / temperature. Integers by IEEE
 * arithmetic and our own logarithm: the same on every machine. Undefined at temperature 0.
 */
export function gumbelNoise(
  { temperature, seed }: Sampling,
  position: number,
  vocab: number,
): Float64Array | undefined {
  if (temperature === 0) return undefined;
  const key = sha256(concatBytes(utf8Bytes("openledger/gumbel"), seed, u32be(position)));
  const stream = new WordStream(key);
  const noise = new Float64Array(vocab);
  for (let at = 0; at < vocab; at += BLOCK_WORDS) {
    const words = stream.block(at, Math.min(BLOCK_WORDS, vocab - at));
    for (const [i, word] of words.entries()) {
      const gumbel = -naturalLog(-naturalLog((word + 0.5) / 2 ** 32));
      noise[at + i] = roundHalfUp(temperature * gumbel * NOISE_ONE);
    }
  }
  return noise;
}

/** Scores of one position: logits plus noise. The logits themselves without noise. */
export function scoresOf(logits: Float64Array, noise: Float64Array | undefined): Float64Array {
  return noise ? logits.map((x, v) => x + noise[v]! / NOISE_ONE) : logits;
}
