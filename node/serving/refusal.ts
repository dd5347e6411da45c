import { MAX_CLAIM_OPENING_BYTES } from "../../modules/attribution/limits.ts";
import { readResultOpening } from "../../modules/inference/result-opening.ts";
import type { Request } from "../../proto/gen/openledger/inference/v1.ts";

/** Why a request is not answered, now or ever. */
export type RefusalCode = "input_mismatch" | "fee_above_max" | "no_model" | "bad_generation" | "not_served";

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Above the request's max_fee the chain would refuse the whole transaction. Throws Refusal fee_above_max. */
export function checkFee({ maxFee, priceRequest, priceToken }: Request, tokens: number): void {
  const fee = BigInt(priceRequest) + BigInt(priceToken) * BigInt(tokens);
  if (fee > BigInt(maxFee)) throw new Refusal("fee_above_max", `the fee is ${fee}, the request pays at most ${maxFee}`);
}

/**
 * A model can give vectors outside the chain's bounds: its result would be right, and the bond lost all the same, because the
 * chain takes no such opening. Throws Refusal not_served.
 */
export function checkOpening(opening: Uint8Array, algorithm: string): void {
  try {
    readResultOpening(opening, algorithm);
  } catch (cause) {
    throw new Refusal("not_served", `the chain would refuse its opening: ${(cause as Error).message}`, { cause });
  }
  if (opening.length <= MAX_CLAIM_OPENING_BYTES) return;
  throw new Refusal("not_served", `its opening has ${opening.length} bytes, at most ${MAX_CLAIM_OPENING_BYTES}`);
}
