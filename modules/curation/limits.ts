/** Largest panel, whatever the parameter says: each seat is a signature's worth of state per contribution. */
export const MAX_PANEL_SIZE = 31;

/** Most curators, whatever the parameter says: every draw of a panel ranks all of them. */
export const MAX_CURATORS = 256;

/** Bytes of the bitmap of the largest contribution: 1,024 items. */
export const MAX_BITMAP_BYTES = 128;
