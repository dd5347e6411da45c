import type { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import { base64OrNull, queryToJson } from "../abci-json.ts";
import { failed } from "../errors.ts";
import { type Routes, route } from "../route.ts";

// The application's state.

/** Longest path: a gRPC method name; the data is bounded by the request. */
const MAX_PATH_LENGTH = 512;

export const abciRoutes: Routes = {
  abci_info: route({}, async ({ backend }) => {
    const { height, appHash } = backend.status();
    const version = await backend.query({ path: "/app/version", data: new Uint8Array(0), height: 0n, prove: false });
    return {
      response: {
        data: "openledger",
        version: new TextDecoder().decode(version.value),
        app_version: String(backend.genesis.consensusParams.version.app),
        last_block_height: String(height),
        last_block_app_hash: base64OrNull(appHash),
      },
    };
  }),

  abci_query: route({ path: "text", data: "hex", height: "integer", prove: "flag" }, async ({ backend }, params) => {
    const { path = "", data = new Uint8Array(0), height = 0, prove = false } = params;
    if (path.length > MAX_PATH_LENGTH) throw failed(`path has ${path.length} characters, at most ${MAX_PATH_LENGTH}`);
    if (height < 0) throw failed(`height must be non-negative, but got ${height}`);
    const request: RequestQuery = { path, data, height: BigInt(height), prove };
    const answeredAt = backend.height();
    const response = await backend.query(request);
    // Clients take height 0 for no answer; an application that names none answered from its latest state.
    return { response: queryToJson(response, response.height || BigInt(height || answeredAt)) };
  }),
};
