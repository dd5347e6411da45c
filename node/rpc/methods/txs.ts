import { type JsonObject, txProofToJson, upperHex } from "../../../chain/codec/comet-json.ts";
import { toBase64 } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { txProofs } from "../../../chain/types/block.ts";
import { type Position, parseQuery } from "../../index/index.ts";
import { txResultToJson } from "../abci-json.ts";
import type { NodeBackend } from "../backend.ts";
import { failed } from "../errors.ts";
import { MAX_ANSWER_BYTES } from "../limits.ts";
import { ordered, pageOf } from "../paging.ts";
import { type Routes, route } from "../route.ts";
import { blockJson } from "./blocks.ts";

// Transactions and blocks by hash and by event.

export const txRoutes: Routes = {
  tx: route({ hash: "bytes", prove: "flag" }, async ({ backend, index }, { hash, prove = false }) => {
    if (hash?.length !== 32) throw failed(`hash must be 32 bytes, got ${hash?.length ?? 0}`);
    const position = await index.find(hash);
    if (!position) throw failed(`tx (${upperHex(hash)}) not found`);
    return (await txsJson(backend, [position], prove))[0] as JsonObject;
  }),

  tx_search: route(
    { query: "text", prove: "flag", page: "integer", per_page: "integer", order_by: "text" },
    async ({ backend, index }, { query = "", prove = false, order_by, ...page }) => {
      const found = ordered(await index.searchTxs(parseQuery(query)), order_by, "asc");
      return { txs: await txsJson(backend, pageOf(found, page), prove), total_count: String(found.length) };
    },
  ),

  block_search: route(
    { query: "text", page: "integer", per_page: "integer", order_by: "text" },
    async ({ backend, index }, { query = "", order_by, ...page }) => {
      const found = ordered(await index.searchBlocks(parseQuery(query)), order_by, "desc");
      const budget = answerBudget();
      const blocks: JsonObject[] = [];
      for (const height of pageOf(found, page)) {
        budget((await backend.block(height))?.bytes ?? 0);
        blocks.push(await blockJson(backend, height));
      }
      return { blocks, total_count: String(found.length) };
    },
  ),
};

/** The transactions at these positions; each block is read once for neighbours in it. */
async function txsJson(backend: NodeBackend, positions: readonly Position[], prove: boolean): Promise<JsonObject[]> {
  const budget = answerBudget();
  const answers: JsonObject[] = [];
  let current: Awaited<ReturnType<typeof loadBlock>> | undefined;
  for (const { height, index } of positions) {
    if (current?.height !== height) {
      current = await loadBlock(backend, height, prove);
      budget(current.bytes);
    }
    const { block, response, proofs } = current;
    const [tx, result, proof] = [block.txs[index], response.txResults[index], proofs?.[index]];
    if (!tx || !result) throw failed(`transaction ${index} of block ${height} is not stored`);
    answers.push({
      hash: upperHex(sha256(tx)),
      height: String(height),
      index,
      tx_result: txResultToJson(result),
      tx: toBase64(tx),
      ...(proof && { proof: txProofToJson(tx, proof, block.header.dataHash) }),
    });
  }
  return answers;
}

async function loadBlock(backend: NodeBackend, height: number, prove: boolean) {
  const [stored, response] = await Promise.all([backend.block(height), backend.finalizeResponse(height)]);
  if (!stored || !response) throw failed(`block ${height} is no longer stored; another node may have it`);
  const { block, bytes } = stored;
  return { height, block, bytes, response, proofs: prove ? txProofs(block.txs) : undefined };
}

function answerBudget(): (bytes: number) => void {
  let left = MAX_ANSWER_BYTES;
  return (bytes) => {
    left -= bytes;
    if (left < 0)
      throw failed(`the page holds more than ${MAX_ANSWER_BYTES} bytes of blocks; ask for a smaller per_page`);
  };
}
