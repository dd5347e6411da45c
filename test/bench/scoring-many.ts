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
/** A committee of four: the own sketch and three peers'. */
const SEEDS = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte));

/** Milliseconds of every call but the first ones, and of all of them the processor's. */
async function timed(name: string, texts: readonly string[], call: (text: string) => Promise<unknown>) {
  const times: number[] = [];
  let cpu = process.cpuUsage();
  for (const [i, text] of texts.entries()) {
    if (i === WARM_UP) cpu = process.cpuUsage();
    const start = performance.now();
    await call(text);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  const measured = times.slice(WARM_UP);
  return {
    [`${name}P50Ms`]: median(measured),
    [`${name}P95Ms`]: quantile(measured, 0.95),
    [`${name}LeastMs`]: Math.min(...measured),
    [`${name}CpuMs`]: (user + system) / 1000 / measured.length,
  };
}

/**
 * Over random rows of 512, through the worker: end to end queries as a host asks them - text in, settlement out; at 10,000
 * rows at most 20 ms, at a million at most 120 ms -, a validator's recomputation with its witness of all scores, and the
 * sketches of that.
 */
export async function scoringMany(rows: number): Promise<Figures> {
  const loadStart = performance.now();
  const pool = await VerifierPool.open({ memoryBytes: FIXED_BYTES + BYTES_PER_ROW * rows });
  await pool.load("model", syntheticIndex(rows));
  const loadSeconds = Math.round(performance.now() - loadStart) / 1000;
  const texts = syntheticData(QUERIES + WARM_UP, "scoring many").train.map(({ text }) => text);
  let witness: Float64Array = new Float64Array(0);
  const endToEnd = await timed("endToEnd", texts, (text) => pool.attribute("model", text));
  const recomputed = await timed("recomputed", texts, async (text) => {
    const verdict = await pool.verifyResult({ modelKey: "model", text });
    if (verdict.verdict === "abstain") throw new Error(verdict.reason);
    witness = verdict.witness;
  });
  const sketched = await timed("sketches", texts, () => pool.sketches(witness, SEEDS));
  const residentMiB = Math.round(pool.residentBytes / 2 ** 20);
  await pool.close();
  return {
    ...{ rows, queries: texts.length - WARM_UP, loadSeconds, residentMiB },
    ...{ ...endToEnd, ...recomputed, ...sketched },
  };
}
