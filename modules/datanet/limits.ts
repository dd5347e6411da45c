/** Most items of a contribution, whatever the parameter says: a bitmap of 128 bytes and a panel that reads them all. */
export const MAX_ITEMS = 1_024;

/** Most parents of a contribution (invariant I12). */
export const MAX_PARENTS = 16;

/** Most distinct ancestors of a contribution (I12): what a reveal may have to walk. */
export const MAX_ANCESTORS = 1_024;

/** Most contributions of a window, whatever the parameter says: a snapshot lists them all in one record. */
export const MAX_WINDOW_CONTRIBUTIONS = 1_024;

/** Contributions that end of block expires, gives a panel or counts; the rest waits for the next block. */
export const MAX_WORK_PER_BLOCK = 64;

/** Blocks from a snapshot's acceptance to the beacon that draws its held-out items: those who signed the acceptance are bound. */
export const HELD_OUT_DELAY = 3;

/** One cluster owner in this many is held out. */
export const HELD_OUT_PART = 10;

/** Snapshots whose held-out items end of block draws; the rest waits for the next block. */
export const MAX_DRAWS_PER_BLOCK = 64;

/** DataNets whose phase end of block ends; the rest waits for the next block. */
export const MAX_PHASE_ENDS_PER_BLOCK = 32;

/** Least length of a phase in blocks: one to act in. */
export const MIN_PHASE_BLOCKS = 1;

/** Bounds of texts in UTF-8 bytes. */
export const MAX_TITLE_BYTES = 128;
export const MAX_TOPIC_BYTES = 512;
export const MAX_LICENCE_BYTES = 64;
export const MAX_SOURCE_BYTES = 256;

/** Page of a query when none is asked for, and the largest of records that hold lists of their own (up to 100 KiB each). */
export const DEFAULT_PAGE = 100;

/** Largest page of contributions, and windows whose snapshots a query shows. */
export const MAX_PAGE = 1_000;

/** Most of a snapshot's bond that burns without a quorum, in basis points: half. An honest poster may meet silent validators. */
export const MAX_NO_QUORUM_BURN_BPS = 5_000;
