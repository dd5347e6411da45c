import { abciRoutes } from "./methods/abci.ts";
import { blockRoutes } from "./methods/blocks.ts";
import { broadcastRoutes } from "./methods/broadcast.ts";
import { chainRoutes } from "./methods/chain.ts";
import { infoRoutes } from "./methods/info.ts";
import { mempoolRoutes } from "./methods/mempool.ts";
import { subscribeRoutes } from "./methods/subscribe.ts";
import { txRoutes } from "./methods/txs.ts";
import type { Route } from "./route.ts";

/** Every method by name. A map, so that `constructor` and the like are no methods. */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  [infoRoutes, abciRoutes, blockRoutes, chainRoutes, txRoutes, broadcastRoutes, mempoolRoutes, subscribeRoutes].flatMap(
    (routes) => Object.entries(routes),
  ),
);
