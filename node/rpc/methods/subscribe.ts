import { type Routes, streamingRoute } from "../route.ts";

// Events over a WebSocket.

export const subscribeRoutes: Routes = {
  subscribe: streamingRoute({ query: "text" }, ({ session, requestId }, { query = "" }) => {
    session.subscribe(query, requestId);
    return {};
  }),
  unsubscribe: streamingRoute({ query: "text" }, ({ session }, { query = "" }) => {
    session.unsubscribe(query);
    return {};
  }),
  unsubscribe_all: streamingRoute({}, ({ session }) => {
    session.unsubscribeAll();
    return {};
  }),
};
