/** Longest computation that can ever be disputed: three times the factory's, and far below the safe integers. */
export const MOST_STEPS = 2 ** 22;

/** Longest merkle path of an answer: 2^40 checkpoints. */
export const MAX_AUNTS = 40;

/** Most disputes that may be under way at a time. */
export const MOST_OPEN_DISPUTES = 4_096;

/** Longest time for one move: a day of one-second blocks. */
export const MAX_MOVE_BLOCKS = 86_400;

/** Longest time that remains for another challenge after one found no quorum. */
export const MAX_GRACE_BLOCKS = 86_400;

/** Most of a lost bond that goes to the other side: nobody earns by losing to a friend. */
export const MAX_WINNER_BPS = 5_000;

/** Disputes in the answer to one query. */
export const MAX_PAGE = 100;
