/** Subsets that a validator retrains on: each costs about as much as the model's own head. */
export const CHECKED_SUBSETS = 2;

/** Outputs (subsets x queries) of one report: 4 MiB of evidence. */
export const MOST_OUTPUTS = 2 ** 20;

/** Row scores that predictions add up: seconds of one thread. */
export const MOST_SUMS = 2 ** 32;
