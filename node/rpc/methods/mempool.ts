import type { JsonObject } from "../../../chain/codec/comet-json.ts";
import { toBase64 } from "../../../chain/crypto/bytes.ts";
import type { NodeBackend } from "../backend.ts";
import { pageSize } from "../paging.ts";
import { type Routes, route } from "../route.ts";

// Transactions that wait for a block.

export const mempoolRoutes: Routes = {
  unconfirmed_txs: route({ limit: "integer" }, ({ backend }, { limit }) => {
    const txs = backend.mempool().txs(pageSize(limit));
    return { ...sizes(backend, txs.length), txs: txs.map(toBase64) };
  }),
  num_unconfirmed_txs: route({}, ({ backend }) => ({ ...sizes(backend, backend.mempool().count), txs: null })),
};

function sizes(backend: NodeBackend, shown: number): JsonObject {
  const { count, bytes } = backend.mempool();
  return { n_txs: String(shown), total: String(count), total_bytes: String(bytes) };
}
