import { InfluenceError } from "../influence/errors.ts";

/**
 * Inverse of a symmetric positive definite matrix (upper triangle given, row-major), by Cholesky factors, every inner
 * product one sequential sum: the same bits on every machine. Writes the packed upper triangle. Four sums run beside each
 * other, each in its own order: one alone would wait for the latency of every addition.
 * Throws InfluenceError "not-finite" when the matrix is not positive definite.
 */
export function invertSpd(matrix: Float64Array, size: number, packed: Float64Array): void {
  const lower = choleskyLower(matrix, size);
  const columns = inverseColumns(lower, size);
  let at = 0;
  for (let a = 0; a < size; a++) {
    const row = columns.subarray(a * size, (a + 1) * size);
    let b = a;
    // Columns are zero before their diagonal, so that the later three may begin with the first: they add zeros to zero.
    for (; b + 4 <= size; b += 4, at += 4) {
      const [b0, b1, b2, b3] = [b * size, (b + 1) * size, (b + 2) * size, (b + 3) * size];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = b; k < size; k++) {
        const x = row[k]!;
        s0 += x * columns[b0 + k]!;
        s1 += x * columns[b1 + k]!;
        s2 += x * columns[b2 + k]!;
        s3 += x * columns[b3 + k]!;
      }
      packed[at] = s0;
      packed[at + 1] = s1;
      packed[at + 2] = s2;
      packed[at + 3] = s3;
    }
    for (; b < size; b++) {
      let sum = 0;
      for (let k = b; k < size; k++) sum += row[k]! * columns[b * size + k]!;
      packed[at++] = sum;
    }
  }
}

function choleskyLower(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = lower.subarray(i * size, (i + 1) * size);
    let j = 0;
    for (; j + 4 <= i; j += 4) {
      const [j0, j1, j2, j3] = [j * size, (j + 1) * size, (j + 2) * size, (j + 3) * size];
      let [s0, s1, s2, s3] = [matrix[j0 + i]!, matrix[j1 + i]!, matrix[j2 + i]!, matrix[j3 + i]!];
      for (let k = 0; k < j; k++) {
        const x = row[k]!;
        s0 -= x * lower[j0 + k]!;
        s1 -= x * lower[j1 + k]!;
        s2 -= x * lower[j2 + k]!;
        s3 -= x * lower[j3 + k]!;
      }
      row[j] = s0 / lower[j0 + j]!;
      s1 -= row[j]! * lower[j1 + j]!;
      row[j + 1] = s1 / lower[j1 + j + 1]!;
      s2 = s2 - row[j]! * lower[j2 + j]! - row[j + 1]! * lower[j2 + j + 1]!;
      row[j + 2] = s2 / lower[j2 + j + 2]!;
      s3 = s3 - row[j]! * lower[j3 + j]! - row[j + 1]! * lower[j3 + j + 1]! - row[j + 2]! * lower[j3 + j + 2]!;
      row[j + 3] = s3 / lower[j3 + j + 3]!;
    }
    for (; j <= i; j++) {
      let sum = matrix[j * size + i]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * lower[j * size + k]!;
      if (i !== j) {
        row[j] = sum / lower[j * size + j]!;
      } else {
        if (!(sum > 0)) throw new InfluenceError("not-finite", `curvature block is not positive definite at ${i}`);
        row[j] = Math.sqrt(sum);
      }
    }
  }
  return lower;
}

/** Column j of the inverse of L, stored as row j; row by row of L, so that four columns share what they read. */
function inverseColumns(lower: Float64Array, size: number): Float64Array {
  const columns = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = lower.subarray(i * size, (i + 1) * size);
    const pivot = row[i]!;
    let j = 0;
    for (; j + 4 <= i; j += 4) {
      const [j0, j1, j2, j3] = [j * size, (j + 1) * size, (j + 2) * size, (j + 3) * size];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = j; k < i; k++) {
        const x = row[k]!;
        s0 -= x * columns[j0 + k]!;
        s1 -= x * columns[j1 + k]!;
        s2 -= x * columns[j2 + k]!;
        s3 -= x * columns[j3 + k]!;
      }
      columns[j0 + i] = s0 / pivot;
      columns[j1 + i] = s1 / pivot;
      columns[j2 + i] = s2 / pivot;
      columns[j3 + i] = s3 / pivot;
    }
    for (; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= row[k]! * columns[j * size + k]!;
      columns[j * size + i] = sum / pivot;
    }
    columns[i * size + i] = 1 / pivot;
  }
  return columns;
}
