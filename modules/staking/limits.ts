/** Past heights whose consensus set can be asked for: longer than any claim is open. */
export const RING_HEIGHTS = 64;

/** Longest moniker in bytes (x/staking's `MaxMonikerLength`). */
export const MAX_MONIKER_BYTES = 70;

/** Blocks from the end of block H to the first block that the changed set signs (H + 2, as in CometBFT). */
export const UPDATE_DELAY = 2;
