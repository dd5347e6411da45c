import { Tokenizer } from "@huggingface/tokenizers";

/** A file is no tokenizer.json that the tokenizer library reads. */
export class TokenizerError extends Error {
  override readonly name = "TokenizerError";
  readonly nextStep = "give the tokenizer.json that was saved with the model (save_pretrained writes it)";
}

/** What of tokenizer.json is read besides what the library reads. */
export interface TokenizerJson {
  readonly model?: { readonly type?: unknown } | null;
  readonly truncation?: { readonly max_length?: unknown } | null;
  readonly padding?: { readonly pad_id?: unknown } | null;
}

/** Models that the library runs as their authors do; it takes others (WordLevel, say) too, and gives other ids. */
const MODELS: readonly unknown[] = ["BPE", "WordPiece", "Unigram"];

/** The library's tokenizer of a tokenizer.json. Throws TokenizerError. */
export function readTokenizer(bytes: Uint8Array): { readonly json: TokenizerJson; readonly library: Tokenizer } {
  const json = parse(bytes);
  const type = json?.model?.type;
  if (type !== undefined && !MODELS.includes(type)) {
    throw new TokenizerError(`a tokenizer of type ${JSON.stringify(type)}; supported are ${MODELS.join(", ")}`);
  }
  try {
    return { json, library: new Tokenizer(json, { clean_up_tokenization_spaces: false }) };
  } catch (cause) {
    throw new TokenizerError(`the tokenizer library refuses it: ${(cause as Error).message}`, { cause });
  }
}

function parse(bytes: Uint8Array): TokenizerJson {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as TokenizerJson;
  } catch (cause) {
    throw new TokenizerError("the tokenizer is no JSON", { cause });
  }
}

/** Ids of a text. What a vocabulary without an unknown token does not know is left out. */
export function idsOf(library: Tokenizer, text: string, options: { readonly special: boolean }): number[] {
  const { ids } = library.encode(text, { add_special_tokens: options.special });
  return ids.filter((id: number) => Number.isInteger(id) && id >= 0);
}

/** Texts to token ids and back, for generators and for attribution by tokens. */
export interface TextTokenizer {
  /** One more than the largest id. */
  readonly size: number;
  /** Without special tokens around the text. */
  encode(text: string): number[];
  /** The text of ids, special tokens left out; byte for byte what was encoded, for byte-level vocabularies. */
  decode(ids: readonly number[]): string;
}

/** Throws TokenizerError. */
export function openTokenizer(bytes: Uint8Array): TextTokenizer {
  const { library } = readTokenizer(bytes);
  return {
    size: largestId(library) + 1,
    encode: (text) => idsOf(library, text, { special: false }),
    decode: (ids) => (ids.length === 0 ? "" : library.decode([...ids], { skip_special_tokens: true })),
  };
}

/** Of all ids that the tokenizer can give. */
export function largestId(library: Tokenizer): number {
  return [...library.get_vocab().values()].reduce((a, b) => Math.max(a, b), 0);
}
