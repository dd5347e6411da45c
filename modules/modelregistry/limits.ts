/** Most snapshots of a model, whatever the parameter says: each is read when the model and its index are registered. */
export const MAX_SNAPSHOTS = 64;

/** Bounds of texts in UTF-8 bytes. */
export const MAX_ENCODER_BYTES = 64;
export const MAX_LICENCE_BYTES = 64;

/** Page of a query when none is asked for, and the largest. */
export const DEFAULT_PAGE = 100;
export const MAX_PAGE = 1_000;
