import { IndexError } from "../index/index.ts";
import { failed, invalidParams, invalidRequest, parseError, RpcError, unknownMethod } from "./errors.ts";
import { MAX_BATCH } from "./limits.ts";
import { type ParamSpec, type Params, paramsFromJson } from "./params.ts";
import type { RequestId, Route, RpcContext } from "./route.ts";
import { ROUTES } from "./routes.ts";

/** The context of a call before it is known which request it is. */
export type CallContext = Omit<RpcContext, "requestId">;

/** Parses the text of a request or batch. Throws RpcError -32700. */
export function parseRequests(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw parseError(`error unmarshalling request: ${reasonOf(error)}`);
  }
}

/**
 * Answers a request or a batch as JSON text, "" when there was nothing to answer (notifications). A batch of one is
 * answered by an object, as CometBFT does. Never throws.
 */
export async function answer(context: CallContext, message: unknown): Promise<string> {
  const batch = Array.isArray(message) ? (message as readonly unknown[]) : [message];
  if (batch.length === 0) return errorText(null, invalidRequest("the batch is empty"));
  if (batch.length > MAX_BATCH) {
    return errorText(null, invalidRequest(`batch of ${batch.length} requests exceeds the maximum of ${MAX_BATCH}`));
  }
  const answers: string[] = [];
  for (const request of batch) {
    const text = await answerOne(context, request);
    if (text !== undefined) answers.push(text);
  }
  if (answers.length <= 1) return answers[0] ?? "";
  return `[${answers.join(",")}]`;
}

/** Undefined for a notification, which is not run: nobody could learn its result. */
async function answerOne(context: CallContext, message: unknown): Promise<string | undefined> {
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    return errorText(null, invalidRequest("a request is an object with jsonrpc, id, method and params"));
  }
  const { id, method, params } = message as Readonly<Record<string, unknown>>;
  if (id === undefined || id === null) return undefined;
  if (!isRequestId(id)) return errorText(null, invalidRequest("id must be text or an integer below 2^53"));
  try {
    if (typeof method !== "string") throw invalidRequest("method must be text");
    const { route, values } = prepare(context, method, (found) => paramsFromJson(found.params, params));
    return resultText(id, await call({ ...context, requestId: id }, route, values));
  } catch (error) {
    return errorText(id, explain(context, method, error));
  }
}

/** The route and its parameters. Throws RpcError for an unknown method, or one that needs a WebSocket. */
export function prepare(
  context: CallContext,
  method: string,
  read: (route: Route) => Params<ParamSpec>,
): { readonly route: Route; readonly values: Params<ParamSpec> } {
  const route = ROUTES.get(method);
  if (!route) throw unknownMethod(`${JSON.stringify(method.slice(0, 60))} is not a method; GET / lists them`);
  if (route.streaming && !context.session) throw unknownMethod(`${method} needs a WebSocket: connect to /websocket`);
  return { route, values: read(route) };
}

/** Runs a method; its answer is JSON. */
export async function call(context: RpcContext, route: Route, values: Params<ParamSpec>): Promise<string> {
  return JSON.stringify(await route.call(context, values));
}

/** What the client learns of a failure; what is not the client's doing also goes to the log. */
export function explain(context: CallContext, method: unknown, error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof IndexError)
    return error.code === "bad_query" ? failed(error.message) : invalidParams(error.message);
  context.log.error({ method, reason: error instanceof Error ? error.stack : String(error) }, "rpc method failed");
  return failed(reasonOf(error));
}

export function resultText(id: RequestId, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}

export function errorText(id: RequestId | null, error: RpcError): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error: error.toJson() });
}

/** An integer id is echoed as the same number, a text id as text. */
function isRequestId(id: unknown): id is RequestId {
  return typeof id === "string" ? id.length <= 256 : typeof id === "number" && Number.isSafeInteger(id);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
