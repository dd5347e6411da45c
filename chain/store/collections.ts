/** Typed key tables: the only way modules touch keys. */
export type { KeyCodec, ValueCodec } from "./collections/codec.ts";
export { type Index, index, indexedMap, type KeySet, keySet } from "./collections/indexed.ts";
export { type ItemTable, item, type Sequence, sequence } from "./collections/item.ts";
export {
  bytesKey,
  fixedBytesKey,
  numberKey,
  rawBytesKey,
  rawStringKey,
  stringKey,
  uint32Key,
  uint64Key,
} from "./collections/keys.ts";
export { type MapTable, map, type TableRange } from "./collections/map.ts";
export { type PairCodec, pair, type TripleCodec, triple } from "./collections/tuples.ts";
export {
  amountValue,
  boolValue,
  bytesValue,
  numberValue,
  type ProtoCodec,
  protoValue,
  stringValue,
  uint64Value,
  unitValue,
} from "./collections/values.ts";
