import { measureLds } from "./lds.ts";
import type { Bench } from "./main.ts";

/** Must hold 8: signed LDS >= 0.85 and at least 0.2 above a same-label cosine baseline. */
export const bench: Bench = async () => {
  const { items, subsets, queries, lds, cosineBaseline } = await measureLds({
    onProgress: (done, of) => process.stderr.write(`\rretrained ${done} of ${of}${done === of ? "\n" : ""}`),
  });
  return { items, subsets, queries, lds, cosineBaseline, margin: lds - cosineBaseline };
};
