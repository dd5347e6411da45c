import { DecoderError } from "./errors.ts";
import { gumbelNoise, MOST_TEMPERATURE, type Sampling, scoresOf, TEMPERATURE_BITS } from "./noise.ts";
import type { DecoderSession } from "./session.ts";

export interface GenerateOptions extends Sampling {
  /** Tokens of the answer at most; prompt and answer together fit the context. */
  readonly maxTokens: number;
  /** Token that ends an answer, which it is part of. */
  readonly end?: number;
  /** Called with every token as it is found. */
  readonly onToken?: (token: number) => void;
}

/**
 * What a generator is given for a text: `end`, after which texts begin, and the text's last tokens that leave room for the
 * answer. Throws DecoderError bad-prompt when there is none.
 */
export function promptTokens(
  ids: readonly number[],
  { context, maxTokens, end }: { readonly context: number; readonly maxTokens: number; readonly end: number },
): number[] {
  const room = context - maxTokens - 1;
  if (room < 0) throw new DecoderError("bad-prompt", `${maxTokens} tokens of answer; the context holds ${context}`);
  return [end, ...ids.slice(Math.max(0, ids.length - room))];
}

/** Throws DecoderError bad-prompt. */
export function checkRequest(
  context: number,
  prompt: readonly number[],
  options: Omit<GenerateOptions, "onToken">,
): void {
  const refuse = (what: string) => new DecoderError("bad-prompt", what);
  const { maxTokens, temperature, seed } = options;
  if (prompt.length === 0) throw refuse("an empty prompt");
  if (!Number.isInteger(maxTokens) || maxTokens < 1) throw refuse(`an answer of ${maxTokens} tokens`);
  if (prompt.length + maxTokens > context) {
    throw refuse(`${prompt.length} tokens of prompt and ${maxTokens} of answer; the context holds ${context}`);
  }
  if (
    !(temperature >= 0 && temperature <= MOST_TEMPERATURE) ||
    !Number.isInteger(temperature * 2 ** TEMPERATURE_BITS)
  ) {
    throw refuse(`a temperature of ${temperature}; multiples of 2^-${TEMPERATURE_BITS} from 0 to ${MOST_TEMPERATURE}`);
  }
  if (seed.length !== 32) throw refuse(`a seed of ${seed.length} bytes, not 32`);
}

/**
 * An answer, token by token: the largest score each time, ties to the lower id; ends after `maxTokens` or with `end`.
 * Throws DecoderError bad-prompt.
 */
export async function generate(
  session: DecoderSession,
  prompt: readonly number[],
  options: GenerateOptions,
): Promise<number[]> {
  const { context, vocab } = session;
  checkRequest(context, prompt, options);
  const answer: number[] = [];
  while (answer.length < options.maxTokens) {
    const tokens = [...prompt, ...answer];
    const logits = (await session.logits([tokens])).at(0, tokens.length - 1);
    const token = largest(scoresOf(logits, gumbelNoise(options, answer.length, vocab)));
    answer.push(token);
    options.onToken?.(token);
    if (token === options.end) break;
  }
  return answer;
}

function largest(scores: Float64Array): number {
  let best = 0;
  for (let v = 1; v < scores.length; v++) if (scores[v]! > scores[best]!) best = v;
  return best;
}
