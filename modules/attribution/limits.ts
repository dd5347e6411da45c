/** Largest vote extension: a root and a reveal of 32 bytes each with their tags take 68. */
export const MAX_EXTENSION_BYTES = 96;

/** Committees up to this size answer for each other inside the leaf; beyond it that would grow with its square. */
export const MAX_PEER_COMMITTEE = 7;

/** Largest committee, the validators with the most power: it is part of every claim's record. */
export const MAX_COMMITTEE = 128;

/** Deepest path of a leaf: 4,096 leaves under one root, the rail of `max_open_claims`. */
export const MAX_LEAF_AUNTS = 12;

/** Largest encoded Opening: fixed fields (about 130), six peer sketches (90), twelve aunts (410), with room to spare. */
export const MAX_OPENING_BYTES = 1_024;

/** Largest opening of a claim's payload: a result has 3 class vectors of d = 512 and 32 entries, about 2.3 KiB. */
export const MAX_CLAIM_OPENING_BYTES = 8 * 1_024;

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

/** Entries of one page of a query. */
export const MAX_PAGE = 1_000;
