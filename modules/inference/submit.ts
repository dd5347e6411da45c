import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import {
  InferenceOutput,
  type MsgSubmitResult,
  type Request,
  RequestStatus,
} from "../../proto/gen/openledger/inference/v1.ts";
import type { Model } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { decodeStrict } from "../../proto/runtime.ts";
import { errors } from "./errors.ts";
import { RESULT_ALGORITHM } from "./ids.ts";
import { CONFIDENCE_ONE } from "./limits.ts";
import { type InferenceParts, requireServing } from "./request.ts";

/** The first host's result takes the request; its claim is attested. Returns the claim's id. */
export function submitResult(ctx: Context, { keeper, needs }: InferenceParts, message: MsgSubmitResult): Uint8Array {
  const request = keeper.requireRequest(ctx, message.request);
  if (request.status !== RequestStatus.REQUEST_STATUS_PENDING || BigInt(ctx.height) >= request.expires) {
    throw errors.notPending(`request ${request.id} has a result, or is over`);
  }
  const params = keeper.params(ctx);
  const model = requireServing(ctx, needs, request.model);
  checkOutput(message.output, model, params.maxOutputBytes);
  const fee = feeOf(request, message);
  if (fee > parseAmount(request.maxFee)) {
    throw errors.feeAboveMax(`the fee is ${fee}, the request pays at most ${request.maxFee}`);
  }
  const claimId = needs.claims.post(ctx, {
    kind: ClaimKind.CLAIM_KIND_RESULT,
    poster: message.host,
    subject: utf8Bytes(request.id),
    payloadHash: message.openingHash,
    algorithm: RESULT_ALGORITHM,
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

/** Throws inference/8 unless the bytes are a canonical answer of the model's head. */
function checkOutput(bytes: Uint8Array, model: Model, maxBytes: number): void {
  const output = decodeOutput(bytes, maxBytes);
  if (output.label !== model.labels[output.labelIndex] || output.confidence > CONFIDENCE_ONE) {
    throw errors.badOutput(
      `label ${output.labelIndex} of the model is not ${JSON.stringify(output.label.slice(0, 80))}`,
    );
  }
}

function decodeOutput(bytes: Uint8Array, maxBytes: number): InferenceOutput {
  try {
    return decodeStrict(InferenceOutput, bytes, maxBytes);
  } catch (error) {
    throw errors.badOutput(`not a canonical output: ${(error as Error).message}`);
  }
}
