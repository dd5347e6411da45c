import { Tokenizer } from "@huggingface/tokenizers";
import { DecoderError } from "./errors.ts";

/** The token that ends every text; it is id 0. */
export const END_TOKEN = "<|end|>";
export const END_ID = 0;

const BYTES = 256;
/** Words of more bytes are left out of the counting: merges are learnt from words, not from walls of symbols. */
const MAX_WORD = 256;

/** A tokenizer.json as the tokenizer library reads it: byte-level BPE. */
export interface TokenizerJson {
  readonly version: "1.0";
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly object[];
  readonly normalizer: null;
  readonly pre_tokenizer: object;
  readonly post_processor: null;
  readonly decoder: object;
  readonly model: {
    readonly type: "BPE";
    readonly dropout: null;
    readonly unk_token: null;
    readonly continuing_subword_prefix: null;
    readonly end_of_word_suffix: null;
    readonly fuse_unk: false;
    readonly byte_fallback: false;
    readonly ignore_merges: false;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (readonly [string, string])[];
  };
}

/** The printable stand-ins of bytes in byte-level vocabularies: itself where printable, else 256 + n for the n-th other. */
export function byteSymbols(): string[] {
  let others = 0;
  return Array.from({ length: BYTES }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(isPrintable ? byte : BYTES + others++);
  });
}

function tokenizerJson(tokens: readonly string[], merges: readonly (readonly [string, string])[]): TokenizerJson {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ id: END_ID, content: END_TOKEN, ...flags }],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      ...{ type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** A distinct word of the corpus: its current symbols and how often it occurs. */
interface Word {
  symbols: number[];
  readonly count: number;
}

/** Splits texts as the library will, with a tokenizer that has no merges yet. */
function wordsOf(texts: Iterable<string>, tokens: readonly string[]): Word[] {
  const library = new Tokenizer(tokenizerJson(tokens, []), {});
  const split = library.pre_tokenizer as unknown as (text: string, options: object) => string[];
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of split(text, {})) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words: Word[] = [];
  for (const [word, count] of counts) {
    const symbols = Array.from(word, (symbol) => ids.get(symbol)!);
    if (symbols.length > 1 && symbols.length <= MAX_WORD) words.push({ symbols, count });
  }
  return words;
}

/** Counts of adjacent symbols over all words, kept as words change. Pairs are numbers left * RADIX + right. */
class PairCounts {
  static readonly RADIX = 2 ** 20;
  readonly counts = new Map<number, number>();
  readonly #places = new Map<number, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.add(word, 1);
  }

  /** Adds or takes away every pair of a word. */
  add(word: Word, sign: 1 | -1): void {
    for (let i = 1; i < word.symbols.length; i++) {
      const pair = word.symbols[i - 1]! * PairCounts.RADIX + word.symbols[i]!;
      const count = (this.counts.get(pair) ?? 0) + sign * word.count;
      if (count > 0) this.counts.set(pair, count);
      else this.counts.delete(pair);
      if (sign < 0) continue;
      const places = this.#places.get(pair);
      if (places) places.add(word);
      else this.#places.set(pair, new Set([word]));
    }
  }

  /** The most frequent pair; of equals the one of lower ids. Undefined when none occurs twice. */
  best(): number | undefined {
    let best: number | undefined;
    let most = 1;
    for (const [pair, count] of this.counts) {
      if (count < most || count < 2 || (count === most && (best === undefined || pair > best))) continue;
      best = pair;
      most = count;
    }
    return best;
  }

  merge(pair: number, merged: number): void {
    const left = Math.floor(pair / PairCounts.RADIX);
    const right = pair % PairCounts.RADIX;
    const words = this.#places.get(pair) ?? new Set<Word>();
    this.#places.delete(pair);
    for (const word of words) {
      this.add(word, -1);
      word.symbols = mergedSymbols(word.symbols, [left, right], merged);
      this.add(word, 1);
    }
  }
}

function mergedSymbols(symbols: readonly number[], [left, right]: readonly [number, number], merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      result.push(merged);
      i++;
    } else result.push(symbols[i]!);
  }
  return result;
}

/**
 * Learns a byte-level BPE vocabulary: id 0 ends a text, 1 to 256 are the bytes, then the merge of the most frequent
 * adjacent pair each time (of equals the pair of lower ids) until there are `vocab` tokens or no pair occurs twice. A pure
 * function of the multiset of texts. Throws DecoderError bad-corpus when `vocab` is below 257.
 */
export function trainBpe(texts: Iterable<string>, options: { readonly vocab: number }): TokenizerJson {
  const bytes = byteSymbols();
  const tokens = [END_TOKEN, ...bytes];
  if (!Number.isInteger(options.vocab) || options.vocab < tokens.length || options.vocab >= PairCounts.RADIX) {
    throw new DecoderError("bad-corpus", `a vocabulary of ${options.vocab}; ${tokens.length} is the least`);
  }
  const pairs = new PairCounts(wordsOf(texts, tokens));
  const merges: [string, string][] = [];
  while (tokens.length < options.vocab) {
    const best = pairs.best();
    if (best === undefined) break;
    const parts: [string, string] = [tokens[Math.floor(best / PairCounts.RADIX)]!, tokens[best % PairCounts.RADIX]!];
    pairs.merge(best, tokens.length);
    merges.push(parts);
    tokens.push(parts[0] + parts[1]);
  }
  return tokenizerJson(tokens, merges);
}
