/** Most snapshots of a job, whatever the parameter says: each is read when the job is created and when a bond is forfeited. */
export const MAX_SNAPSHOTS = 64;

/** UTF-8 bytes of the name of a base: an encoder's or a model's id. */
export const MAX_BASE_BYTES = 128;

/** Blobs of a base: graph and tokenizer of an encoder with its specification, or of a decoder. */
export const MAX_BASE_BLOBS = 8;

/** One in losses and scores: units of 2^-24, the grid of training. */
export const GRID_ONE = 16_777_216;

/** Largest loss, step and count of steps: exact as a number in every client. */
export const MAX_SAFE = 9_007_199_254_740_991;

/** Basis points of the whole. */
export const BASIS_POINTS = 10_000;

/** Blocks until a dispute that could not begin (no room for its claim), or a payout under challenge, is tried again. */
export const DISPUTE_RETRY_BLOCKS = 5;

/** Entries of one page of a query: a job may hold 64 snapshot ids, about 3 KiB. */
export const MAX_PAGE = 500;
