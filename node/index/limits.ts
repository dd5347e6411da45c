/** Limits of the index, each with its reason. */

/** A value longer than this is stored under its beginning and its hash: level keys are kept in memory while reading. */
export const MAX_KEY_VALUE_BYTES = 256;
/** Entries read from disk at once while searching. */
export const SCAN_CHUNK = 1_000;
/** Entries that one search may read; beyond, the caller is asked for a narrower query. About a second of work. */
export const MAX_SCANNED = 500_000;
/** Writes of one batch while catching up, so that a long rebuild needs few syncs and bounded memory. */
export const CATCH_UP_OPS = 5_000;
/** Heights between two lines in the log while catching up. */
export const CATCH_UP_LOG_EVERY = 10_000;
/** Length of a query, as in CometBFT. */
export const MAX_QUERY_LENGTH = 512;
/** Conditions of a query: each is one search. */
export const MAX_CONDITIONS = 16;
/** Digits of a number in a query or an attribute: 2^256 has 78. */
export const MAX_DIGITS = 80;
