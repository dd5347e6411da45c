import type { Context } from "../../chain/app/context.ts";
import { type Request, RequestStatus, type Totals } from "../../proto/gen/openledger/inference/v1.ts";
import type { InferenceKeeper } from "./keeper.ts";
import { INFERENCE } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";

/** Requests whose max_fee this module holds. */
export function holdsFee(request: Request): boolean {
  return (
    request.status === RequestStatus.REQUEST_STATUS_PENDING || request.status === RequestStatus.REQUEST_STATUS_CLAIMED
  );
}

/** Ends a request without a fee: everything goes back to the requester. */
export function refund(
  ctx: Context,
  parts: { readonly keeper: InferenceKeeper; readonly bank: BankNeeds },
  request: Request,
  status: typeof RequestStatus.REQUEST_STATUS_REFUNDED | typeof RequestStatus.REQUEST_STATUS_REJECTED,
): void {
  const { keeper, bank } = parts;
  bank.sendFromModule(ctx, INFERENCE, request.requester, BigInt(request.maxFee));
  keeper.saveRequest(ctx, { ...request, status, fee: "0" });
  const totals = keeper.totals(ctx);
  const rejected = status === RequestStatus.REQUEST_STATUS_REJECTED;
  keeper.setTotals(ctx, {
    ...totals,
    refunded: add(totals.refunded, request.maxFee),
    refundedRequests: totals.refundedRequests + (rejected ? 0n : 1n),
    rejectedRequests: totals.rejectedRequests + (rejected ? 1n : 0n),
  });
  ctx.events.emit(rejected ? "request_rejected" : "request_refunded", [
    ["request", request.id],
    ["requester", request.requester],
    ["amount", request.maxFee],
  ]);
}

/** Books a settled fee; the rest of max_fee goes back to the requester. */
export function bookSettled(
  ctx: Context,
  parts: { readonly keeper: InferenceKeeper; readonly bank: BankNeeds },
  request: Request,
): void {
  const { keeper, bank } = parts;
  const rest = BigInt(request.maxFee) - BigInt(request.fee);
  bank.sendFromModule(ctx, INFERENCE, request.requester, rest);
  keeper.saveRequest(ctx, { ...request, status: RequestStatus.REQUEST_STATUS_SETTLED });
  const totals = keeper.totals(ctx);
  keeper.setTotals(ctx, {
    ...totals,
    settled: add(totals.settled, request.fee),
    refunded: add(totals.refunded, rest.toString()),
    settledRequests: totals.settledRequests + 1n,
  });
  ctx.events.emit("request_settled", [
    ["request", request.id],
    ["requester", request.requester],
    ["fee", request.fee],
  ]);
}

/** Books a fee that has arrived in escrow. */
export function bookEscrowed(ctx: Context, keeper: InferenceKeeper, amount: bigint): void {
  const totals: Totals = keeper.totals(ctx);
  keeper.setTotals(ctx, { ...totals, escrowed: add(totals.escrowed, amount.toString()) });
}

function add(a: string, b: string): string {
  return (BigInt(a) + BigInt(b)).toString();
}
