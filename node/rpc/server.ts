import websocket from "@fastify/websocket";
import fastify, { type FastifyInstance } from "fastify";
import type { WebSocket } from "ws";
import { parseListen } from "../config/parse.ts";
import { NodeError } from "../errors.ts";
import { corsHeaders } from "./cors.ts";
import type { CallContext } from "./dispatch.ts";
import { mountErrors, mountRpc, mountUploads } from "./http.ts";
import {
  BROADCAST_COMMIT_TIMEOUT_MS,
  MAX_COMMIT_WAITS,
  MAX_CONNECTIONS,
  MAX_REQUEST_BYTES,
  REQUEST_TIMEOUT_MS,
} from "./limits.ts";
import type { RpcPorts } from "./route.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TxWaits } from "./tx-waits.ts";
import { serveWebSocket, WEBSOCKET_LIMITS, type WebSocketLimits } from "./websocket.ts";

/** WebSocket close code of a server that goes down. */
const GOING_AWAY = 1001;
/** Enough for an answer to the goodbye, short for a person who waits for the stop. */
const GOODBYE_MS = 500;

export interface RpcServerOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  /** Origins of pages that may read answers; `*` for all. */
  readonly corsOrigins: readonly string[];
  readonly broadcastCommitTimeoutMs?: number;
  readonly websocket?: Partial<WebSocketLimits>;
}

export interface RpcServer {
  /** Listens. Throws NodeError `port_in_use` or `bad_config`. */
  start(): Promise<{ readonly url: string }>;
  stop(): Promise<void>;
}

/** JSON-RPC over HTTP and WebSocket, blobs and openings, on one port. */
export function createRpcServer(options: RpcServerOptions, ports: RpcPorts): RpcServer {
  const { host, port } = parseListen(options.listen);
  const limits = { ...WEBSOCKET_LIMITS, ...options.websocket };
  const timeoutMs = options.broadcastCommitTimeoutMs ?? BROADCAST_COMMIT_TIMEOUT_MS;
  const waits = new TxWaits({ timeoutMs, maxWaits: MAX_COMMIT_WAITS }, ports.index);
  const subscriptions = new Subscriptions(ports.index);
  const app = fastify({
    bodyLimit: MAX_REQUEST_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const ready = mount(app, { options, limits, context: { ...ports, waits, session: undefined }, subscriptions });
  return {
    start: async () => {
      await ready;
      try {
        return { url: await app.listen({ host, port }) };
      } catch (error) {
        await app.close();
        throw listenError(options.listen, error);
      }
    },
    stop: async () => {
      waits.close();
      subscriptions.close();
      await app.close();
    },
  };
}

interface Mounted {
  readonly options: RpcServerOptions;
  readonly limits: WebSocketLimits;
  readonly context: CallContext;
  readonly subscriptions: Subscriptions;
}

async function mount(app: FastifyInstance, { options, limits, context, subscriptions }: Mounted): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(corsHeaders(options.corsOrigins, request.headers.origin));
    if (request.method === "OPTIONS") await reply.code(204).send();
  });
  mountErrors(app, context);
  await app.register(websocket, {
    options: { maxPayload: MAX_REQUEST_BYTES },
    preClose: (done) => {
      closeAll(app.websocketServer.clients);
      done();
    },
  });
  app.get("/websocket", { websocket: true }, (socket) => {
    serveWebSocket(socket, limits, { ...context, subscriptions });
  });
  mountRpc(app, context);
  mountUploads(app, context);
}

/** Says goodbye to every client and cuts those that do not answer, so that none can hold up a stop. */
function closeAll(clients: ReadonlySet<WebSocket>): void {
  for (const client of clients) client.close(GOING_AWAY, "the node stops");
  setTimeout(() => {
    for (const client of clients) client.terminate();
  }, GOODBYE_MS);
}

function listenError(listen: string, error: unknown): NodeError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    const hint = "stop the program that uses it, or set another rpc.listen in config.json";
    return new NodeError("port_in_use", `the RPC address ${listen} is already in use`, hint, { cause: error });
  }
  const hint = "set rpc.listen in config.json to an address of this machine and a port above 1023";
  return new NodeError("bad_config", `cannot listen on the RPC address ${listen}: ${message}`, hint, { cause: error });
}
