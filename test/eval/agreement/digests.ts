import { createHash } from "node:crypto";
import type { Feeds, Tensor } from "../../../node/influence/graph/index.ts";
import { evaluate } from "../../../node/influence/graph/reference/index.ts";
import { GRID_ONE, int32Bytes, roundHalfUp } from "../../../node/influence/grid.ts";
import { int8Exponent, int8Mantissas } from "../../../node/influence/quantise.ts";
import type { Problem, Rounding } from "./problem.ts";

/** The integers of one sample. */
function roundedSample(values: readonly Float64Array[], roundings: readonly Rounding[]): Uint8Array {
  return Buffer.concat(
    values.flatMap((part, i) => {
      const exponent = int8Exponent(part);
      const row = [Uint8Array.of(exponent & 255), new Uint8Array(int8Mantissas(part, exponent).buffer)];
      if (roundings[i] === "int8") return row;
      return [int32Bytes(Int32Array.from(part, (x) => roundHalfUp(x * GRID_ONE))), ...row];
    }),
  );
}

/** One digest a sample, 16 hex digits: equal digests are equal integers. */
function sampleDigests(outputs: readonly Tensor[], roundings: readonly Rounding[]): string[] {
  const count = outputs[0]!.dims[0]!;
  return Array.from({ length: count }, (_, i) => {
    const parts = outputs.map(({ data }) => {
      const width = data.length / count;
      return (data as Float64Array).subarray(i * width, (i + 1) * width);
    });
    return createHash("sha256").update(roundedSample(parts, roundings)).digest("hex").slice(0, 16);
  });
}

/** Runs samples 0 .. count - 1 of a chunk in batches. */
export async function digestsOf(
  problem: Problem,
  chunk: number,
  sizes: { readonly count: number; readonly batch: number; readonly roundings?: readonly Rounding[] },
  run: (feeds: Feeds) => Promise<Record<string, Tensor>>,
): Promise<string[]> {
  const digests: string[] = [];
  for (let first = 0; first < sizes.count; first += sizes.batch) {
    const values = await run(problem.feeds(chunk, first, Math.min(sizes.batch, sizes.count - first)));
    const outputs = problem.outputs.map((name) => values[name]!);
    digests.push(...sampleDigests(outputs, sizes.roundings ?? problem.roundings));
  }
  return digests;
}

/** Samples whose integers differ. */
export function differing(a: readonly string[], b: readonly string[]): number {
  return a.reduce((sum, digest, i) => (digest === b[i] ? sum : sum + 1), 0) + Math.max(0, b.length - a.length);
}

/** By the exact reference. */
export function referenceDigests(problem: Problem, chunk: number, count: number): Promise<string[]> {
  const run = async (feeds: Feeds) => evaluate(problem.graph, feeds, problem.outputs);
  return digestsOf(problem, chunk, { count, batch: 64 }, run);
}
