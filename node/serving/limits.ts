/**
 * Results of one transaction, and so of one block. Each brings an opening of some 2.5 kB and as many as 7 members'
 * openings into a later block (`max_opening_bytes`: 512 KiB), and work for every validator within 6 blocks.
 */
export const MAX_RESULTS_PER_TX = 32;

/** Requests that are prepared ahead of the transaction under way. */
export const MAX_PREPARED = 256;

/** Requests that this host remembers not to answer. */
export const MAX_SKIPPED = 10_000;

/** How often pending requests and open claims are looked at: a fraction of a block. */
export const POLL_MS = 400;

/** Pause after a failed look, doubled up to the second bound. */
export const RETRY_MIN_MS = 500;
export const RETRY_MAX_MS = 5_000;

/** One question to the node, and one blob. */
export const RPC_TIMEOUT_MS = 10_000;

/** A transaction that no block holds by then is looked for by its effects. */
export const TX_TIMEOUT_MS = 30_000;
export const TX_POLL_MS = 200;

/** Room over the simulated gas: state may grow between simulation and execution. */
export const GAS_FACTOR = 1.4;

/** Blocks that must be left before a request expires for an answer to be worth its bond. */
export const MIN_BLOCKS_LEFT = 2;

/** Transactions with nothing but one result that may fail before the host gives the request up. */
export const MAX_FAILURES = 3;

/** Open results that are looked at together. */
export const PARALLEL_LOOKS = 16;

/**
 * Results that wait for their tally at once. Without quorum the host worked for nothing, so that it halves its own bound
 * with every refund and raises it by one with every settled result.
 */
export const MAX_OPEN_RESULTS = 128;
export const FIRST_OPEN_RESULTS = 64;
export const MIN_OPEN_RESULTS = 8;
