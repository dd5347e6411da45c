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

/** Everything that the next iteration depends on. */
export interface LbfgsState {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  /** Oldest first. */
  readonly pairs: readonly { readonly s: Float64Array; readonly y: Float64Array }[];
  readonly iteration: number;
  /** |gradient| at the start. */
  readonly startNorm: number;
  /** No step improves the value any more. */
  readonly isStuck: boolean;
}

/**
 * Minimises a smooth strictly convex function: limited-memory BFGS with backtracking, every sum in a fixed order.
 * Ends at the tolerance, at the iteration limit, or when no step improves the value any more (the rounding floor).
 */
export class Lbfgs {
  private readonly evaluate: (point: Float64Array) => Promise<Evaluation>;
  private readonly options: LbfgsOptions;
  private point: Float64Array;
  private here: Evaluation;
  private pairs: Pair[];
  private iteration: number;
  private readonly startNorm: number;
  private isStuck: boolean;

  private constructor(
    evaluate: (point: Float64Array) => Promise<Evaluation>,
    options: LbfgsOptions,
    { point, value, gradient, pairs, iteration, startNorm, isStuck }: LbfgsState,
  ) {
    this.evaluate = evaluate;
    this.options = options;
    this.point = point;
    this.here = { value, gradient };
    this.pairs = pairs.map(({ s, y }) => ({ s, y, inverse: 1 / dot(s, y) }));
    this.iteration = iteration;
    this.startNorm = startNorm;
    this.isStuck = isStuck;
  }

  static async start(
    start: Float64Array,
    evaluate: (point: Float64Array) => Promise<Evaluation>,
    options: LbfgsOptions,
  ): Promise<Lbfgs> {
    const { value, gradient } = await evaluate(start);
    const startNorm = Math.sqrt(dot(gradient, gradient));
    const fresh = { pairs: [], iteration: 0, isStuck: false };
    return new Lbfgs(evaluate, options, { point: start, value, gradient, startNorm, ...fresh });
  }

  /** Goes on from a state as if it had never stopped. */
  static resume(
    state: LbfgsState,
    evaluate: (point: Float64Array) => Promise<Evaluation>,
    options: LbfgsOptions,
  ): Lbfgs {
    return new Lbfgs(evaluate, options, state);
  }

  state(): LbfgsState {
    const { point, pairs, iteration, startNorm, isStuck } = this;
    return { point, ...this.here, pairs, iteration, startNorm, isStuck };
  }

  private norm(): number {
    return Math.sqrt(dot(this.here.gradient, this.here.gradient));
  }

  /** Whether there is nothing left to do. */
  isDone(): boolean {
    if (this.isStuck || this.iteration >= this.options.maxIterations) return true;
    return this.norm() <= this.options.tolerance * this.startNorm;
  }

  report(): { readonly iteration: number; readonly value: number; readonly norm: number } {
    return { iteration: this.iteration, value: this.here.value, norm: this.norm() };
  }

  result(): LbfgsResult {
    const gradientNorm = this.norm();
    const converged = gradientNorm <= this.options.tolerance * this.startNorm;
    const { point, iteration: iterations } = this;
    return { point, value: this.here.value, gradientNorm, iterations, converged };
  }

  /** One iteration. */
  async step(): Promise<void> {
    const { here, point } = this;
    const descent = direction(here.gradient, this.pairs, this.options);
    const slope = dot(here.gradient, descent);
    let scale = 1;
    let next = point;
    let there = here;
    for (let halvings = 0; ; halvings++) {
      if (halvings === MOST_HALVINGS) {
        this.isStuck = true;
        return;
      }
      next = point.slice();
      addScaled(next, -scale, descent);
      there = await this.evaluate(next);
      if (there.value <= here.value - SUFFICIENT * scale * slope) break;
      scale /= 2;
    }
    this.remember(next, there);
    this.point = next;
    this.here = there;
    this.iteration += 1;
  }

  private remember(next: Float64Array, there: Evaluation): void {
    const s = next.slice();
    addScaled(s, -1, this.point);
    const y = there.gradient.slice();
    addScaled(y, -1, this.here.gradient);
    const curvature = dot(s, y);
    if (curvature > 0) this.pairs.push({ s, y, inverse: 1 / curvature });
    if (this.pairs.length > HISTORY) this.pairs.shift();
  }
}
