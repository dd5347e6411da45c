/** What `selectIndex` computes on, at most: so many rows, and the rows' halves retrained. */
const SAMPLE = 2_000;
const DAMPINGS = 5;
const RETRAININGS = 12;
/** Iterations of a retraining of half of the sample, each with a product forwards and one backwards. */
const PASSES = 2 * 100;

/**
 * Multiply-adds of choosing an index by measurement: for every ridge a curvature and its inverse a class over a sample of the
 * rows, and the retrainings that they are compared with.
 */
export function selectionWork({
  rows,
  classes,
  dims,
}: {
  readonly rows: number;
  readonly classes: number;
  readonly dims: number;
}): number {
  const sample = Math.min(rows, SAMPLE);
  const curvatures = DAMPINGS * classes * ((sample * dims * dims) / 2 + dims ** 3 / 2);
  return curvatures + (RETRAININGS * PASSES * sample * classes * dims) / 2;
}

/** A minute on two cores that other work keeps busy. */
const QUICK = 2 ** 37;

/** Whether choosing an index by measurement takes no more than about a minute. */
export function isSelectionQuick(size: Parameters<typeof selectionWork>[0]): boolean {
  return selectionWork(size) <= QUICK;
}
