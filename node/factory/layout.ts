import { DEPTH_STEP, TILE } from "../influence/kernel/gemm.ts";
import { RESERVED_BYTES } from "./crew.ts";

/** Rows of one chunk of the feature panels: 256 x 512 doubles are 1 MiB, half of a usual second-level cache. */
export const CHUNK_ROWS = 256;

/**
 * Where one training set and its working arrays lie in a crew's memory. All places are indices of doubles.
 * "Row panels" hold [row / 4][dim][row % 4], "feature panels" [chunk][dim / 4][row in chunk][dim % 4], so that the
 * kernel reads both operands of every product in sequence.
 */
export interface Layout {
  readonly rows: number;
  readonly dims: number;
  readonly classes: number;
  readonly paddedRows: number;
  readonly paddedClasses: number;
  readonly rowPanels: number;
  readonly featurePanels: number;
  /** Row-major paddedRows x paddedClasses: logits, then probabilities. */
  readonly probabilities: number;
  /** [chunk][class / 4][row in chunk][class % 4]: p - y. */
  readonly residuals: number;
  readonly losses: number;
  /** Int32 index of the rows' labels. */
  readonly labels: number;
  /** [class / 4][dim][class % 4]. */
  readonly weights: number;
  /** Row-major paddedClasses x dims. */
  readonly gradient: number;
  /** Per worker: a scaled chunk of feature panels and a dims x dims matrix. */
  readonly scratch: number;
  readonly scratchStride: number;
  /** First free double. */
  readonly end: number;
}

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

export function layoutOf(rows: number, dims: number, classes: number, scratches: number): Layout {
  const paddedRows = roundUp(rows, DEPTH_STEP);
  const paddedClasses = roundUp(classes, TILE);
  let end = RESERVED_BYTES / 8;
  const take = (count: number) => {
    const place = end;
    end = roundUp(end + count, 8);
    return place;
  };
  const scratchStride = roundUp(CHUNK_ROWS * dims + dims * dims, 8);
  return {
    rows,
    dims,
    classes,
    paddedRows,
    paddedClasses,
    rowPanels: take(paddedRows * dims),
    featurePanels: take(paddedRows * dims),
    probabilities: take(paddedRows * paddedClasses),
    residuals: take(paddedRows * paddedClasses),
    losses: take(paddedRows),
    labels: 2 * take(paddedRows / 2),
    weights: take(paddedClasses * dims),
    gradient: take(paddedClasses * dims),
    scratch: take(scratches * scratchStride),
    scratchStride,
    end,
  };
}

/** First row and padded depth of every chunk. */
export function chunksOf(layout: Layout): readonly { readonly start: number; readonly depth: number }[] {
  const count = Math.ceil(layout.paddedRows / CHUNK_ROWS);
  return Array.from({ length: count }, (_, i) => ({
    start: i * CHUNK_ROWS,
    depth: Math.min(CHUNK_ROWS, layout.paddedRows - i * CHUNK_ROWS),
  }));
}

/** Places one row's features in both panel forms. */
export function placeRow(doubles: Float64Array, layout: Layout, row: number, features: Float64Array): void {
  const { dims, paddedRows } = layout;
  const rowBase = layout.rowPanels + Math.floor(row / TILE) * dims * TILE + (row % TILE);
  const start = Math.floor(row / CHUNK_ROWS) * CHUNK_ROWS;
  const depth = Math.min(CHUNK_ROWS, paddedRows - start);
  const chunkBase = layout.featurePanels + start * dims + (row - start) * TILE;
  for (let k = 0; k < dims; k++) {
    doubles[rowBase + k * TILE] = features[k]!;
    doubles[chunkBase + Math.floor(k / TILE) * depth * TILE + (k % TILE)] = features[k]!;
  }
}

/** Row-major classes x dims weights into the kernel's panels. */
export function placeWeights(doubles: Float64Array, layout: Layout, weights: Float64Array): void {
  for (let c = 0; c < layout.classes; c++) {
    const base = layout.weights + Math.floor(c / TILE) * layout.dims * TILE + (c % TILE);
    for (let k = 0; k < layout.dims; k++) doubles[base + k * TILE] = weights[c * layout.dims + k]!;
  }
}
