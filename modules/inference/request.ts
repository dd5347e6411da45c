import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { type MsgRequestInference, Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { type Model, ModelStatus } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { errors } from "./errors.ts";
import { bookEscrowed } from "./escrow.ts";
import { requestId } from "./ids.ts";
import type { InferenceKeeper } from "./keeper.ts";
import { INFERENCE } from "./keys.ts";
import type { InferenceNeeds } from "./needs.ts";

export interface InferenceParts {
  readonly keeper: InferenceKeeper;
  readonly needs: InferenceNeeds;
}

/** Escrows max_fee and queues the request for a host. Returns its id. */
export function requestInference(ctx: Context, parts: InferenceParts, message: MsgRequestInference): string {
  const { keeper, needs } = parts;
  const model = requireServing(ctx, needs, message.model);
  const maxFee = parseAmount(message.maxFee);
  const least = parseAmount(model.priceRequest);
  if (maxFee < least) throw errors.feeTooLow(`max_fee ${maxFee} is below the model's price of ${least} per request`);
  const counter = keeper.counter(ctx, message.requester);
  const params = keeper.params(ctx);
  if (counter.pending >= params.maxPendingPerAccount) {
    throw errors.tooManyPending(`${counter.pending} requests of ${message.requester} wait for a host already`);
  }
  const blocks = message.expiryBlocks === 0n ? params.maxExpiryBlocks : message.expiryBlocks;
  if (blocks > params.maxExpiryBlocks) throw errors.badExpiry(`expiry_blocks is at most ${params.maxExpiryBlocks}`);
  const { requester, inputCommitment, inputBlob } = message;
  const id = requestId({ requester, model: model.id, inputCommitment, counter: counter.next });
  needs.bank.sendToModule(ctx, requester, INFERENCE, maxFee);
  keeper.saveCounter(ctx, { requester, next: counter.next + 1n, pending: counter.pending + 1 });
  bookEscrowed(ctx, keeper, maxFee);
  const requestedHeight = BigInt(ctx.height);
  keeper.saveRequest(
    ctx,
    Request.fromPartial({
      id,
      requester,
      model: model.id,
      inputCommitment,
      inputBlob,
      maxFee: message.maxFee,
      priceRequest: model.priceRequest,
      priceToken: model.priceToken,
      requestedHeight,
      expires: requestedHeight + blocks,
      status: RequestStatus.REQUEST_STATUS_PENDING,
      fee: "0",
    }),
  );
  ctx.events.emit("inference_requested", [
    ["request", id],
    ["requester", requester],
    ["model", model.id],
    ["max_fee", message.maxFee],
  ]);
  return id;
}

/** Throws inference/3 (not serving) for a model that is unknown, has no index, or is retired. */
export function requireServing(ctx: Context, needs: InferenceNeeds, id: string): Model {
  const model = needs.models.model(ctx, id);
  if (model?.status !== ModelStatus.MODEL_STATUS_SERVING) {
    throw errors.notServing(`model ${JSON.stringify(id)} does not serve paid inferences`);
  }
  return model;
}
