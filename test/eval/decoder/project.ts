import { SeededStream } from "../../bench/random.ts";
import type { Block, GradientView } from "./gradients.ts";

/** Signs of a side's projection to `width` axes; a side that is no longer than that stays as it is. */
function side(
  length: number,
  width: number,
  seed: string,
): { readonly width: number; readonly at: (from: number, to: number) => number } {
  if (length <= width) return { width: length, at: (from, to) => (from === to ? 1 : 0) };
  const stream = new SeededStream(seed);
  const signs = Int8Array.from({ length: length * width }, () => (stream.next() < 0.5 ? -1 : 1));
  return { width, at: (from, to) => signs[from * width + to]! / Math.sqrt(width) };
}

/** LoGra's projection: of every factor's gradient from both sides, so that no large matrix is ever formed. */
export function projectedView(view: GradientView, width: number): GradientView {
  let size = 0;
  const parts = view.blocks.map((block, i) => {
    const [left, right] = [side(block.rows, width, `left-${i}`), side(block.columns, width, `right-${i}`)];
    const start = size;
    size += left.width * right.width;
    return { block, left, right, target: { start, rows: left.width, columns: right.width } };
  });
  const project = (data: Float64Array) => {
    const count = data.length / view.size;
    const out = new Float64Array(count * size);
    for (let i = 0; i < count; i++) {
      for (const { block, left, right, target } of parts) {
        projectBlock(data.subarray(i * view.size), block, [left, right], out.subarray(i * size), target);
      }
    }
    return out;
  };
  const blocks = parts.map(({ target }) => target);
  return { size, blocks, rows: project(view.rows), queries: project(view.queries), doubt: view.doubt };
}

type Side = ReturnType<typeof side>;

function projectBlock(
  from: Float64Array,
  block: Block,
  [left, right]: readonly [Side, Side],
  out: Float64Array,
  to: Block,
): void {
  for (let a = 0; a < block.rows; a++) {
    for (let c = 0; c < right.width; c++) {
      let sum = 0;
      for (let k = 0; k < block.columns; k++) sum += from[block.start + a * block.columns + k]! * right.at(k, c);
      for (let b = 0; b < left.width; b++) out[to.start + b * to.columns + c]! += left.at(a, b) * sum;
    }
  }
}
