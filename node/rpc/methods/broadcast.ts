import { ExecTxResult, type ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import { type JsonObject, upperHex } from "../../../chain/codec/comet-json.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { txResultToJson } from "../abci-json.ts";
import { failed, invalidParams, unknownMethod } from "../errors.ts";
import { type Routes, type RpcContext, route } from "../route.ts";

// Transactions on their way into a block.

export const broadcastRoutes: Routes = {
  broadcast_tx_sync: route({ tx: "bytes" }, async ({ backend }, params) => {
    const tx = requireTx(params.tx);
    return accepted(tx, await backend.addTx(tx));
  }),

  broadcast_tx_async: route({ tx: "bytes" }, ({ backend, log }, params) => {
    const tx = requireTx(params.tx);
    backend.addTx(tx).catch((error: unknown) => log.warn({ reason: String(error) }, "broadcast_tx_async failed"));
    return { code: 0, data: "", log: "", codespace: "", hash: upperHex(sha256(tx)) };
  }),

  broadcast_tx_commit: route({ tx: "bytes" }, (context, params) => broadcastCommit(context, requireTx(params.tx))),

  check_tx: route({ tx: "bytes" }, async ({ backend }, params) => {
    return txResultToJson(await backend.checkTx(requireTx(params.tx)));
  }),

  broadcast_evidence: route({ evidence: "text" }, () => {
    throw unknownMethod("broadcast_evidence is not supported: validators find and gossip evidence themselves");
  }),
};

function requireTx(tx: Uint8Array | undefined): Uint8Array {
  if (!tx || tx.length === 0) throw invalidParams("tx must be the bytes of a transaction");
  return tx;
}

function accepted(tx: Uint8Array, check: ResponseCheckTx): JsonObject {
  const { code, data, log, codespace } = check;
  return { code, data: upperHex(data), log, codespace, hash: upperHex(sha256(tx)) };
}

/** Waits for the block. A refusal by CheckTx is an answer with height 0, as in CometBFT. */
async function broadcastCommit({ backend, waits }: RpcContext, tx: Uint8Array): Promise<JsonObject> {
  const hash = sha256(tx);
  const { place, cancel } = waits.wait(hash);
  try {
    const check = await backend.addTx(tx);
    const known = { check_tx: txResultToJson(check), hash: upperHex(hash) };
    if (check.code !== 0) return { ...known, tx_result: txResultToJson(ExecTxResult.fromPartial({})), height: "0" };
    const { event, index } = await place;
    const result = event.response.txResults[index];
    if (!result) throw failed(`transaction ${index} of block ${event.block.header.height} has no result`);
    return { ...known, tx_result: txResultToJson(result), height: String(event.block.header.height) };
  } finally {
    cancel();
  }
}
