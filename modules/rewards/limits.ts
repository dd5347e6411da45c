/** Entries of one page of a query. */
export const MAX_PAGE = 1_000;

/** Longest id or address that a query may name: bech32 addresses and hex hashes are shorter. */
export const MAX_KEY_LENGTH = 128;
