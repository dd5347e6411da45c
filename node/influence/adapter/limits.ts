/** Checkpoints of a training that an index looks at. */
export const MOST_VIEWS = 4;
/** Coordinates that a row keeps of a view: 4,096 x 4 views x 127 x 127 leaves 25 bits of a score for exponents. */
export const MOST_COORDINATES = 4096;
/** Measured on tiny Shakespeare: half of the coordinates keep .98 of the LDS of all. */
export const DEFAULT_COORDINATES = 2048;
/** How far a row's exponent of a view may lie above the least, and a query's view above the least of its views. */
export const EXPONENT_RANGE = 12;
/** A side of a factor that is longer stays as it is: its eigenvectors would take minutes and megabytes. */
export const MOST_SIDE = 1024;
/** Low-rank factors of an adapter, and weights: an index holds them for every view. */
export const MOST_BLOCKS = 8192;
export const MOST_WEIGHTS = 2 ** 23;
/** Every pair of rows is compared for look-alikes. */
export const MOST_ROWS = 200_000;
/** Tokens of one row: a book. */
export const MOST_ROW_TOKENS = 2 ** 20;
/** Windows of a row in one execution of the graph. */
export const WINDOWS_AT_ONCE = 16;
/** Rows whose gradients are asked for at a time. */
export const ROWS_AT_ONCE = 32;
/** Gradients of one view are kept in memory up to this many bytes, and computed again beyond it. */
export const KEPT_GRADIENT_BYTES = 2 ** 29;
/** Dampings relative to the mean eigenvalue of a factor, in units of 2^-40, that a selection may choose from. */
export const DAMPING_GRIDS: readonly number[] = [0.01, 0.1, 1, 10].map((damping) =>
  Math.floor(damping * 2 ** 40 + 0.5),
);
/** 0.1: best of five for the same method in floats (`lds-decoder`), and what an index has that nobody measured. */
export const DEFAULT_DAMPING_GRID: number = DAMPING_GRIDS[1]!;
/** Orders of a row's words that its text is compared with; each costs a third of a gradient. */
export const SHUFFLES = 8;
/** A word order of 1: shuffled, the text is twice as unlikely. */
export const ORDER_ONE = 4096;
/** Two bytes of a row. */
export const ORDER_LIMIT = 8191;
/** Shingles that more texts hold don't count for likeness: the texts that share one are compared pairwise. */
export const MOST_HOLDERS = 1024;
