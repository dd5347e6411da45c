import { fastestForm } from "../influence/fastest-form.ts";
import { GraphBuilder } from "../influence/graph/builder.ts";
import { multiply } from "../influence/graph/reference/multiply.ts";
import { openGraph, type Provider } from "../influence/graph/runtime.ts";
import { double } from "../influence/graph/tensor.ts";
import { DEPTH_STEP, rowDotsOver } from "../influence/kernel/row-dots.ts";
import { sharedMemory } from "../influence/kernel/wasm.ts";

/** Each figure is the best of the repetitions that fit this long: other load only ever slows them. */
const BUDGET_MS = 250;
const SIDE = 384;
/** The default encoder and a head of Banking77's size. */
export const DIMS = 512;
export const CLASSES = 77;
const BLOCKS = 3;
const ROWS = 4096;

export interface Speeds {
  /** Index rows of 512 dims scored against three query vectors, one thread. */
  readonly scoredRowsPerSecond: number;
  /** Products of the exact reference, one thread. */
  readonly referenceGflops: number;
  readonly providers: readonly ProviderSpeed[];
}

export interface ProviderSpeed {
  readonly provider: Provider;
  /** Forward passes of a 512 x 77 head, one text each. */
  readonly headForwardsPerSecond: number;
  readonly float64Gflops: number;
}

/** Seconds of the fastest repetition. */
async function best(run: () => Promise<unknown> | unknown): Promise<number> {
  await run();
  const end = performance.now() + BUDGET_MS;
  let shortest = Number.POSITIVE_INFINITY;
  while (performance.now() < end) {
    const start = performance.now();
    await run();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest / 1000;
}

function ramp(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
}

async function scoredRows(): Promise<number> {
  const [vectors, out] = [ROWS * DIMS, ROWS * DIMS + 2 * BLOCKS * DIMS];
  const memory = sharedMemory(out + 4 * BLOCKS * ROWS);
  new Int8Array(memory.buffer, 0, vectors).set(ramp(vectors).map((x) => Math.floor(254 * x)));
  const { place, dots } = rowDotsOver(memory, fastestForm());
  place(new Array<Int8Array>(BLOCKS).fill(new Int8Array(DIMS).fill(63)), vectors, DIMS);
  const half = ROWS / 2;
  const run = () => dots[BLOCKS]!(0, half * DIMS, vectors, out, 4 * half, DIMS / DEPTH_STEP, half, DIMS, 4 * ROWS);
  return ROWS / (await best(run));
}

async function referenceGflops(): Promise<number> {
  const data = ramp(SIDE * SIDE);
  const matrix = { data, offset: 0, rows: SIDE, columns: SIDE, rowStride: SIDE, columnStride: 1 };
  const out = new Float64Array(SIDE * SIDE);
  return (2 * SIDE ** 3) / (await best(() => multiply(matrix, matrix, out, 0))) / 1e9;
}

/** features [rows, depth] times a constant matrix, then softmax if it is a head. */
async function productSeconds(provider: Provider, rows: number, depth: number, columns: number): Promise<number> {
  const b = new GraphBuilder("speed");
  const features = b.input("features", "double", [rows, depth]);
  const product = b.node("MatMul", [
    features,
    b.initializer("weights", double(ramp(depth * columns), [depth, columns])),
  ]);
  const graph = b.build([rows === 1 ? b.node("Softmax", [product], { axis: -1 }) : product]);
  const session = await openGraph(graph, provider);
  const feeds = { features: double(ramp(rows * depth), [rows, depth]) };
  try {
    return await best(() => session.run(feeds));
  } finally {
    await session.release();
  }
}

/** About a second a provider, one thread each; blocks its thread. */
export async function measureSpeeds(providers: readonly Provider[]): Promise<Speeds> {
  const measured: ProviderSpeed[] = [];
  for (const provider of providers) {
    measured.push({
      provider,
      headForwardsPerSecond: Math.round(1 / (await productSeconds(provider, 1, DIMS, CLASSES))),
      float64Gflops: (2 * SIDE ** 3) / (await productSeconds(provider, SIDE, SIDE, SIDE)) / 1e9,
    });
  }
  return {
    scoredRowsPerSecond: Math.round(await scoredRows()),
    referenceGflops: await referenceGflops(),
    providers: measured,
  };
}
