import { InfluenceError } from "../errors.ts";

/** Eigenvalues ascending, and the eigenvector of value i as row i. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 60;
/** 2^-52: off-diagonal entries below this share of the largest entry are zero. */
const EPSILON = 2 ** -52;

interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly off: Float64Array;
  /** Row i: image of unit vector i, to be turned into eigenvectors. */
  readonly vectors: Float64Array;
}

/** Householder reflections to a tridiagonal matrix (Golub and Van Loan, algorithm 8.3.1), in one order of sums. */
function tridiagonal(matrix: Float64Array, n: number): Tridiagonal {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const [v, p] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 2; k++) {
    let squares = 0;
    for (let i = k + 1; i < n; i++) squares += a[i * n + k]! * a[i * n + k]!;
    const norm = Math.sqrt(squares);
    if (norm === 0) continue;
    const head = a[(k + 1) * n + k]!;
    v.fill(0);
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
    v[k + 1] = head + (head < 0 ? -norm : norm);
    const beta = 1 / (norm * (norm + Math.abs(head)));
    reflectMatrix({ a, n, k, v, p, beta });
    reflectVectors({ a: vectors, n, k, v, p, beta });
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  const off = Float64Array.from({ length: n }, (_, i) => (i + 1 < n ? a[(i + 1) * n + i]! : 0));
  return { diagonal, off, vectors };
}

interface Reflection {
  readonly a: Float64Array;
  readonly n: number;
  readonly k: number;
  readonly v: Float64Array;
  /** Scratch. */
  readonly p: Float64Array;
  readonly beta: number;
}

/** A <- P A P with P = I - beta v v^T; v is zero up to k. */
function reflectMatrix({ a, n, k, v, p, beta }: Reflection): void {
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
    const [x, y] = [v[i]!, p[i]!];
    for (let j = k; j < n; j++) a[i * n + j]! -= x * p[j]! + y * v[j]!;
  }
}

/** Q <- P Q, row by row. */
function reflectVectors({ a: q, n, k, v, p, beta }: Reflection): void {
  p.fill(0);
  for (let i = k + 1; i < n; i++) {
    const x = v[i]!;
    for (let j = 0; j < n; j++) p[j]! += x * q[i * n + j]!;
  }
  for (let i = k + 1; i < n; i++) {
    const x = beta * v[i]!;
    for (let j = 0; j < n; j++) q[i * n + j]! -= x * p[j]!;
  }
}

/** sqrt(a^2 + b^2) without overflow, from exact operations alone. */
function hypotenuse(a: number, b: number): number {
  const [x, y] = [Math.abs(a), Math.abs(b)];
  const [large, small] = x > y ? [x, y] : [y, x];
  if (large === 0) return 0;
  const ratio = small / large;
  return large * Math.sqrt(1 + ratio * ratio);
}

/** Implicit QL with Wilkinson shifts, turning the rows of `vectors` along (Golub and Van Loan, section 8.3). */
function diagonalise({ diagonal: d, off: e, vectors }: Tridiagonal, n: number): void {
  // Matrices without full rank have noise where zeros belong: it is measured against the whole, not its neighbours.
  let scale = 0;
  for (let i = 0; i < n; i++) scale = Math.max(scale, Math.abs(d[i]!) + Math.abs(e[i]!));
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > EPSILON * scale) m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw new InfluenceError("not-finite", "eigenvalues did not converge");
      sweepOnce(d, e, vectors, { n, l, m });
    }
  }
}

interface Range {
  readonly n: number;
  readonly l: number;
  readonly m: number;
}

function sweepOnce(d: Float64Array, e: Float64Array, vectors: Float64Array, { n, l, m }: Range): void {
  const gap = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = hypotenuse(gap, 1);
  let g = d[m]! - d[l]! + e[l]! / (gap + (gap < 0 ? -root : root));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    const r = hypotenuse(f, g);
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

/**
 * All eigenpairs of a symmetric matrix by + - * / and square roots in one order: the same bits on every machine.
 * Throws InfluenceError not-finite.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  if (!matrix.every(Number.isFinite)) throw new InfluenceError("not-finite", "a matrix of gradients is not finite");
  const reduced = tridiagonal(matrix, n);
  diagonalise(reduced, n);
  const { diagonal, vectors } = reduced;
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[a]! - diagonal[b]! || a - b);
  const sorted = new Float64Array(n * n);
  for (const [place, i] of order.entries()) sorted.set(vectors.subarray(i * n, (i + 1) * n), place * n);
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: sorted };
}
