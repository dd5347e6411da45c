import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { SimulateRequest, SimulateResponse } from "cosmjs-types/cosmos/tx/v1beta1/service";
import { Tx } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { type RequestQuery, ResponseQuery } from "cosmjs-types/tendermint/abci/types";
import { StoreError } from "../store/errors.ts";
import type { MultiStore } from "../store/multistore.ts";
import { proveKey } from "../store/proofs.ts";
import { toEvents } from "./abci.ts";
import type { AppContext } from "./context.ts";
import { AppError, sdkErrors, toAppError } from "./errors.ts";
import type { Router } from "./router.ts";
import type { TxResult } from "./tx/run.ts";

export const SIMULATE_PATH = "/cosmos.tx.v1beta1.Service/Simulate";

const STORE_PATH = /^\/store\/([^/]+)\/key$/;

export interface QueryOptions {
  readonly router: Router;
  readonly stores: MultiStore;
  readonly version: string;
  /** Context over a committed height. */
  at(height: number): AppContext;
  simulate(tx: Uint8Array): TxResult;
}

/** Answers a query; every failure is a response with a code. */
export function answerQuery(request: RequestQuery, options: QueryOptions): ResponseQuery {
  try {
    const height = heightOf(request, options.stores.version);
    const answer = route(request, height, options);
    return ResponseQuery.fromPartial({ height: BigInt(height), ...answer });
  } catch (error) {
    const { code, codespace, message, status } = toQueryError(error);
    // The prefix by which CosmJS tells "does not exist" from a failure.
    const log = `rpc error: code = ${status} desc = ${message}`;
    return ResponseQuery.fromPartial({ code, codespace, log, height: BigInt(options.stores.version) });
  }
}

type Answer = Partial<Pick<ResponseQuery, "key" | "value" | "proofOps">>;

function route(request: RequestQuery, height: number, options: QueryOptions): Answer {
  const { path, data } = request;
  const store = STORE_PATH.exec(path)?.[1];
  if (store !== undefined) return queryStore(options.stores, { store, height, key: data, prove: request.prove });
  if (path === SIMULATE_PATH) return { value: simulate(data, options) };
  if (path === "/app/simulate") return { value: simulateTx(data, options) };
  if (path === "/app/version") return { value: new TextEncoder().encode(options.version) };
  const known = options.router.query(path);
  if (!known) {
    throw new AppError("sdk", 6, `unknown query path ${JSON.stringify(path.slice(0, 128))}: unknown request`, {
      status: "Unimplemented",
    });
  }
  return { value: known.handle(options.at(height), data) };
}

function heightOf({ height }: RequestQuery, latest: number): number {
  if (latest === 0) throw sdkErrors.invalidHeight("no block is committed yet; ask again in a moment: invalid height");
  if (height === 0n) return latest;
  if (height < 0n || height > BigInt(latest)) {
    throw sdkErrors.invalidHeight(`height ${height} is not between 1 and ${latest}, the latest: invalid height`);
  }
  return Number(height);
}

function queryStore(
  stores: MultiStore,
  { store, height, key, prove }: { store: string; height: number; key: Uint8Array; prove: boolean },
): Answer {
  if (key.length === 0) throw sdkErrors.invalidRequest("a store query needs a key: invalid request");
  if (!prove) return { key, value: stores.storeView(store, height).get(key) ?? new Uint8Array(0) };
  const { value, ops } = proveKey(stores, { store, key, version: height });
  return { key, value: value ?? new Uint8Array(0), proofOps: { ops: [...ops] } };
}

function simulate(data: Uint8Array, options: QueryOptions): Uint8Array {
  let request: SimulateRequest;
  try {
    request = SimulateRequest.decode(data);
  } catch {
    throw sdkErrors.invalidRequest("the request is not a SimulateRequest: invalid request");
  }
  const bytes = request.txBytes.length > 0 ? request.txBytes : request.tx && Tx.encode(request.tx).finish();
  if (!bytes) throw sdkErrors.invalidRequest("empty txBytes is not allowed: invalid request");
  return simulateTx(bytes, options);
}

/** A SimulateResponse; a transaction that fails makes the query fail with its code. */
function simulateTx(bytes: Uint8Array, options: QueryOptions): Uint8Array {
  const { code, codespace, log, data, gasWanted, gasUsed, events } = options.simulate(bytes);
  if (code !== 0)
    throw new AppError(codespace, code, `${log} With gas wanted: '${gasWanted}' and gas used: '${gasUsed}'`);
  return SimulateResponse.encode({
    gasInfo: { gasWanted: BigInt(gasWanted), gasUsed: BigInt(gasUsed) },
    result: { data, log, events: toEvents(events), msgResponses: TxMsgData.decode(data).msgResponses },
  }).finish();
}

function toQueryError(error: unknown): AppError {
  if (!(error instanceof StoreError)) return toAppError(error);
  switch (error.code) {
    case "pruned":
      return new AppError("sdk", 26, `${error.message}; ask an archive node: invalid height`, { status: "OutOfRange" });
    case "unknown_version":
    case "unknown_store":
    case "unprovable":
      return new AppError("sdk", 18, `${error.message}: invalid request`, { status: "InvalidArgument" });
    default:
      return toAppError(error);
  }
}
