import type { Json } from "../../chain/codec/comet-json.ts";
import type { TxIndex } from "../index/index.ts";
import type { NodeLog } from "../p2p/index.ts";
import type { NodeBackend } from "./backend.ts";
import type { ParamSpec, Params } from "./params.ts";
import type { ClientSession } from "./subscriptions.ts";
import type { TxWaits } from "./tx-waits.ts";

export interface RpcPorts {
  readonly backend: NodeBackend;
  readonly index: TxIndex;
  readonly log: NodeLog;
}

/** What every method works with. */
export interface RpcContext extends RpcPorts {
  readonly waits: TxWaits;
  /** The WebSocket that asks; undefined over HTTP. */
  readonly session: ClientSession | undefined;
  /** Id of the request, which the events of a subscription repeat. */
  readonly requestId: RequestId;
}

export type RequestId = string | number;

export interface Route {
  readonly params: ParamSpec;
  /** Answers the method. Throws RpcError; any other error becomes an internal one. */
  readonly call: (context: RpcContext, params: Params<ParamSpec>) => Json | Promise<Json>;
  /** Only over a WebSocket. */
  readonly streaming: boolean;
}

export function route<const S extends ParamSpec>(
  params: S,
  call: (context: RpcContext, params: Params<S>) => Json | Promise<Json>,
): Route {
  return { params, call: call as Route["call"], streaming: false };
}

/** A method of WebSockets: it gets the session. */
export function streamingRoute<const S extends ParamSpec>(
  params: S,
  call: (context: RpcContext & { readonly session: ClientSession }, params: Params<S>) => Json | Promise<Json>,
): Route {
  return { params, call: call as unknown as Route["call"], streaming: true };
}

export type Routes = Readonly<Record<string, Route>>;
