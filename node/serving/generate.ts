import { GENERATION_ALGORITHM } from "../../modules/inference/ids.ts";
import type { Request } from "../../proto/gen/openledger/inference/v1.ts";
import {
  GeneratorError,
  type GeneratorErrorCode,
  type GeneratorPool,
  type Generators,
  generationRequest,
} from "../generator/index.ts";
import { encodeGeneratedOpening, encodeGeneratedOutput } from "../generator/wire.ts";
import type { Asked, ModelResult } from "./answers.ts";
import { checkOpening, Refusal, type RefusalCode } from "./refusal.ts";

export interface GeneratorPorts {
  readonly generatorPool: GeneratorPool;
  readonly generators: Generators;
}

/**
 * Continues a text. A request that cannot pay its longest answer is refused before anything is computed.
 * Throws Refusal; BlobError, JobDataError, GeneratorError.
 */
export async function generateAnswer({ request, model, input }: Asked, ports: GeneratorPorts): Promise<ModelResult> {
  const { generatorPool, generators } = ports;
  const asked = generationRequest(input);
  try {
    const key = await generators.load(generatorPool, model);
    const { tokens, tokensIn, text, attribution } = await generatorPool.answer(key, asked, paidTokens(request));
    const opening = encodeGeneratedOpening(attribution);
    checkOpening(opening, GENERATION_ALGORITHM);
    return { output: encodeGeneratedOutput(tokens, text), tokensIn, tokensOut: tokens.length, opening };
  } catch (error) {
    const code = error instanceof GeneratorError ? REFUSALS[error.code] : undefined;
    if (!code) throw error;
    throw new Refusal(code, (error as Error).message, { cause: error });
  }
}

const REFUSALS: Partial<Record<GeneratorErrorCode, RefusalCode>> = {
  "bad-request": "bad_generation",
  unpaid: "fee_above_max",
  mismatch: "not_served",
  "too-slow": "not_served",
  "too-large": "not_served",
};

/** Tokens that a request's max_fee pays; below zero when not even the request is paid. */
function paidTokens({ maxFee, priceRequest, priceToken }: Request): number {
  const left = BigInt(maxFee) - BigInt(priceRequest);
  if (left < 0n) return -1;
  return priceToken === "0" ? Number.MAX_SAFE_INTEGER : Number(left / BigInt(priceToken));
}
