import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import { type MsgSubmitResult, type Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { errors } from "./errors.ts";
import { resultAlgorithm } from "./ids.ts";
import { checkOutput } from "./output.ts";
import { type InferenceParts, requireServing } from "./request.ts";

/** The first host's result takes the request; its claim is attested. Returns the claim's id. */
export function submitResult(ctx: Context, { keeper, needs }: InferenceParts, message: MsgSubmitResult): Uint8Array {
  const request = keeper.requireRequest(ctx, message.request);
  if (request.status !== RequestStatus.REQUEST_STATUS_PENDING || BigInt(ctx.height) >= request.expires) {
    throw errors.notPending(`request ${request.id} has a result, or is over`);
  }
  const params = keeper.params(ctx);
  const model = requireServing(ctx, needs, request.model);
  checkOutput(message, model, params.maxOutputBytes);
  const fee = feeOf(request, message);
  if (fee > parseAmount(request.maxFee)) {
    throw errors.feeAboveMax(`the fee is ${fee}, the request pays at most ${request.maxFee}`);
  }
  const claimId = needs.claims.post(ctx, {
    kind: ClaimKind.CLAIM_KIND_RESULT,
    poster: message.host,
    subject: utf8Bytes(request.id),
    payloadHash: message.openingHash,
    algorithm: resultAlgorithm(model.task),
    bond: parseAmount(params.hostBond),
  });
  const { host, output, tokensIn, tokensOut, roundingLog } = message;
  const result = { host, claimId, output, tokensIn, tokensOut, roundingLog, fee: fee.toString() };
  const claimed: Request = { ...request, ...result, status: RequestStatus.REQUEST_STATUS_CLAIMED };
  keeper.leavePending(ctx, request.requester);
  keeper.saveRequest(ctx, claimed);
  ctx.events.emit("result_claimed", [
    ["request", request.id],
    ["host", host],
    ["fee", claimed.fee],
  ]);
  return claimId;
}

/** price_request + price_token x (tokens in + tokens out), in the fee denom, by the prices of the request's block. */
function feeOf(request: Request, { tokensIn, tokensOut }: MsgSubmitResult): bigint {
  return parseAmount(request.priceRequest) + parseAmount(request.priceToken) * BigInt(tokensIn + tokensOut);
}
