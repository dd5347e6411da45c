import { type AppError, sdkErrors } from "./errors.ts";
import type { MessageRoute, Module, QueryRoute } from "./module.ts";

/** Finds the route of a message type or query path over all modules. */
export interface Router {
  readonly messages: ReadonlyMap<string, MessageRoute>;
  /** Throws sdk/6 (unknown request). */
  message(typeUrl: string): MessageRoute;
  query(path: string): QueryRoute | undefined;
}

/** Throws TypeError when two modules claim one message type or path. */
export function createRouter(modules: readonly Module[]): Router {
  const messages = new Map<string, MessageRoute>();
  const queries = new Map<string, QueryRoute>();
  const add = <V>(table: Map<string, V>, key: string, value: V) => {
    if (table.has(key)) throw new TypeError(`${key} is routed twice`);
    table.set(key, value);
  };
  for (const module of modules) {
    for (const route of module.messages) add(messages, route.codec.typeUrl, route);
    for (const route of module.queries) add(queries, route.path, route);
  }
  return {
    messages,
    message(typeUrl) {
      const route = messages.get(typeUrl);
      if (!route) throw unknownMessage(typeUrl);
      return route;
    },
    query: (path) => queries.get(path),
  };
}

function unknownMessage(typeUrl: string): AppError {
  return sdkErrors.unknownRequest(
    `no message handler found for ${JSON.stringify(typeUrl.slice(0, 128))}: unknown request`,
  );
}
