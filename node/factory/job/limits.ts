/** Steps of a job: a log with a curve of so many points has 40 MB. */
export const MOST_STEPS = 1_000_000;
/** Checkpoints of a job: each is a leaf of the log and a state on disk. */
export const MOST_CHECKPOINTS = 10_000;
/** Trained weights of a job: states of 12 bytes a weight stay below 400 MB. */
export const MOST_WEIGHTS = 2 ** 25;
/** Samples of one step, and tokens of one sample. */
export const MOST_BATCH = 65_536;
export const MOST_CONTEXT = 8_192;
export const MOST_EPOCHS = 10_000;
export const MOST_SOURCES = 1_024;
export const MOST_LABELS = 4_096;
export const MOST_TARGETS = 4_096;
export const MOST_RANK = 1_024;
/** Weights and gradients: 2^-24 leaves weights below 128 in an int32; coarser grids train worse, finer ones do not fit. */
export const LEAST_GRID_BITS = 16;
export const MOST_GRID_BITS = 28;
/** Bytes of a manifest, of a log. */
export const MOST_MANIFEST_BYTES = 1024 * 1024;
export const MOST_LOG_BYTES = 64 * 1024 * 1024;
/** A state is hashed in chunks of this size. */
export const STATE_CHUNK_BYTES = 65_536;
/**
 * Half width of the zone around a rounding boundary in which a choice is logged, in grid units: 2^-42 on the 2^-24 grid, a
 * hundred times what two float64 programs differ by on a gradient of size 1. A verifier accepts within twice as much, so
 * that a value just inside one machine's zone and just outside another's fails nobody.
 */
export const ROUNDING_EPSILON: number = 2 ** -18;
