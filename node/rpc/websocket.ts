import type { WebSocket } from "ws";
import { answer, type CallContext, errorText, parseRequests } from "./dispatch.ts";
import { RpcError, serverError } from "./errors.ts";
import { MAX_CLIENT_QUEUE_BYTES, MAX_IN_FLIGHT, MAX_WEBSOCKETS, PING_EVERY_MS } from "./limits.ts";
import { ClientSession, type Subscriptions } from "./subscriptions.ts";

export interface WebSocketLimits {
  readonly maxClients: number;
  readonly maxQueueBytes: number;
  readonly maxInFlight: number;
  readonly pingEveryMs: number;
}

export const WEBSOCKET_LIMITS: WebSocketLimits = {
  maxClients: MAX_WEBSOCKETS,
  maxQueueBytes: MAX_CLIENT_QUEUE_BYTES,
  maxInFlight: MAX_IN_FLIGHT,
  pingEveryMs: PING_EVERY_MS,
};

/** WebSocket close code 1013: try again later. */
const TRY_LATER = 1013;

/** Serves JSON-RPC and events to one WebSocket until it closes. */
export function serveWebSocket(
  socket: WebSocket,
  limits: WebSocketLimits,
  { subscriptions, ...ports }: Omit<CallContext, "session"> & { readonly subscriptions: Subscriptions },
): void {
  socket.on("error", (error) => ports.log.debug({ reason: error.message }, "websocket failed"));
  if (subscriptions.size >= limits.maxClients) {
    socket.send(errorText(null, serverError(`max_subscription_clients ${limits.maxClients} reached; try later`)));
    socket.close(TRY_LATER, "too many clients");
    return;
  }
  const send = (text: string) => {
    if (text === "" || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > limits.maxQueueBytes) {
      ports.log.warn({ bufferedBytes: socket.bufferedAmount }, "websocket client reads too slowly and is cut");
      socket.terminate();
      return;
    }
    socket.send(text);
  };
  const session = new ClientSession(send);
  subscriptions.add(session);
  const stopPings = keepAlive(socket, limits.pingEveryMs);
  socket.on("close", () => {
    subscriptions.remove(session);
    stopPings();
  });
  const slots = callSlots(socket, limits.maxInFlight, async (text) => {
    send(await respond({ ...ports, session }, text));
    session.answered();
  });
  socket.on("message", (data) => slots(data.toString()));
}

async function respond(context: CallContext, text: string): Promise<string> {
  try {
    return await answer(context, parseRequests(text));
  } catch (error) {
    return errorText(null, error instanceof RpcError ? error : serverError(String(error)));
  }
}

/**
 * Runs at most `slots` calls at once. While all are taken the socket is not read, so that the sender feels it; what one
 * read already brought waits.
 */
function callSlots(socket: WebSocket, slots: number, run: (text: string) => Promise<void>): (text: string) => void {
  const waiting: string[] = [];
  let running = 0;
  const next = () => {
    while (running < slots && waiting.length > 0) {
      running++;
      void run(waiting.shift() as string).then(() => {
        running--;
        next();
      });
    }
    if (waiting.length > 0) socket.pause();
    else if (socket.isPaused) socket.resume();
  };
  return (text) => {
    waiting.push(text);
    next();
  };
}

/** Cuts the socket when a ping is still unanswered at the next one. */
function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, everyMs);
  return () => clearInterval(timer);
}
