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
