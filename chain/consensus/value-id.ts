import { type BlockId, blockIdKey } from "../types/block-id.ts";

/** What the round rules know of a block: a name that is equal exactly for equal block ids. */
export type ValueId = string;

/** The value of a vote for no block. */
export const NIL: ValueId = "";

// Ids of decoded messages are compared many times; the text is made once an object.
const names = new WeakMap<BlockId, ValueId>();

export function valueId(blockId: BlockId): ValueId {
  let name = names.get(blockId);
  if (name === undefined) {
    name = blockIdKey(blockId);
    names.set(blockId, name);
  }
  return name;
}
