import { openGradients } from "../../factory/job/gradient-pool.ts";
import { type Gradients, referenceGradients } from "../../factory/job/gradients.ts";
import { SerialQueue } from "../../serial-queue.ts";
import { InfluenceError } from "../errors.ts";
import type { Feeds } from "../graph/index.ts";
import { gradientSize } from "./blocks.ts";
import { answerFeeds, rowFeeds } from "./feeds.ts";
import { type AdapterJob, asInfluenceError, realWeights } from "./job.ts";
import { KEPT_GRADIENT_BYTES, ROWS_AT_ONCE } from "./limits.ts";
import type { AdapterSession, SharedAdapter, TokenRow } from "./types.ts";

export interface GradientOptions {
  /** Threads; never changes a bit. */
  readonly workers?: number | undefined;
  /** The exact reference in line instead of ONNX Runtime in threads. */
  readonly reference?: boolean | undefined;
}

export function openGraphGradients({ graph }: Pick<AdapterJob, "graph">, options: GradientOptions): Gradients {
  return options.reference ? referenceGradients(graph) : openGradients(graph, options.workers);
}

function checked(gradient: Float64Array): Float64Array {
  if (gradient.every(Number.isFinite)) return gradient;
  throw new InfluenceError("not-finite", "a gradient is not finite");
}

async function run(source: Gradients, weights: Float64Array, feeds: readonly Feeds[]): Promise<Float64Array[]> {
  try {
    return (await source.gradients(weights, feeds)).map(({ gradient }) => checked(gradient));
  } catch (error) {
    throw asInfluenceError(error);
  }
}

/**
 * Gradients of rows' summed window losses at one adapter, in the order of the rows, as often as they are wanted: kept in
 * memory where they fit, computed again where they don't.
 */
export class RowGradients {
  private readonly source: Gradients;
  private readonly job: AdapterJob;
  private readonly rows: readonly Pick<TokenRow, "tokens">[];
  private readonly weights: Float64Array;
  private readonly kept: Float64Array[] | undefined;

  constructor(source: Gradients, job: AdapterJob, rows: readonly Pick<TokenRow, "tokens">[], weights: Int32Array) {
    this.source = source;
    this.job = job;
    this.rows = rows;
    this.weights = realWeights(job.manifest, weights);
    this.kept = 8 * rows.length * weights.length <= KEPT_GRADIENT_BYTES ? [] : undefined;
  }

  /** Throws InfluenceError: not-finite, bad-shape, worker-lost. */
  async each(use: (gradient: Float64Array, row: number) => void): Promise<void> {
    if (this.kept && this.kept.length === this.rows.length) {
      for (const [row, gradient] of this.kept.entries()) use(gradient, row);
      return;
    }
    for (let from = 0; from < this.rows.length; from += ROWS_AT_ONCE) {
      const gradients = await this.some(from, Math.min(from + ROWS_AT_ONCE, this.rows.length));
      for (const [i, gradient] of gradients.entries()) {
        this.kept?.push(gradient);
        use(gradient, from + i);
      }
    }
  }

  /** One execution a row, so that no gradient depends on its neighbours; long rows in parts, summed in order. */
  private async some(from: number, to: number): Promise<Float64Array[]> {
    const feeds = this.rows.slice(from, to).map(({ tokens }) => rowFeeds(tokens, this.job.manifest.context));
    const results = await run(this.source, this.weights, feeds.flat());
    let at = 0;
    return feeds.map((parts) => {
      const sum = new Float64Array(this.weights.length);
      for (const part of results.slice(at, (at += parts.length))) {
        for (let k = 0; k < sum.length; k++) sum[k]! += part[k]!;
      }
      return sum;
    });
  }
}

/** Opens a resident adapter's graph for queries, in one thread by default. */
export function openAdapterSession(
  adapter: Pick<SharedAdapter, "graph" | "manifest" | "views" | "blocks">,
  options: GradientOptions = {},
): AdapterSession {
  const source = openGraphGradients(adapter, { workers: 1, ...options });
  const points = adapter.views.map(({ weights }) => realWeights(adapter.manifest, weights));
  const size = gradientSize(adapter.blocks);
  const queue = new SerialQueue();
  return {
    gradients: (prompt, answer) =>
      queue.run(async () => {
        const feeds = answerFeeds(prompt, answer, adapter.manifest.context);
        const found: Float64Array[] = [];
        for (const point of points) found.push(...(await run(source, point, [feeds])));
        if (found.some(({ length }) => length !== size)) throw new InfluenceError("bad-shape", "a gradient is short");
        return found;
      }),
    // After what is under way: a thread is not ended inside the runtime.
    close: () => queue.run(() => source.close()),
  };
}
