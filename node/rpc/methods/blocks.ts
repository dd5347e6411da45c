import {
  blockIdToJson,
  blockMetaToJson,
  blockToJson,
  commitToJson,
  headerToJson,
  type JsonObject,
} from "../../../chain/codec/comet-json.ts";
import { NIL_BLOCK_ID } from "../../../chain/types/block-id.ts";
import { base64OrNull, eventToJson, paramUpdatesToJson, txResultToJson, validatorUpdateToJson } from "../abci-json.ts";
import type { NodeBackend } from "../backend.ts";
import { failed } from "../errors.ts";
import { resolveHeight } from "../heights.ts";
import { MAX_BLOCK_METAS } from "../limits.ts";
import { type Routes, route } from "../route.ts";

// Stored blocks, their commits and results.

export const blockRoutes: Routes = {
  block: route({ height: "integer" }, async ({ backend }, { height }) => {
    return blockJson(backend, resolveHeight(backend, height));
  }),

  block_by_hash: route({ hash: "bytes" }, async ({ backend }, { hash }) => {
    return blockJson(backend, await heightOfHash(backend, hash));
  }),

  header: route({ height: "integer" }, async ({ backend }, { height }) => {
    const stored = await backend.block(resolveHeight(backend, height));
    return { header: stored ? headerToJson(stored.block.header) : null };
  }),

  header_by_hash: route({ hash: "hex" }, async ({ backend }, { hash }) => {
    const height = await heightOfHash(backend, hash);
    const stored = height === undefined ? undefined : await backend.block(height);
    return { header: stored ? headerToJson(stored.block.header) : null };
  }),

  blockchain: route({ minHeight: "integer", maxHeight: "integer" }, ({ backend }, { minHeight, maxHeight }) => {
    return blockchain(backend, minHeight ?? 0, maxHeight ?? 0);
  }),

  commit: route({ height: "integer" }, async ({ backend }, asked) => {
    const height = resolveHeight(backend, asked.height);
    const [stored, found] = await Promise.all([backend.block(height), backend.commit(height)]);
    if (!stored || !found) throw failed(`the commit of height ${height} is not stored`);
    return {
      signed_header: { header: headerToJson(stored.block.header), commit: commitToJson(found.commit) },
      canonical: found.canonical,
    };
  }),

  block_results: route({ height: "integer" }, ({ backend }, { height }) => {
    return blockResults(backend, resolveHeight(backend, height));
  }),
};

/** As CometBFT answers a block that is not there: an empty id and null. */
export async function blockJson(backend: NodeBackend, height: number | undefined): Promise<JsonObject> {
  const stored = height === undefined ? undefined : await backend.block(height);
  if (!stored) return { block_id: blockIdToJson(NIL_BLOCK_ID), block: null };
  return { block_id: blockIdToJson(stored.blockId), block: blockToJson(stored.block) };
}

async function heightOfHash(backend: NodeBackend, hash: Uint8Array | undefined): Promise<number | undefined> {
  if (hash?.length !== 32) throw failed(`hash must be 32 bytes, got ${hash?.length ?? 0}`);
  return backend.heightOf(hash);
}

/** Metas of the highest heights in the range, newest first. */
async function blockchain(backend: NodeBackend, asked: number, until: number): Promise<JsonObject> {
  if (asked < 0 || until < 0) throw failed("heights must be non-negative");
  const last = backend.height();
  const max = Math.min(last, until || last);
  const min = Math.max(backend.base(), asked || 1, max - MAX_BLOCK_METAS + 1);
  if (min > max) throw failed(`min height ${min} can't be greater than max height ${max}`);
  const heights = Array.from({ length: max - min + 1 }, (_, i) => max - i);
  const stored = await Promise.all(heights.map((height) => backend.block(height)));
  const metas = stored.flatMap((found) => (found ? [found] : []));
  return {
    last_height: String(last),
    block_metas: metas.map(({ block, blockId, bytes }) =>
      blockMetaToJson({ blockId, blockSize: bytes, header: block.header, numTxs: block.txs.length }),
    ),
  };
}

async function blockResults(backend: NodeBackend, height: number): Promise<JsonObject> {
  const response = await backend.finalizeResponse(height);
  if (!response) throw failed(`could not find results for height #${height}`);
  const orNull = <T>(items: readonly T[], convert: (item: T) => JsonObject) =>
    items.length === 0 ? null : items.map(convert);
  return {
    height: String(height),
    txs_results: orNull(response.txResults, txResultToJson),
    finalize_block_events: orNull(response.events, eventToJson),
    validator_updates: orNull(response.validatorUpdates, validatorUpdateToJson),
    consensus_param_updates: paramUpdatesToJson(response.consensusParamUpdates),
    app_hash: base64OrNull(response.appHash),
  };
}
