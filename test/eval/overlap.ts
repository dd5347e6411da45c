/** The rows of the `count` largest scores. */
export function topRows(score: Float64Array, count: number): number[] {
  return Array.from(score, (_, row) => row)
    .sort((a, b) => score[b]! - score[a]! || a - b)
    .slice(0, count);
}

/** Mean share of each method's top rows that the reference has among its own. */
export function topOverlap(
  methods: Readonly<Record<string, { readonly scores: readonly Float64Array[] }>>,
  reference: readonly Float64Array[],
  count: number,
): Record<string, number> {
  const wanted = reference.map((score) => new Set(topRows(score, count)));
  return Object.fromEntries(
    Object.entries(methods).map(([name, { scores }]) => {
      const shares = scores.map(
        (score, q) => topRows(score, count).filter((row) => wanted[q]!.has(row)).length / count,
      );
      return [name, shares.reduce((a, b) => a + b, 0) / shares.length];
    }),
  );
}
