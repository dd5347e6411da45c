import type { TrainingSet } from "../factory/training-set.ts";
import { powerOfTwo } from "./exact-math.ts";
import { triangleSize } from "./index-format.ts";
import type { IndexHeader } from "./types.ts";

/** p (1 - p) h h^T of unit features is at most a quarter of the identity. */
const MOST_CURVATURE = 0.25;
/** Standard deviation of a rounding error in grid steps, 1 / sqrt(12), and how many of them a probe's sum may reach. */
const ROUNDING_DEVIATION = 0.29;
const DEVIATIONS = 4;
/** What float64 itself loses in a Cholesky inverse of such blocks (condition up to 10^6), with a margin. */
const FLOAT_ERROR = 1e-7;

export interface InverseClaim {
  readonly header: IndexHeader;
  /** Packed upper triangles. */
  readonly inverse: Int32Array;
  readonly set: TrainingSet;
  /** rows x classes, by the exact reference. */
  readonly probabilities: Float64Array;
}

/** H_c x with H_c = sum p (1 - p) h h^T / n + lambda I from the rows themselves. */
function curvatureTimes({ header, set, probabilities }: InverseClaim, classIndex: number, x: Float64Array) {
  const lambda = header.lambdaGrid * powerOfTwo(-40);
  const rows = header.trainedRows;
  const out = x.map((value) => lambda * value);
  for (let i = 0; i < rows; i++) {
    const p = probabilities[i * header.classes + classIndex]!;
    const weight = (p * (1 - p)) / rows;
    if (weight === 0) continue;
    const at = i * header.dims;
    let along = 0;
    for (let k = 0; k < header.dims; k++) along += set.features[at + k]! * x[k]!;
    for (let k = 0; k < header.dims; k++) out[k]! += weight * along * set.features[at + k]!;
  }
  return out;
}

/** X_c z for the gridded, packed, symmetric X_c. */
function inverseTimes({ header, inverse }: InverseClaim, classIndex: number, z: Float64Array): Float64Array {
  const { dims } = header;
  const out = new Float64Array(dims);
  let at = classIndex * triangleSize(dims);
  for (let a = 0; a < dims; a++) {
    for (let b = a; b < dims; b++, at++) {
      out[a]! += inverse[at]! * z[b]!;
      if (a !== b) out[b]! += inverse[at]! * z[a]!;
    }
  }
  const scale = powerOfTwo(header.inverseExponents[classIndex]!);
  return out.map((value) => value * scale);
}

/** |H_c (X_c z) - z|. */
function distance(claim: InverseClaim, classIndex: number, z: Float64Array): number {
  const image = curvatureTimes(claim, classIndex, inverseTimes(claim, classIndex, z));
  return Math.sqrt(image.reduce((sum, value, k) => sum + (value - z[k]!) ** 2, 0));
}

function stepOf({ header }: InverseClaim, classIndex: number): number {
  const lambda = header.lambdaGrid * powerOfTwo(-40);
  return powerOfTwo(header.inverseExponents[classIndex]!) * (MOST_CURVATURE + lambda);
}

/**
 * True when H_c times column j of the claimed inverse is the unit vector, within what rounding its entries to the
 * grid can do at worst: an error of half a step an entry.
 */
export function columnHolds(claim: InverseClaim, classIndex: number, column: number): boolean {
  const unit = new Float64Array(claim.header.dims);
  unit[column] = 1;
  const bound = (stepOf(claim, classIndex) * Math.sqrt(unit.length)) / 2;
  return distance(claim, classIndex, unit) <= bound + FLOAT_ERROR;
}

/**
 * The same for a vector z of random signs (Freivalds 1979): every entry of the block takes part, so a block that is
 * wrong anywhere by much more than its grid is found. Rounding errors add up like independent ones.
 */
export function probeHolds(claim: InverseClaim, classIndex: number, signs: Float64Array): boolean {
  const bound = DEVIATIONS * ROUNDING_DEVIATION * stepOf(claim, classIndex) * signs.length;
  return distance(claim, classIndex, signs) <= bound + FLOAT_ERROR * Math.sqrt(signs.length);
}
