/** Eigenvalues ascending, and the eigenvector of value i as row i. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 60;

/** Householder reduction to a tridiagonal (Golub and Van Loan, algorithm 8.3.1) with the accumulated Q, columns. */
function tridiagonal(matrix: Float64Array, n: number) {
  const a = matrix.slice();
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  const [v, p] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 2; k++) {
    let norm = 0;
    for (let i = k + 1; i < n; i++) norm += a[i * n + k]! ** 2;
    norm = Math.sqrt(norm);
    if (norm === 0) continue;
    const head = a[(k + 1) * n + k]!;
    v.fill(0);
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
    v[k + 1] = head + (head < 0 ? -norm : norm);
    const beta = 1 / (norm * (norm + Math.abs(head)));
    reflectSymmetric(a, n, k, v, p, beta);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += q[i * n + j]! * v[j]!;
      sum *= beta;
      for (let j = k + 1; j < n; j++) q[i * n + j]! -= sum * v[j]!;
    }
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  const off = Float64Array.from({ length: n }, (_, i) => (i + 1 < n ? a[(i + 1) * n + i]! : 0));
  return { diagonal, off, q };
}

/** A <- P A P with P = I - beta v v^T. */
function reflectSymmetric(a: Float64Array, n: number, k: number, v: Float64Array, p: Float64Array, beta: number): void {
  let scale = 0;
  for (let i = k; i < n; i++) {
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
    p[i] = beta * sum;
    scale += v[i]! * p[i]!;
  }
  const half = (beta * scale) / 2;
  for (let i = k; i < n; i++) p[i]! -= half * v[i]!;
  for (let i = k; i < n; i++) {
    for (let j = k; j < n; j++) a[i * n + j]! -= v[i]! * p[j]! + p[i]! * v[j]!;
  }
}

/** Implicit QL with Wilkinson shifts on a tridiagonal, rotating the rows of `vectors` along. */
function implicitQl(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number): void {
  // Without full rank there is noise where zeros belong: it is measured against the whole, not its neighbours.
  const scale = d.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(e[i]!)), 0);
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * scale) m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw new Error("eigenvalues did not converge");
      qlSweep(d, e, vectors, n, l, m);
    }
  }
}

function qlSweep(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number, l: number, m: number): void {
  const gap = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.hypot(gap, 1);
  let g = d[m]! - d[l]! + e[l]! / (gap + (gap < 0 ? -root : root));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    const t = (d[i]! - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    for (let k = 0, [lower, upper] = [i * n, (i + 1) * n]; k < n; k++) {
      const x = vectors[upper + k]!;
      const y = vectors[lower + k]!;
      vectors[upper + k] = s * y + c * x;
      vectors[lower + k] = c * y - s * x;
    }
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

/** All eigenpairs of a symmetric matrix: Householder, then implicit QL (Golub and Van Loan, section 8.3). */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const { diagonal, off, q } = tridiagonal(matrix, n);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) vectors[j * n + i] = q[i * n + j]!;
  implicitQl(diagonal, off, vectors, n);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[a]! - diagonal[b]!);
  const sorted = new Float64Array(n * n);
  for (const [place, i] of order.entries()) sorted.set(vectors.subarray(i * n, (i + 1) * n), place * n);
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: sorted };
}
