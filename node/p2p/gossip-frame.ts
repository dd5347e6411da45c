import protobuf from "protobufjs/minimal.js";
import { GossipBatch } from "../../proto/gen/openledger/p2p/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { GOSSIP_FRAME_BYTES, MAX_ITEMS_PER_FRAME } from "./limits.ts";

/**
 * Why a frame breaks its form. All of them are rejected and scored down.
 *
 * - `frame-too-large`: several items in more than 64 KiB, or one item over the limit
 * - `too-many-items`: more than 512 items
 * - `no-items`, `empty-item`: nothing to check
 * - `not-canonical`: not the one encoding of a batch
 */
export type FrameFault = "frame-too-large" | "too-many-items" | "no-items" | "empty-item" | "not-canonical";

/** Bytes an item takes in a frame beside its own: tag and length. */
const ITEM_OVERHEAD_BYTES = 6;

export function encodeBatch(items: readonly Uint8Array[], salt: bigint): Uint8Array {
  return encodeBytes(GossipBatch, { items, salt });
}

/** Decodes a frame, or names its fault. Counts items before any of them is stored. */
export function decodeBatch(data: Uint8Array, maxItemBytes: number): GossipBatch | FrameFault {
  if (data.length > Math.max(maxItemBytes + 2 * ITEM_OVERHEAD_BYTES + 16, GOSSIP_FRAME_BYTES)) return "frame-too-large";
  const count = countFields(data);
  if (count === undefined) return "not-canonical";
  if (count > MAX_ITEMS_PER_FRAME + 1) return "too-many-items";
  let batch: GossipBatch;
  try {
    batch = decodeStrict(GossipBatch, data);
  } catch {
    return "not-canonical";
  }
  if (batch.items.length === 0) return "no-items";
  if (batch.items.length > MAX_ITEMS_PER_FRAME) return "too-many-items";
  if (batch.items.length > 1 && data.length > GOSSIP_FRAME_BYTES) return "frame-too-large";
  for (const item of batch.items) {
    if (item.length === 0) return "empty-item";
    if (item.length > maxItemBytes) return "frame-too-large";
  }
  return batch;
}

/** Number of top-level fields, counted up to one beyond the limit; undefined when the bytes are not protobuf. */
function countFields(data: Uint8Array): number | undefined {
  const reader = protobuf.Reader.create(data);
  let count = 0;
  try {
    while (reader.pos < reader.len && count <= MAX_ITEMS_PER_FRAME + 1) {
      reader.skipType(reader.uint32() & 7);
      count++;
    }
  } catch {
    return undefined;
  }
  return count;
}

/** Groups items so that each group fits a frame; an item over the frame size travels alone. */
export function intoFrames(items: readonly Uint8Array[]): Uint8Array[][] {
  const frames: Uint8Array[][] = [];
  let frame: Uint8Array[] = [];
  let bytes = FRAME_OVERHEAD_BYTES;
  for (const item of items) {
    const cost = item.length + ITEM_OVERHEAD_BYTES;
    if (frame.length > 0 && (bytes + cost > GOSSIP_FRAME_BYTES || frame.length >= MAX_ITEMS_PER_FRAME)) {
      frames.push(frame);
      frame = [];
      bytes = FRAME_OVERHEAD_BYTES;
    }
    frame.push(item);
    bytes += cost;
  }
  if (frame.length > 0) frames.push(frame);
  return frames;
}

/** Room for the salt. */
const FRAME_OVERHEAD_BYTES = 16;
