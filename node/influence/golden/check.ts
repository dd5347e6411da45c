import type { Provider } from "../graph/runtime.ts";
import { digestOf, GOLDEN_CASES } from "./cases.ts";
import { EXPECTED_DIGESTS } from "./expected.ts";

export interface GoldenResult {
  readonly name: string;
  readonly part: "graph" | "kernel" | "engine";
  /** Empty when the computation failed; `failure` then says how. */
  readonly digest: string;
  readonly expected: string;
  readonly matches: boolean;
  readonly failure?: string;
}

export interface GoldenReport {
  /** What was asked for. */
  readonly provider: Provider | "reference";
  /** What the graphs really ran on: a provider that does not load falls back to the CPU. */
  readonly ranOn: Provider | "reference";
  readonly matches: boolean;
  readonly milliseconds: number;
  readonly results: readonly GoldenResult[];
}

/**
 * Runs every golden computation one way and compares its digest with the expected one. A computation that fails counts as
 * a mismatch. Graphs block their thread while they run: a node calls this in a worker.
 */
export async function checkGolden(
  provider: Provider | "reference",
  expected: Readonly<Record<string, string>> = EXPECTED_DIGESTS,
): Promise<GoldenReport> {
  const started = performance.now();
  const results: GoldenResult[] = [];
  let ranOn = provider;
  for (const { name, part, reference, fast } of GOLDEN_CASES) {
    const wanted = expected[name] ?? "";
    try {
      const run = provider === "reference" ? { bytes: reference() } : await fast(provider);
      if (part === "graph" && "provider" in run && run.provider) ranOn = run.provider;
      const digest = digestOf(run.bytes);
      results.push({ name, part, digest, expected: wanted, matches: digest === wanted });
    } catch (error) {
      const failure = (error as Error).message;
      results.push({ name, part, digest: "", expected: wanted, matches: false, failure });
    }
  }
  const matches = results.every((result) => result.matches);
  return { provider, ranOn, matches, milliseconds: Math.round(performance.now() - started), results };
}
