import { InfluenceError } from "../errors.ts";
import { type Parameter, sizeOf } from "../graph/index.ts";
import { MOST_BLOCKS, MOST_SIDE, MOST_WEIGHTS } from "./limits.ts";
import type { Block } from "./types.ts";

/** Places of blocks of these shapes, one after the other. */
export function placed(shapes: readonly { readonly rows: number; readonly columns: number }[]): Block[] {
  let start = 0;
  return shapes.map(({ rows, columns }) => {
    const block = { start, rows, columns };
    start += rows * columns;
    return block;
  });
}

export function gradientSize(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}

/** Throws InfluenceError bad-shape. */
export function blocksOf(parameters: readonly Parameter[]): Block[] {
  const size = parameters.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  if (parameters.length < 1 || parameters.length > MOST_BLOCKS || size > MOST_WEIGHTS) {
    throw new InfluenceError("bad-shape", `an adapter of ${parameters.length} factors with ${size} weights`);
  }
  return placed(
    parameters.map(({ name, dims }) => {
      if (dims.length !== 2) throw new InfluenceError("bad-shape", `${name} is no matrix: only adapters are indexed`);
      return { rows: dims[0]!, columns: dims[1]! };
    }),
  );
}

/** Whether a side of a factor is turned into its eigenbasis. */
export function isTurned(side: number): boolean {
  return side <= MOST_SIDE;
}
