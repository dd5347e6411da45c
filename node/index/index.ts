export { attributesOf } from "./attributes.ts";
export { IndexError, type IndexErrorCode } from "./errors.ts";
export type { Position } from "./keys.ts";
export { MAX_QUERY_LENGTH } from "./limits.ts";
export { type Attributes, matches } from "./query/match.ts";
export { type Condition, parseQuery, type Query } from "./query/parse.ts";
export { type IndexSource, TxIndex, type TxIndexPorts } from "./tx-index.ts";
