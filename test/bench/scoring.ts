import { referenceAnswer } from "../../node/influence/answer.ts";
import { VerifierPool } from "../../node/influence/pool.ts";
import { queryVectors } from "../../node/influence/query.ts";
import { loadModel } from "../../node/influence/resident.ts";
import { bankingModel } from "./banking-model.ts";
import type { Bench } from "./main.ts";
import { scoringMany } from "./scoring-many.ts";
import { median, quantile } from "./statistics.ts";

const QUERIES = 200;
const WARM_UP = 100;

/**
 * Must hold 7: three class blocks, d = 512, 10,000 rows, 200 distinct queries; inverse and rows resident; from the
 * caller's thread to the worker and back with all scores. p50 <= 2 ms, p95 <= 4 ms. Figures without "full" start from
 * ready query vectors; "full" ones solve them from the answer in the worker too.
 */
export const bench: Bench = async ({ rows }) => {
  if (rows !== undefined) return scoringMany(rows);
  const { blobs, questions } = await bankingModel(10_000);
  const resident = loadModel(blobs);
  const pool = await VerifierPool.open();
  await pool.load("model", blobs);
  const asked = questions.slice(0, QUERIES + WARM_UP).map(({ text }) => {
    const features = resident.encoder.encode(text);
    const answer = referenceAnswer(resident.weights, features);
    return { features, answer, query: queryVectors(resident, features, answer) };
  });
  const scoreMs: number[] = [];
  const fullMs: number[] = [];
  for (const { features, answer, query } of asked) {
    const start = performance.now();
    await pool.scores("model", { query });
    const middle = performance.now();
    await pool.scores("model", { features, answer });
    scoreMs.push(middle - start);
    fullMs.push(performance.now() - middle);
  }
  await pool.close();
  const [score, full] = [scoreMs.slice(WARM_UP), fullMs.slice(WARM_UP)];
  return {
    ...{ queries: QUERIES, rows: resident.header.rows, blocks: resident.header.blocks },
    ...{ p50Ms: median(score), p95Ms: quantile(score, 0.95), fullP50Ms: median(full), fullP95Ms: quantile(full, 0.95) },
  };
};
