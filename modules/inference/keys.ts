import {
  index,
  indexedMap,
  item,
  map,
  numberKey,
  pair,
  protoValue,
  rawStringKey,
  stringKey,
  uint32Key,
} from "../../chain/store/collections.ts";
import { Counter, Params, Request, RequestStatus, Totals } from "../../proto/gen/openledger/inference/v1.ts";

/** Module, store and module account: it holds the escrowed fees. */
export const INFERENCE = "inference";

const isPending = (request: Request) => request.status === RequestStatus.REQUEST_STATUS_PENDING;

export const modelAndHeight = pair(stringKey, numberKey);

/** Requests that wait for a host, by model and height. */
export const pending = index<readonly [model: string, height: number], string, Request>(
  2,
  { reference: modelAndHeight, key: rawStringKey },
  (_, request) => (isPending(request) ? [[request.model, Number(request.requestedHeight)]] : []),
);

/** Requests that wait for a host, by the height at which they expire. */
export const expiries = index<number, string, Request>(3, { reference: numberKey, key: rawStringKey }, (_, request) =>
  isPending(request) ? [Number(request.expires)] : [],
);

export const byStatus = index<number, string, Request>(4, { reference: uint32Key, key: rawStringKey }, (_, request) => [
  request.status,
]);

export const tables = {
  params: item(0, protoValue(Params)),
  requests: indexedMap({ prefix: 1, key: rawStringKey, value: protoValue(Request) }, [pending, expiries, byStatus]),
  /** By requester. */
  counters: map(5, rawStringKey, protoValue(Counter)),
  totals: item(6, protoValue(Totals)),
};
