/** Largest vote extension: a root and a reveal of 32 bytes each with their tags take 68. */
export const MAX_EXTENSION_BYTES = 96;

/** Committees up to this size answer for everybody else; larger ones for a sample, or leaves would grow with the size. */
export const MAX_PEER_COMMITTEE = 7;

/** Most seats of a committee: it is part of every claim's record. */
export const MAX_COMMITTEE = 128;

/** Most peers that a member of a large committee answers for: 15 bytes each in an opening. */
export const MAX_PEER_SAMPLE = 16;

/** Most blocks in which roots of one claim count: at a block a second, an hour. Validators keep leaves that long. */
export const MAX_COMMIT_BLOCKS = 4_096;

/** Most blocks of the other windows. The staking ring must reach back from the seed to the post. */
export const MAX_WINDOW = 24;

/** Longest that any claim is open: what is bound to claims is kept longer. */
export const MAX_CLAIM_BLOCKS = MAX_COMMIT_BLOCKS + 2 * MAX_WINDOW;

/** Longest that an accepted claim can be disputed: 30 days of one-second blocks. */
export const MAX_HOLD_BLOCKS = 2_592_000;

/** Accepted claims whose bond one block returns. */
export const MAX_RELEASES_PER_BLOCK = 128;

/** Chunks of a blob that an availability claim is checked on: who withholds a fifth of many is caught in 97 of 100. */
export const CHALLENGED_CHUNKS = 16;

/** Bytes of a statement in clear: a report or a step, a few hashes and numbers. */
export const MAX_STATEMENT_BYTES = 1_024;

/** Most retrainings and queries of a published LDS. */
export const MAX_FIDELITY_SAMPLES = 100_000;

/** Deepest path of a leaf: 4,096 leaves under one root, the rail of `max_open_claims`. */
export const MAX_LEAF_AUNTS = 12;

/** Largest encoded Opening: fixed fields (about 130), at most sixteen peer sketches (240), twelve aunts (410), with room to spare. */
export const MAX_OPENING_BYTES = 1_024;

/**
 * Largest opening of a claim's payload. A classifier's has 3 class vectors of d = 512 and 32 entries, about 2.3 KiB; a
 * generator's up to 4 views of 4 KiB and twice 32 entries, about 18.
 */
export const MAX_CLAIM_OPENING_BYTES = 20 * 1_024;

/** Largest gossiped envelope: one opening of either kind and its framing. */
export const MAX_ENVELOPE_BYTES = MAX_CLAIM_OPENING_BYTES + 256;

/** Most votes that transaction 0 carries: CometBFT's MaxVotesCount. */
export const MAX_VOTES = 10_000;

/** Most openings of either kind in one block, a bound before any is looked at; bytes are bounded by parameter. */
export const MAX_OPENINGS_PER_BLOCK = 16_384;

/** Bytes of a claim's subject: an id in UTF-8 or a hash. */
export const MAX_SUBJECT_BYTES = 128;

/** Bytes of the algorithm name in a claim. */
export const MAX_ALGORITHM_BYTES = 64;

/** Beacons kept for queries; more than any claim's seed needs. */
export const BEACON_HISTORY = 256;

/** Preimages of one registered hash chain (DESIGN.md section 5): 12 days of one-second blocks. */
export const BEACON_CHAIN_LENGTH = 2 ** 20;

/** Heights that a validator may skip between two reveals; each costs every node one hash. */
export const MAX_BEACON_GAP = 1_024;

/** Largest fee for attesting a claim, in uopen: a thousand coins for hours of recomputation. */
export const MAX_ATTEST_FEE = 1_000_000_000;

/** Entries of one page of a query. */
export const MAX_PAGE = 1_000;
