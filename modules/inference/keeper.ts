import type { Context } from "../../chain/app/context.ts";
import type { KvStore } from "../../chain/store/kv.ts";
import {
  type Counter,
  type Params,
  type Request,
  type RequestStatus,
  Totals,
} from "../../proto/gen/openledger/inference/v1.ts";
import { errors } from "./errors.ts";
import { byStatus, expiries, INFERENCE, modelAndHeight, pending, tables } from "./keys.ts";

const NO_TOTALS: Totals = Totals.fromPartial({ escrowed: "0", settled: "0", refunded: "0" });

/** The only reader and writer of the module's keys. Rules are in the files beside it. */
export class InferenceKeeper {
  #kv(ctx: Context): KvStore {
    return ctx.kv(INFERENCE);
  }

  params(ctx: Context): Params {
    return tables.params.require(this.#kv(ctx));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(this.#kv(ctx), params);
  }

  request(ctx: Context, id: string): Request | undefined {
    return tables.requests.get(this.#kv(ctx), id);
  }

  /** Throws inference/2 (not found). */
  requireRequest(ctx: Context, id: string): Request {
    const missing = () => errors.notFound(`no request ${JSON.stringify(id.slice(0, 80))}`);
    return tables.requests.require(this.#kv(ctx), id, missing);
  }

  saveRequest(ctx: Context, request: Request): void {
    tables.requests.set(this.#kv(ctx), request.id, request);
  }

  /** By id ascending, from after `startAfter`; all when no status is named. */
  *requests(ctx: Context, status?: RequestStatus, startAfter = ""): Generator<Request> {
    if (status === undefined) {
      for (const [id, request] of tables.requests.iterate(this.#kv(ctx), { from: startAfter })) {
        if (id !== startAfter) yield request;
      }
      return;
    }
    const range = { from: [status, startAfter], to: [status + 1, ""] } as const;
    for (const [, id] of byStatus.iterate(this.#kv(ctx), range)) {
      if (id !== startAfter) yield this.requireRequest(ctx, id);
    }
  }

  /** Requests that wait for a host, oldest first within a model. */
  *pendingRequests(ctx: Context, model?: string): Generator<Request> {
    const range = model === undefined ? {} : { prefix: modelAndHeight.prefix(model) };
    for (const [, id] of pending.iterate(this.#kv(ctx), range)) yield this.requireRequest(ctx, id);
  }

  /** Requests that expire at or before `height`, earliest first. */
  *expired(ctx: Context, height: number): Generator<Request> {
    for (const [, id] of expiries.iterate(this.#kv(ctx), { to: [height + 1, ""] })) yield this.requireRequest(ctx, id);
  }

  counter(ctx: Context, requester: string): Counter {
    return tables.counters.get(this.#kv(ctx), requester) ?? { requester, next: 0n, pending: 0 };
  }

  saveCounter(ctx: Context, counter: Counter): void {
    tables.counters.set(this.#kv(ctx), counter.requester, counter);
  }

  *counters(ctx: Context): Generator<Counter> {
    for (const [, counter] of tables.counters.iterate(this.#kv(ctx))) yield counter;
  }

  /** The request stopped waiting for a host. */
  leavePending(ctx: Context, requester: string): void {
    const counter = this.counter(ctx, requester);
    this.saveCounter(ctx, { ...counter, pending: counter.pending - 1 });
  }

  totals(ctx: Context): Totals {
    return tables.totals.get(this.#kv(ctx)) ?? NO_TOTALS;
  }

  setTotals(ctx: Context, totals: Totals): void {
    tables.totals.set(this.#kv(ctx), totals);
  }
}
