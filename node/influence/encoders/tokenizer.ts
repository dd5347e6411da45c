import type { Tokenizer } from "@huggingface/tokenizers";
import { idsOf, largestId, readTokenizer, TokenizerError } from "../../tokens/tokenizer.ts";
import { EncoderError } from "./errors.ts";
import { MAX_CODE_POINTS, MAX_TOKENIZER_BYTES } from "./limits.ts";

const NEXT = "give the tokenizer.json that was saved with the model";

/** A text as a graph takes it. */
export interface TextTokenizer {
  /** Largest id that the tokenizer can give. */
  readonly maxId: number;
  /** Padding for graphs of fixed length. */
  readonly padId: number;
  /** The truncation that tokenizer.json itself asks for. */
  readonly ownMaxTokens: number | undefined;
  /** At most `maxTokens` ids, special tokens included; empty for a text without any other token. */
  encode(text: string, maxTokens: number): number[];
}

function open(bytes: Uint8Array) {
  if (bytes.length > MAX_TOKENIZER_BYTES) {
    throw new EncoderError(
      "too-large",
      `the tokenizer has ${bytes.length} bytes, at most ${MAX_TOKENIZER_BYTES}`,
      NEXT,
    );
  }
  try {
    return readTokenizer(bytes);
  } catch (cause) {
    if (!(cause instanceof TokenizerError)) throw cause;
    throw new EncoderError("bad-tokenizer", cause.message, cause.nextStep, { cause });
  }
}

const PROBES = ["a", "hello", "1", "the"];

/** Ids that surround every text, [CLS] and [SEP] say: found on a text that has ids of its own. */
function frame(tokenizer: Tokenizer): { readonly prefix: number[]; readonly suffix: number[] } {
  for (const probe of PROBES) {
    const inner = idsOf(tokenizer, probe, { special: false });
    const whole = idsOf(tokenizer, probe, { special: true });
    if (inner.length === 0) continue;
    for (let at = 0; at + inner.length <= whole.length; at++) {
      if (!inner.every((id, i) => whole[at + i] === id)) continue;
      return { prefix: whole.slice(0, at), suffix: whole.slice(at + inner.length) };
    }
  }
  throw new EncoderError("bad-tokenizer", "the tokenizer gives no token for any plain word", NEXT);
}

function cut(text: string): string {
  if (text.length <= MAX_CODE_POINTS) return text;
  return [...text.slice(0, 2 * MAX_CODE_POINTS)].slice(0, MAX_CODE_POINTS).join("");
}

const natural = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/**
 * Reads a tokenizer.json. Texts are cut to MAX_CODE_POINTS, then to `maxTokens` ids by dropping ids from the end, but
 * never the special ones that frame every text. Throws EncoderError: too-large, bad-tokenizer.
 */
export function loadTokenizer(bytes: Uint8Array): TextTokenizer {
  const { json, library: tokenizer } = open(bytes);
  const { prefix, suffix } = frame(tokenizer);
  const maxId = largestId(tokenizer);
  const padId = natural(json.padding?.pad_id) ?? tokenizer.token_to_id("[PAD]") ?? tokenizer.token_to_id("<pad>") ?? 0;
  return {
    maxId,
    padId,
    ownMaxTokens: natural(json.truncation?.max_length),
    encode(text, maxTokens) {
      const inner = idsOf(tokenizer, cut(text), { special: false });
      if (inner.length === 0) return [];
      return [...prefix, ...inner.slice(0, Math.max(0, maxTokens - prefix.length - suffix.length)), ...suffix];
    },
  };
}
