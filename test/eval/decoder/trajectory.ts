import { openTrainer } from "../../../node/factory/job/trainer.ts";
import type { DecoderProblem } from "./problem.ts";
import { adapterJob } from "./retrain.ts";

/** Weights of the adapter of all rows at `stages` evenly spaced steps of its training, the last one included. */
export async function trajectory(problem: DecoderProblem, seed: string, stages: number): Promise<Float64Array[]> {
  const rows = problem.texts.map((_, i) => i);
  const { manifest, data } = adapterJob(problem, rows, seed);
  const trainer = await openTrainer(manifest, data);
  const found: Float64Array[] = [];
  try {
    while (!trainer.isDone()) {
      await trainer.next();
      if (trainer.step * stages >= (found.length + 1) * trainer.steps!) {
        found.push(Float64Array.from(trainer.weights(), (w) => w / 2 ** 24));
      }
    }
    return found;
  } finally {
    await trainer.close();
  }
}
