/** Objective and gradient at a point; the gradient array is the caller's to keep. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface LbfgsOptions {
  readonly maxIterations: number;
  /** Stop when |gradient| <= tolerance x |gradient at the start|. */
  readonly tolerance: number;
  /** Upper bound of the Hessian's eigenvalues: the first step is its inverse. */
  readonly curvatureBound: number;
  readonly onIteration?: (iteration: number, value: number, norm: number) => void;
}

export interface LbfgsResult {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Pairs (step, change of gradient) that the method remembers. */
const HISTORY = 12;
/** Armijo's constant and the most halvings of a step: a convex objective needs a few. */
const SUFFICIENT = 1e-4;
const MOST_HALVINGS = 30;

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly inverse: number;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(target: Float64Array, scale: number, other: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += scale * other[i]!;
}

/** The two-loop recursion (Nocedal and Wright, algorithm 7.4) around the last pair's scale (equation 7.20). */
function direction(gradient: Float64Array, pairs: readonly Pair[], options: LbfgsOptions): Float64Array {
  const q = gradient.slice();
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, inverse } = pairs[i]!;
    alphas[i] = dot(s, q) * inverse;
    addScaled(q, -alphas[i]!, y);
  }
  const latest = pairs.at(-1);
  const scale = latest ? 1 / (latest.inverse * dot(latest.y, latest.y)) : 1 / options.curvatureBound;
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  for (const [i, { s, y, inverse }] of pairs.entries()) addScaled(q, alphas[i]! - dot(y, q) * inverse, s);
  return q;
}

/**
 * Minimises a smooth strictly convex function: limited-memory BFGS with backtracking, every sum in a fixed order.
 * Ends at the tolerance, at the iteration limit, or when no step improves the value any more (the rounding floor).
 */
export async function minimise(
  start: Float64Array,
  evaluate: (point: Float64Array) => Promise<Evaluation>,
  options: LbfgsOptions,
): Promise<LbfgsResult> {
  let point = start;
  let here = await evaluate(point);
  const target = options.tolerance * Math.sqrt(dot(here.gradient, here.gradient));
  const pairs: Pair[] = [];
  for (let iteration = 0; ; iteration++) {
    const norm = Math.sqrt(dot(here.gradient, here.gradient));
    options.onIteration?.(iteration, here.value, norm);
    const done = (converged: boolean) => ({
      point,
      value: here.value,
      gradientNorm: norm,
      iterations: iteration,
      converged,
    });
    if (norm <= target || iteration >= options.maxIterations) return done(norm <= target);
    const descent = direction(here.gradient, pairs, options);
    const slope = dot(here.gradient, descent);
    let scale = 1;
    let next = point;
    let there = here;
    for (let halvings = 0; ; halvings++) {
      if (halvings === MOST_HALVINGS) return done(false);
      next = point.slice();
      addScaled(next, -scale, descent);
      there = await evaluate(next);
      if (there.value <= here.value - SUFFICIENT * scale * slope) break;
      scale /= 2;
    }
    const s = next.slice();
    addScaled(s, -1, point);
    const y = there.gradient.slice();
    addScaled(y, -1, here.gradient);
    const curvature = dot(s, y);
    if (curvature > 0) pairs.push({ s, y, inverse: 1 / curvature });
    if (pairs.length > HISTORY) pairs.shift();
    point = next;
    here = there;
  }
}
