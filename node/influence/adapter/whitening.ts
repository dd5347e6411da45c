import type { Block, Whitening } from "./types.ts";

const DAMPING_ONE = 2 ** 40;
/** Factors beyond this are of directions without any energy. */
const LARGEST_FACTOR = 2 ** 100;

/** Second moments of turned gradients, summed in the order in which they are added: EK-FAC's eigenvalues. */
export class Energies {
  private readonly blocks: readonly Block[];
  private readonly sums: Float64Array;
  private count = 0;

  constructor(blocks: readonly Block[], size: number) {
    this.blocks = blocks;
    this.sums = new Float64Array(size);
  }

  /** A gradient as `rounded` gives it, turned. */
  add(turned: Float64Array): void {
    for (let k = 0; k < turned.length; k++) this.sums[k]! += turned[k]! * turned[k]!;
    this.count++;
  }

  /** Damped energy of every coordinate, eigenvalue / (eigenvalue + damping x mean eigenvalue), and 1 / sqrt of that sum. */
  damped(dampingGrid: number): { readonly energy: Float64Array; readonly factors: Float32Array } {
    const damping = dampingGrid / DAMPING_ONE;
    const energy = new Float64Array(this.sums.length);
    const factors = new Float32Array(this.sums.length);
    for (const { start, rows, columns } of this.blocks) {
      const end = start + rows * columns;
      let total = 0;
      for (let k = start; k < end; k++) total += this.sums[k]!;
      const mean = total / (rows * columns) / this.count;
      for (let k = start; k < end; k++) {
        const eigenvalue = this.sums[k]! / this.count;
        const damped = eigenvalue + damping * mean;
        const factor = 1 / Math.sqrt(damped);
        if (!(factor < LARGEST_FACTOR)) continue;
        energy[k] = eigenvalue / damped;
        factors[k] = factor;
      }
    }
    return { energy, factors };
  }

  /** The coordinates of most damped energy, ties to the earlier one, with their factors. */
  whitening(dampingGrid: number, coordinates: number): Whitening {
    const { energy, factors } = this.damped(dampingGrid);
    const order = Array.from(energy, (_, k) => k).sort((a, b) => energy[b]! - energy[a]! || a - b);
    const kept = Uint32Array.from(order.slice(0, coordinates)).sort();
    return { coordinates: kept, factors: Float32Array.from(kept, (k) => factors[k]!) };
  }
}

/** The kept coordinates of a turned gradient, whitened. */
export function whitened(turned: Float64Array, { coordinates, factors }: Whitening): Float64Array {
  const out = new Float64Array(coordinates.length);
  for (let i = 0; i < out.length; i++) out[i] = turned[coordinates[i]!]! * factors[i]!;
  return out;
}
