import { Tokenizer } from "@huggingface/tokenizers";
import { EncoderError } from "./errors.ts";
import { MAX_CODE_POINTS, MAX_TOKENIZER_BYTES } from "./limits.ts";

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

interface TokenizerJson {
  readonly truncation?: { readonly max_length?: unknown } | null;
  readonly padding?: { readonly pad_id?: unknown } | null;
}

const NEXT = "give the tokenizer.json that was saved with the model (tokenizer.save or save_pretrained writes it)";

function parse(bytes: Uint8Array): TokenizerJson {
  if (bytes.length > MAX_TOKENIZER_BYTES) {
    throw new EncoderError(
      "too-large",
      `the tokenizer has ${bytes.length} bytes, at most ${MAX_TOKENIZER_BYTES}`,
      NEXT,
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as TokenizerJson;
  } catch (cause) {
    throw new EncoderError("bad-tokenizer", "the tokenizer is no JSON", NEXT, { cause });
  }
}

function open(json: TokenizerJson): Tokenizer {
  try {
    return new Tokenizer(json, {});
  } catch (cause) {
    const { message } = cause as Error;
    throw new EncoderError("bad-tokenizer", `the tokenizer library refuses the tokenizer: ${message}`, NEXT, { cause });
  }
}

const PROBES = ["a", "hello", "1", "the"];

/** Ids that surround every text, [CLS] and [SEP] say: found on a text that has ids of its own. */
function frame(tokenizer: Tokenizer): { readonly prefix: number[]; readonly suffix: number[] } {
  for (const probe of PROBES) {
    const inner = idsOf(tokenizer, probe, false);
    const whole = idsOf(tokenizer, probe, true);
    if (inner.length === 0) continue;
    for (let at = 0; at + inner.length <= whole.length; at++) {
      if (!inner.every((id, i) => whole[at + i] === id)) continue;
      return { prefix: whole.slice(0, at), suffix: whole.slice(at + inner.length) };
    }
  }
  throw new EncoderError("bad-tokenizer", "the tokenizer gives no token for any plain word", NEXT);
}

/** Without an unknown token, the library gives undefined for what it does not know; that is left out. */
function idsOf(tokenizer: Tokenizer, text: string, special: boolean): number[] {
  const { ids } = tokenizer.encode(text, { add_special_tokens: special });
  return ids.filter((id) => Number.isInteger(id) && id >= 0);
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
  const json = parse(bytes);
  const tokenizer = open(json);
  const { prefix, suffix } = frame(tokenizer);
  const maxId = [...tokenizer.get_vocab().values()].reduce((a, b) => Math.max(a, b), 0);
  const padId = natural(json.padding?.pad_id) ?? tokenizer.token_to_id("[PAD]") ?? tokenizer.token_to_id("<pad>") ?? 0;
  return {
    maxId,
    padId,
    ownMaxTokens: natural(json.truncation?.max_length),
    encode(text, maxTokens) {
      const inner = idsOf(tokenizer, cut(text), false);
      if (inner.length === 0) return [];
      return [...prefix, ...inner.slice(0, Math.max(0, maxTokens - prefix.length - suffix.length)), ...suffix];
    },
  };
}
