import type { ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import { sha256 } from "../../chain/crypto/hash.ts";
import { type DiskOp, put } from "../../chain/store/persist/disk.ts";
import type { Block } from "../../chain/types/block.ts";
import { attributesOf } from "./attributes.ts";
import {
  BLOCK_EVENTS,
  countKey,
  type EventSpace,
  encodeCount,
  encodePosition,
  eventEntry,
  type Position,
  TX_EVENTS,
  txKey,
} from "./keys.ts";
import type { Attributes } from "./query/match.ts";

/** Writes that index one block: each transaction by hash, height and events, the block by its own events. */
export function blockOps(block: Block, response: ResponseFinalizeBlock): DiskOp[] {
  const { height } = block.header;
  const ops = [
    put(countKey(height), encodeCount(block.txs.length)),
    ...eventOps(BLOCK_EVENTS, indexed(response.events), { height, index: 0 }),
  ];
  block.txs.forEach((tx, index) => {
    const position = { height, index };
    ops.push(put(txKey(sha256(tx)), encodePosition(position)));
    ops.push(...eventOps(TX_EVENTS, indexed(response.txResults[index]?.events ?? []), position));
  });
  return ops;
}

const indexed = (events: ResponseFinalizeBlock["events"]): Attributes => attributesOf(events, (flag) => flag);

function eventOps(space: EventSpace, attributes: Attributes, position: Position): DiskOp[] {
  const ops: DiskOp[] = [];
  for (const [key, values] of attributes) {
    for (const value of new Set(values)) {
      const entry = eventEntry(space, { key, value }, position);
      ops.push(put(entry.key, entry.value));
    }
  }
  return ops;
}
