import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { MAX_BODY_BYTES } from "../blobs/index.ts";
import { answer, type CallContext, call, errorText, explain, parseRequests, prepare, resultText } from "./dispatch.ts";
import { invalidRequest, RpcError } from "./errors.ts";
import { paramsFromUri } from "./params.ts";
import { ROUTES } from "./routes.ts";

/** Id of answers to URI requests, as in CometBFT. */
const URI_ID = -1;

/** Largest opening with its envelope; the attestation service checks the exact bound. */
const MAX_OPENING_BODY_BYTES = 64 * 1024;

type Body = Buffer | undefined;

/** `POST /` with JSON-RPC, `GET /method?name=value`, and a list of methods at `GET /`. */
export function mountRpc(app: FastifyInstance, context: CallContext): void {
  app.post("/", async (request, reply) => {
    const body = (request.body as Body)?.toString("utf8") ?? "";
    if (body.trim() === "") return reply.type("text/plain; charset=utf-8").send(listOfMethods());
    try {
      return json(reply, 200, await answer(context, parseRequests(body)));
    } catch (error) {
      return json(reply, 500, errorText(null, explain(context, "", error)));
    }
  });
  app.get("/", async (_, reply) => reply.type("text/plain; charset=utf-8").send(listOfMethods()));
  app.get("/:method", (request, reply) => answerUri(context, request, reply));
}

async function answerUri(context: CallContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { method } = request.params as { readonly method: string };
  const query = new URL(request.url, "http://node").searchParams;
  try {
    const { route, values } = prepare(context, method, (found) => paramsFromUri(found.params, query));
    return json(reply, 200, resultText(URI_ID, await call({ ...context, requestId: URI_ID }, route, values)));
  } catch (error) {
    const explained = explain(context, method, error);
    return json(reply, explained.code === -32601 ? 404 : 500, errorText(URI_ID, explained));
  }
}

/** Blobs and openings: what hosts and contributors send beside transactions. */
export function mountUploads(app: FastifyInstance, { backend }: CallContext): void {
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    const answered = await backend.blobs.handle({
      method: request.method,
      path: new URL(request.url, "http://node").pathname,
      headers: singleHeaders(request.headers),
      body: (request.body as Body) ?? new Uint8Array(0),
    });
    const { status, headers, body } = answered;
    return reply
      .code(status)
      .headers(headers)
      .send(typeof body === "string" ? body : Buffer.from(body));
  };
  app.post("/blobs", { bodyLimit: MAX_BODY_BYTES }, serve);
  app.get("/blobs/:id", serve);
  app.get("/blobs/:id/status", serve);
  app.post("/openings", { bodyLimit: MAX_OPENING_BODY_BYTES }, async (request, reply) => {
    const envelope = new Uint8Array((request.body as Body) ?? []);
    if (envelope.length === 0) {
      const nextStep = "Send an encoded OpeningEnvelope as the body";
      return reply.code(400).send({ code: "bad-request", message: "the body is empty", nextStep });
    }
    return reply.send(await backend.submitOpening(envelope));
  });
}

/** Requests that no route takes, bodies over their limit, and failures of the server itself. */
export function mountErrors(app: FastifyInstance, context: CallContext): void {
  app.setNotFoundHandler((request, reply) => {
    const reason = `no such resource: ${request.method} ${new URL(request.url, "http://node").pathname}; GET / lists what there is`;
    return json(reply, 404, errorText(null, invalidRequest(reason)));
  });
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) context.log.error({ url: request.url, reason: error.stack }, "http request failed");
    const shown = error instanceof RpcError ? error : invalidRequest(error.message);
    return json(reply, status, errorText(null, shown));
  });
}

function json(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("application/json").send(text);
}

function singleHeaders(headers: FastifyRequest["headers"]): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

function listOfMethods(): string {
  const lines = [...ROUTES].map(([name, { params, streaming }]) => {
    const query = Object.keys(params).map((param) => `${param}=_`);
    return `${streaming ? "ws  /websocket " : "get /"}${name}${query.length > 0 ? `?${query.join("&")}` : ""}`;
  });
  return [
    "JSON-RPC 2.0 of CometBFT v0.38: POST / or WebSocket /websocket",
    ...lines,
    "post /blobs",
    "get /blobs/ID",
    "get /blobs/ID/status",
    "post /openings",
    "",
  ].join("\n");
}
