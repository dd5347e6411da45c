import type { Context } from "../../chain/app/context.ts";
import { type Request, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { refund } from "./escrow.ts";
import type { InferenceParts } from "./request.ts";

/** Refunds the first `max_expiries_per_block` requests that found no host in time; the rest waits a block. */
export function refundExpired(ctx: Context, { keeper, needs }: InferenceParts): void {
  const most = keeper.params(ctx).maxExpiriesPerBlock;
  const due: Request[] = [];
  for (const request of keeper.expired(ctx, ctx.height)) {
    if (due.length >= most) break;
    due.push(request);
  }
  for (const request of due) {
    keeper.leavePending(ctx, request.requester);
    refund(ctx, { keeper, bank: needs.bank }, request, RequestStatus.REQUEST_STATUS_REFUNDED);
  }
}
