import { InfluenceError } from "../influence/errors.ts";

/**
 * Inverse of a symmetric positive definite matrix (upper triangle given, row-major), by Cholesky factors, every inner
 * product one sequential sum: the same bits on every machine. Writes the packed upper triangle.
 * Throws InfluenceError "not-finite" when the matrix is not positive definite.
 */
export function invertSpd(matrix: Float64Array, size: number, packed: Float64Array): void {
  const lower = choleskyLower(matrix, size);
  const columns = inverseColumns(lower, size);
  let at = 0;
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      let sum = 0;
      for (let k = b; k < size; k++) sum += columns[a * size + k]! * columns[b * size + k]!;
      packed[at++] = sum;
    }
  }
}

function choleskyLower(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[j * size + i]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      if (i !== j) {
        lower[i * size + j] = sum / lower[j * size + j]!;
      } else {
        if (!(sum > 0)) throw new InfluenceError("not-finite", `curvature block is not positive definite at ${i}`);
        lower[i * size + i] = Math.sqrt(sum);
      }
    }
  }
  return lower;
}

/** Column j of the inverse of L, stored as row j. */
function inverseColumns(lower: Float64Array, size: number): Float64Array {
  const columns = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    columns[j * size + j] = 1 / lower[j * size + j]!;
    for (let i = j + 1; i < size; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= lower[i * size + k]! * columns[j * size + k]!;
      columns[j * size + i] = sum / lower[i * size + i]!;
    }
  }
  return columns;
}
