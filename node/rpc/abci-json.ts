import type {
  Event,
  ExecTxResult,
  ResponseCheckTx,
  ResponseFinalizeBlock,
  ResponseQuery,
  ValidatorUpdate,
} from "cosmjs-types/tendermint/abci/types";
import type { JsonObject } from "../../chain/codec/comet-json.ts";
import { toBase64 } from "../../chain/crypto/bytes.ts";

// ABCI answers in CometBFT v0.38's JSON: absent bytes are null, 64-bit integers decimal strings.

export function base64OrNull(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : toBase64(bytes);
}

export function eventToJson({ type, attributes }: Event): JsonObject {
  return { type, attributes: attributes.map(({ key, value, index }) => ({ key, value, index })) };
}

/** A transaction's result as `tx`, `tx_search`, `block_results` and `broadcast_tx_commit` show it. */
export function txResultToJson(result: ExecTxResult | ResponseCheckTx): JsonObject {
  return {
    code: result.code,
    data: base64OrNull(result.data),
    log: result.log,
    info: result.info,
    gas_wanted: String(result.gasWanted),
    gas_used: String(result.gasUsed),
    events: result.events.map(eventToJson),
    codespace: result.codespace,
  };
}

/** The same inside subscription events, where CometBFT leaves out what is zero. */
export function txResultToEventJson(result: ExecTxResult): JsonObject {
  const { code, data, log, info, gasWanted, gasUsed, events, codespace } = result;
  return {
    ...(code === 0 ? {} : { code }),
    ...(data.length === 0 ? {} : { data: toBase64(data) }),
    ...(log === "" ? {} : { log }),
    ...(info === "" ? {} : { info }),
    ...(gasWanted === 0n ? {} : { gas_wanted: String(gasWanted) }),
    ...(gasUsed === 0n ? {} : { gas_used: String(gasUsed) }),
    ...(events.length === 0 ? {} : { events: events.map(eventToJson) }),
    ...(codespace === "" ? {} : { codespace }),
  };
}

export function queryToJson(response: ResponseQuery, height: bigint): JsonObject {
  const ops = response.proofOps?.ops.map(({ type, key, data }) => ({ type, key: toBase64(key), data: toBase64(data) }));
  return {
    code: response.code,
    log: response.log,
    info: response.info,
    index: String(response.index),
    key: base64OrNull(response.key),
    value: base64OrNull(response.value),
    proofOps: ops ? { ops } : null,
    height: String(height),
    codespace: response.codespace,
  };
}

export function validatorUpdateToJson({ pubKey, power }: ValidatorUpdate): JsonObject {
  const value = { ed25519: toBase64(pubKey?.ed25519 ?? new Uint8Array(0)) };
  return {
    pub_key: { Sum: { type: "tendermint.crypto.PublicKey_Ed25519", value } },
    ...(power === 0n ? {} : { power: String(power) }),
  };
}

type ParamsUpdate = NonNullable<ResponseFinalizeBlock["consensusParamUpdates"]>;

/** Parameters that a block changed; null for none. */
export function paramUpdatesToJson(params: ParamsUpdate | undefined): JsonObject | null {
  if (!params) return null;
  const { block, evidence, validator, version, abci } = params;
  const nanos = evidence && evidence.maxAgeDuration.seconds * 1_000_000_000n + BigInt(evidence.maxAgeDuration.nanos);
  return {
    ...(block && { block: { max_bytes: String(block.maxBytes), max_gas: String(block.maxGas) } }),
    ...(evidence && {
      evidence: {
        max_age_num_blocks: String(evidence.maxAgeNumBlocks),
        max_age_duration: String(nanos),
        max_bytes: String(evidence.maxBytes),
      },
    }),
    ...(validator && { validator: { pub_key_types: validator.pubKeyTypes } }),
    ...(version && { version: { app: String(version.app) } }),
    ...(abci && { abci: { vote_extensions_enable_height: String(abci.voteExtensionsEnableHeight) } }),
  };
}
