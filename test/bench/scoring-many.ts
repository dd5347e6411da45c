import { VerifierPool } from "../../node/influence/pool.ts";
import type { Figures } from "./main.ts";
import { median, quantile } from "./statistics.ts";
import { syntheticData } from "./synthetic.ts";
import { syntheticIndex } from "./synthetic-index.ts";

const QUERIES = 50;
const WARM_UP = 5;
/** Rows, columns by class, scratch of every thread. */
const BYTES_PER_ROW = 1024;
const FIXED_BYTES = 256 * 2 ** 20;

/**
 * End to end queries - text in, settlement out, through the worker - over random rows of 512: at 10,000 at most 20 ms,
 * at a million at most 120 ms.
 */
export async function scoringMany(rows: number): Promise<Figures> {
  const loadStart = performance.now();
  const pool = await VerifierPool.open({ memoryBytes: FIXED_BYTES + BYTES_PER_ROW * rows });
  await pool.load("model", syntheticIndex(rows));
  const loadSeconds = Math.round(performance.now() - loadStart) / 1000;
  const texts = syntheticData(QUERIES + WARM_UP, "scoring many").train.map(({ text }) => text);
  const times: number[] = [];
  for (const text of texts) {
    const start = performance.now();
    await pool.attribute("model", text);
    times.push(performance.now() - start);
  }
  const residentMiB = Math.round(pool.residentBytes / 2 ** 20);
  await pool.close();
  const measured = times.slice(WARM_UP);
  return {
    ...{ rows, queries: measured.length, loadSeconds, residentMiB },
    ...{ endToEndP50Ms: median(measured), endToEndP95Ms: quantile(measured, 0.95), leastMs: Math.min(...measured) },
  };
}
