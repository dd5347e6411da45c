import { blockIdToJson, blockToJson, headerToJson, type JsonObject, upperHex } from "../../chain/codec/comet-json.ts";
import { toBase64 } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { type Attributes, attributesOf } from "../index/index.ts";
import { eventToJson, paramUpdatesToJson, txResultToEventJson, validatorUpdateToJson } from "./abci-json.ts";
import type { CommittedEvent } from "./backend.ts";

/** Something that subscribers can ask for, as CometBFT names and spells it. */
export interface ChainEvent {
  readonly attributes: Attributes;
  /** `data` of the notification, made when the first subscriber matches. */
  readonly data: () => string;
}

/** The events of a block in CometBFT's order. */
export function chainEvents(event: CommittedEvent): ChainEvent[] {
  const { block, response } = event;
  const ofBlock = attributesOf(response.events);
  const height = ["block.height", String(block.header.height)] as const;
  const events = [
    chainEvent("NewBlock", ofBlock, () => newBlock(event)),
    chainEvent("NewBlockHeader", new Map(), () => ({ header: headerToJson(block.header) })),
    chainEvent("NewBlockEvents", withAttributes(ofBlock, height), () => newBlockEvents(event)),
    ...block.txs.map((_, index) => txEvent(event, index)),
  ];
  if (response.validatorUpdates.length > 0) {
    const updates = () => ({ validator_updates: response.validatorUpdates.map(validatorUpdateToJson) });
    events.push(chainEvent("ValidatorSetUpdates", new Map(), updates));
  }
  return events;
}

function chainEvent(kind: string, attributes: Attributes, value: () => JsonObject): ChainEvent {
  let text: string | undefined;
  return {
    attributes: withAttributes(attributes, ["tm.event", kind]),
    data: () => (text ??= JSON.stringify({ type: `tendermint/event/${kind}`, value: value() })),
  };
}

function withAttributes(attributes: Attributes, ...added: readonly (readonly [string, string])[]): Attributes {
  return new Map([...attributes, ...added.map(([key, value]) => [key, [value]] as const)]);
}

function txEvent({ block, response }: CommittedEvent, index: number): ChainEvent {
  const tx = block.txs[index] as Uint8Array;
  const result = response.txResults[index];
  const height = String(block.header.height);
  const attributes = withAttributes(
    attributesOf(result?.events ?? []),
    ["tx.hash", upperHex(sha256(tx))],
    ["tx.height", height],
  );
  return chainEvent("Tx", attributes, () => ({
    TxResult: {
      height,
      ...(index === 0 ? {} : { index }),
      tx: toBase64(tx),
      result: result ? txResultToEventJson(result) : {},
    },
  }));
}

function newBlock({ block, blockId, response }: CommittedEvent): JsonObject {
  const params = paramUpdatesToJson(response.consensusParamUpdates);
  return {
    block: blockToJson(block),
    block_id: blockIdToJson(blockId),
    result_finalize_block: {
      ...(response.events.length === 0 ? {} : { events: response.events.map(eventToJson) }),
      ...(response.txResults.length === 0 ? {} : { tx_results: response.txResults.map(txResultToEventJson) }),
      validator_updates: response.validatorUpdates.map(validatorUpdateToJson),
      ...(params && { consensus_param_updates: params }),
      app_hash: toBase64(response.appHash),
    },
  };
}

function newBlockEvents({ block, response }: CommittedEvent): JsonObject {
  return {
    height: String(block.header.height),
    events: response.events.map(eventToJson),
    num_txs: String(block.txs.length),
  };
}
