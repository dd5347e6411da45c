import { checkRequest, type GenerateOptions } from "./generate.ts";
import { gumbelNoise, NOISE_BITS, scoresOf } from "./noise.ts";
import type { DecoderSession } from "./session.ts";

/** A token is right when its score is within this of the largest: far above what float64 machines differ by. */
const TOLERANCE = 2 ** -NOISE_BITS;

export interface GenerationClaim {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
  readonly options: Omit<GenerateOptions, "onToken">;
}

export type GenerationVerdict =
  | { readonly right: true }
  /** `position` is that of the first wrong token of the answer, or its length when it ends too early. */
  | { readonly right: false; readonly position: number; readonly reason: string };

/**
 * Checks whole answers in one pass: every token is given its true predecessors and must have the largest score there, to
 * within 2^-20. Claims of any lengths share the pass. Throws DecoderError bad-prompt for a claim no request allows.
 */
export async function checkGenerations(
  session: DecoderSession,
  claims: readonly GenerationClaim[],
): Promise<GenerationVerdict[]> {
  const { context, vocab } = session;
  for (const { prompt, options } of claims) checkRequest(context, prompt, options);
  const formal = claims.map((claim) => formOf(claim, vocab));
  const open = claims.filter((_, i) => formal[i]!.right);
  if (open.length === 0) return formal;
  const logits = await session.logits(open.map(({ prompt, answer }) => [...prompt, ...answer.slice(0, -1)]));
  return claims.map((claim, i) => {
    if (!formal[i]!.right) return formal[i]!;
    const row = open.indexOf(claim);
    const start = claim.prompt.length - 1;
    return judge(claim, vocab, (position) => logits.at(row, start + position));
  });
}

export async function checkGeneration(session: DecoderSession, claim: GenerationClaim): Promise<GenerationVerdict> {
  return (await checkGenerations(session, [claim]))[0]!;
}

/** Whether an answer ends where one may: at its limit, or with the end token, which is nowhere else. */
function formOf({ answer, options }: GenerationClaim, vocab: number): GenerationVerdict {
  const wrong = (position: number, reason: string): GenerationVerdict => ({ right: false, position, reason });
  const outside = answer.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= vocab);
  if (outside >= 0) return wrong(outside, `token ${answer[outside]} is outside the vocabulary`);
  if (answer.length > options.maxTokens) return wrong(options.maxTokens, "the answer is longer than it may be");
  const end = options.end === undefined ? -1 : answer.indexOf(options.end);
  if (end >= 0 && end < answer.length - 1) return wrong(end + 1, "the answer goes on after its end");
  if (end < 0 && answer.length < options.maxTokens) return wrong(answer.length, "the answer stops before its end");
  return { right: true };
}

function judge(
  { answer, options }: GenerationClaim,
  vocab: number,
  logitsAt: (position: number) => Float64Array,
): GenerationVerdict {
  for (const [position, token] of answer.entries()) {
    const scores = scoresOf(logitsAt(position), gumbelNoise(options, position, vocab));
    const best = scores.reduce((a, b) => Math.max(a, b));
    if (scores[token]! >= best - TOLERANCE) continue;
    return { right: false, position, reason: `token ${token} scores ${best - scores[token]!} below the largest` };
  }
  return { right: true };
}
