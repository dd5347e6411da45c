/** Most snapshots of a model, whatever the parameter says: each is read when the model and its index are registered. */
export const MAX_SNAPSHOTS = 64;

/** Bounds of texts in UTF-8 bytes. */
export const MAX_ENCODER_BYTES = 64;
export const MAX_LICENCE_BYTES = 64;

/** Largest page of a query, and the page when none is asked for: a model holds its labels, up to 32 KiB. */
export const MAX_PAGE = 100;
