import { VerifierPool } from "../../node/influence/pool.ts";
import { bankingModel } from "./banking-model.ts";
import type { Bench } from "./main.ts";
import { median, quantile } from "./statistics.ts";

const CLAIMS = 200;
const WARM_UP = 20;
/** A committee of four: the own sketch and three peers'. */
const SEEDS = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte));

/** Must hold 7: one result claim on Banking77, witness and a committee's sketches included, in at most 60 ms CPU. */
export const bench: Bench = async () => {
  const { blobs, questions } = await bankingModel(10_000);
  const pool = await VerifierPool.open();
  await pool.load("model", blobs);
  const cpuMs: number[] = [];
  const wallMs: number[] = [];
  for (const { text } of questions.slice(0, CLAIMS + WARM_UP)) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const verdict = await pool.verifyResult({ modelKey: "model", text });
    if (verdict.verdict === "abstain") throw new Error(verdict.reason);
    await pool.sketches(verdict.witness, SEEDS);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1000);
    wallMs.push(performance.now() - start);
  }
  await pool.close();
  const [cpu, wall] = [cpuMs.slice(WARM_UP), wallMs.slice(WARM_UP)];
  return {
    ...{ claims: CLAIMS, rows: 10_000, cpuP50Ms: median(cpu), cpuP95Ms: quantile(cpu, 0.95) },
    ...{ wallP50Ms: median(wall), wallP95Ms: quantile(wall, 0.95) },
  };
};
