import { WebSocket } from "ws";
import type { JsonAnswer } from "./fake-node.ts";

/** A bare WebSocket that keeps what it receives. */
export interface WsClient {
  readonly socket: WebSocket;
  readonly received: readonly JsonAnswer[];
  readonly closed: Promise<number>;
  send(id: number, method: string, params?: object): void;
}

/** Connects to the WebSocket of the server at an http URL. */
export async function connectWs(url: string): Promise<WsClient> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
  const received: JsonAnswer[] = [];
  socket.on("message", (data) => received.push(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const send = (id: number, method: string, params?: object) =>
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  return { socket, received, closed, send };
}
