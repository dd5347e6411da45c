import { expect, test } from "vitest";
import { SeededStream } from "../../bench/random.ts";
import type { GradientView } from "./gradients.ts";
import { countOf, fisherScorer, type Rows, rowOf } from "./linear.ts";
import { ADAPTER_METHODS, type AdapterInput, ekfacOf } from "./methods.ts";
import { OURS } from "./ours.ts";

// Seven rows and two queries of a layer with two small factors, against formulas written out.

const stream = new SeededStream("adapter methods");
const normal = () => stream.next() + stream.next() + stream.next() - 1.5;
const [COUNT, QUERIES] = [7, 2];
const blocks = [
  { start: 0, rows: 3, columns: 2 },
  { start: 6, rows: 2, columns: 2 },
];
const SIZE = 10;

function drawn(): GradientView {
  const rows = Float64Array.from({ length: COUNT * SIZE }, normal);
  const queries = Float64Array.from({ length: QUERIES * SIZE }, normal);
  return { size: SIZE, blocks, rows, queries, doubt: new Float64Array(COUNT).fill(0.5) };
}

const main = drawn();
const trajectory = Array.from({ length: 5 }, drawn);
const tokens = Array.from({ length: COUNT }, (_, i) => [i, i + 1, 3]);
const input: AdapterInput = { main, trajectory, ensemble: [drawn(), drawn()], rowTokens: tokens, queryTokens: tokens };

/** x with (sum_i r_i r_i^T + c I) x = b, by elimination. */
function solved(rows: Rows, c: number, b: Float64Array): Float64Array {
  const n = rows.size;
  const a = Array.from({ length: n }, (_, i) => {
    const line = Array.from({ length: n }, (_, j) => {
      let sum = i === j ? c : 0;
      for (let r = 0; r < countOf(rows); r++) sum += rowOf(rows, r)[i]! * rowOf(rows, r)[j]!;
      return sum;
    });
    return [...line, b[i]!];
  });
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const factor = a[j]![i]! / a[i]![i]!;
      for (let k = i; k <= n; k++) a[j]![k]! -= factor * a[i]![k]!;
    }
  }
  return Float64Array.from(a, (line, i) => line[n]! / line[i]!);
}

test("the kernel's form of the Fisher inverse is the inverse itself", () => {
  const rows = { data: main.rows, size: SIZE };
  const queries = { data: main.queries, size: SIZE };
  let mean = 0;
  for (let i = 0; i < COUNT; i++) for (const x of rowOf(rows, i)) mean += (x * x) / COUNT;
  const direction = solved(rows, 0.3 * mean, rowOf(queries, 1));
  const scores = fisherScorer(rows, queries, 0.3)(1);
  for (let i = 0; i < COUNT; i++) {
    const expected = rowOf(rows, i).reduce((sum, x, k) => sum + x * direction[k]!, 0);
    expect(scores[i]).toBeCloseTo(expected, 10);
  }
});

test("EK-FAC under a large damping is the inner product of gradients, scaled factor by factor", () => {
  const scores = ekfacOf(main)(1e9)(0);
  const means = blocks.map(({ start, rows, columns }) => {
    let sum = 0;
    for (let i = 0; i < COUNT; i++)
      for (let k = start; k < start + rows * columns; k++) sum += main.rows[i * SIZE + k]! ** 2 / COUNT;
    return sum / (rows * columns);
  });
  for (let i = 0; i < COUNT; i++) {
    let expected = 0;
    for (const [b, { start, rows, columns }] of blocks.entries())
      for (let k = start; k < start + rows * columns; k++)
        expected += (main.rows[i * SIZE + k]! * main.queries[k]!) / (1e9 * means[b]!);
    expect(scores[i]! / expected).toBeCloseTo(1, 6);
  }
});

test("our int8 rows give the float scores within their rounding", () => {
  const [exact, bytes] = OURS.map((method) => method.settings(input)[1]!.scorer());
  const [a, b] = [exact!.score(0), bytes!.score(0)];
  const largest = Math.max(...a.map(Math.abs));
  for (let i = 0; i < COUNT; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(0.03 * largest);
});

test.each(ADAPTER_METHODS.map((method) => [method.name, method] as const))(
  "%s gives a finite number a row",
  (_, method) => {
    for (const setting of method.settings(input)) {
      const scores = setting.scorer().score(1);
      expect(scores).toHaveLength(COUNT);
      expect(scores.every(Number.isFinite)).toBe(true);
    }
  },
);

test("a text is nearest to itself", () => {
  const text = ADAPTER_METHODS.find(({ name }) => name === "text-cosine")!
    .settings(input)[0]!
    .scorer();
  for (const query of [0, 1]) {
    const scores = text.score(query);
    expect(scores.indexOf(Math.max(...scores))).toBe(query);
  }
});
