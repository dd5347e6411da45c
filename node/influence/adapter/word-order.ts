import { taggedHash, u64be, utf8Bytes } from "../../../chain/crypto/tagged.ts";
import { batchOf, END_ID, windowsOf } from "../../factory/decoder/index.ts";
import type { Gradients } from "../../factory/job/gradients.ts";
import { double, type Feeds } from "../graph/index.ts";
import { roundHalfUp } from "../grid.ts";
import { type AdapterJob, asInfluenceError, realWeights } from "./job.ts";
import { ORDER_LIMIT, ORDER_ONE, SHUFFLES, WINDOWS_AT_ONCE } from "./limits.ts";

// Text that means something is likelier as it stands than with its words in another order; random words are not. The judge is
// the base, which no contributor had a hand in.

/** With fewer words than this, characters are what has an order: one word, or a script that writes no spaces. */
const LEAST_WORDS = 2;
const WORD = /[\p{L}\p{M}\p{N}'’]+/u;

/** A uniform number below `limit`, up to a bias of 2^-32 x limit. */
type Draw = (limit: number) => number;

function drawsOf(seed: Uint8Array, text: string): Draw {
  const own = taggedHash("openledger/word-order", seed, utf8Bytes(text));
  let [block, at] = [own, 32];
  let counter = 0n;
  return (limit) => {
    if (at === 32) [block, at] = [taggedHash("openledger/word-order/block", own, u64be(counter++)), 0];
    const word = new DataView(block.buffer, block.byteOffset, 32).getUint32(at);
    at += 4;
    return word % limit;
  };
}

function shuffledWords(words: readonly string[], draw: Draw): string[] {
  const out = [...words];
  for (let i = out.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** The word with the capitals of the one in whose place it comes. */
function inCaseOf(place: string, word: string): string {
  const lower = word.toLowerCase();
  if (place === place.toLowerCase()) return lower;
  if (place.length > 1 && place === place.toUpperCase()) return lower.toUpperCase();
  const [first = "", ...rest] = lower;
  return first.toUpperCase() + rest.join("");
}

/** Every second element is a word, the first none. */
function wordsAndMarks(text: string): string[] {
  const parts = text.split(new RegExp(`(${WORD.source})`, "u"));
  return parts.length >> 1 >= LEAST_WORDS ? parts : text.split(/(\S)/u);
}

/**
 * The text with its words in other orders, everything between them in its place. In every second one capitals stay where they
 * are: else text would be told by capitals at the beginnings of lines alone.
 */
export function shuffledTexts(text: string, seed: Uint8Array): string[] {
  const parts = wordsAndMarks(text);
  const words = parts.filter((_, i) => i % 2 === 1);
  const draw = drawsOf(seed, text);
  return Array.from({ length: SHUFFLES }, (_, k) => {
    const order = shuffledWords(words, draw);
    const place = (part: string, i: number) => {
      if (i % 2 === 0) return part;
      const word = order[i >> 1]!;
      return k % 2 === 0 ? word : inCaseOf(part, word);
    };
    return parts.map(place).join("");
  });
}

/** By how much the mean loss of the shuffled versions exceeds the text's own, relative to it: units of 1 / ORDER_ONE. */
export function orderOf(own: number, shuffled: readonly number[]): number {
  if (!(own > 0) || shuffled.length === 0) return 0;
  const mean = shuffled.reduce((sum, loss) => sum + loss, 0) / shuffled.length;
  return Math.max(-ORDER_LIMIT, Math.min(ORDER_LIMIT, roundHalfUp((mean / own - 1) * ORDER_ONE)));
}

/** Windows of several texts, and which text each is of. */
function feedsOf(texts: readonly Int32Array[], context: number): { feeds: Feeds[]; owner: number[]; tokens: number[] } {
  const items = texts.map((tokens) => Array.from(tokens));
  const windows = items.some(({ length }) => length > 0) ? windowsOf(items, { context, end: END_ID }) : [];
  const feeds: Feeds[] = [];
  for (let from = 0; from < windows.length; from += WINDOWS_AT_ONCE) {
    const part = windows.slice(from, from + WINDOWS_AT_ONCE);
    const { length, tokens, targets, mask } = batchOf(part);
    const dims = [part.length, length];
    const ints = (data: BigInt64Array) => ({ dtype: "int64" as const, dims, data });
    feeds.push({ tokens: ints(tokens), targets: ints(targets), mask: double(mask, dims) });
  }
  return { feeds, owner: windows.map(({ item }) => item), tokens: windows.map(({ targets }) => targets.length) };
}

/** Word order of every row under the base: its text first, then the shuffled versions. Throws InfluenceError worker-lost. */
export async function wordOrders(
  source: Gradients,
  job: AdapterJob,
  rows: number,
  versions: (row: number) => readonly Int32Array[],
): Promise<Int16Array> {
  const base = realWeights(job.manifest, job.graph.initial);
  const orders = new Int16Array(rows);
  for (let row = 0; row < rows; row++) {
    const texts = versions(row);
    const { feeds, owner, tokens } = feedsOf(texts, job.manifest.context);
    const sums = new Float64Array(texts.length);
    let at = 0;
    for (const { losses } of await run(source, base, feeds)) {
      for (const loss of losses) {
        sums[owner[at]!]! += loss * tokens[at]!;
        at++;
      }
    }
    orders[row] = orderOf(sums[0]!, [...sums.subarray(1)]);
  }
  return orders;
}

async function run(source: Gradients, weights: Float64Array, feeds: readonly Feeds[]) {
  try {
    return await source.losses(weights, feeds);
  } catch (error) {
    throw asInfluenceError(error);
  }
}
