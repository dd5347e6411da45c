import type { Addresses } from "../../chain/app/addresses.ts";
import { parseAmount } from "../../chain/app/coins.ts";
import { sdkErrors } from "../../chain/app/errors.ts";
import { type MessageRoute, messageRoute } from "../../chain/app/module.ts";
import { HASH_LENGTH } from "../../chain/crypto/hash.ts";
import { Msg, type MsgRequestInference, type MsgSubmitResult } from "../../proto/gen/openledger/inference/v1.ts";
import { errors } from "./errors.ts";
import { MAX_MODEL_ID, MAX_ROUNDING_LOG_BYTES, MAX_TOKENS } from "./limits.ts";
import { type InferenceParts, requestInference } from "./request.ts";
import { submitResult } from "./submit.ts";

const REQUEST_ID = /^[0-9a-f]{64}$/;

export function messages(addresses: Addresses, parts: InferenceParts): MessageRoute[] {
  return [
    messageRoute({
      codec: Msg.RequestInference.request,
      response: Msg.RequestInference.response,
      amino: "openledger/MsgRequestInference",
      signers: ({ requester }) => [requester],
      validate: (message) => validateRequest(addresses, message),
      handle: (ctx, message) => ({ request: requestInference(ctx, parts, message) }),
    }),
    messageRoute({
      codec: Msg.SubmitResult.request,
      response: Msg.SubmitResult.response,
      amino: "openledger/MsgSubmitResult",
      signers: ({ host }) => [host],
      validate: (message) => validateResult(addresses, message),
      handle: (ctx, message) => ({ claimId: submitResult(ctx, parts, message) }),
    }),
  ];
}

function validateRequest(addresses: Addresses, message: MsgRequestInference): void {
  addresses.fromText(message.requester);
  demand(message.model.length > 0 && message.model.length <= MAX_MODEL_ID, "name a model");
  demand(message.inputCommitment.length === HASH_LENGTH, "input_commitment is a hash of 32 bytes");
  demand(message.inputBlob.length === HASH_LENGTH, "input_blob is a blob id of 32 bytes");
  if (parseAmount(message.maxFee) === 0n) throw sdkErrors.invalidCoins("max_fee must be above zero");
}

function validateResult(addresses: Addresses, message: MsgSubmitResult): void {
  addresses.fromText(message.host);
  demand(REQUEST_ID.test(message.request), "request is the id of a request: 64 hex digits");
  demand(message.openingHash.length === HASH_LENGTH, "opening_hash has 32 bytes");
  demand(
    message.roundingLog.length <= MAX_ROUNDING_LOG_BYTES,
    `rounding_log has at most ${MAX_ROUNDING_LOG_BYTES} bytes`,
  );
  if (message.tokensIn > MAX_TOKENS || message.tokensOut > MAX_TOKENS) {
    throw errors.tooManyTokens(`a request has at most ${MAX_TOKENS} tokens in and as many out`);
  }
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw errors.badRequest(message);
}
