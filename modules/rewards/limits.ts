/** Entries of one page of a query. */
export const MAX_PAGE = 1_000;

/** Snapshots whose held-out ledgers one claim may name: each is one record of up to 1,024 contributions to read. */
export const MAX_CLAIMED_SNAPSHOTS = 16;

/** Most that the token pool and the flat share take together, in basis points: influence decides at least half. */
export const MAX_BESIDE_INFLUENCE = 5_000;

/** Longest id or address that a query may name: bech32 addresses and hex hashes are shorter. */
export const MAX_KEY_LENGTH = 128;
