import { Crew } from "../../node/factory/crew.ts";
import { placeSet, solveHead } from "../../node/factory/head-solver.ts";
import { layoutOf } from "../../node/factory/layout.ts";
import { defaultLambda } from "../../node/factory/train-head.ts";
import { subset, type TrainingSet } from "../../node/factory/training-set.ts";
import { logits, referenceAnswer } from "../../node/influence/answer.ts";
import { clusters } from "../../node/influence/dedupe.ts";
import { softmaxInPlace } from "../../node/influence/exact-math.ts";
import { queryVectors } from "../../node/influence/query.ts";
import { loadModel } from "../../node/influence/resident.ts";
import { scoreRows } from "../../node/influence/score.ts";
import { type LabelledData, type LabelledText, requireBanking77 } from "./dataset.ts";
import { indexedModel, trainingSetOf } from "./fixture.ts";
import { seededOrder } from "./random.ts";
import { spearman } from "./statistics.ts";

/** The linear datamodelling score as the issue fixes it: 3,000 items, 40 half subsets, retrained to convergence. */
export interface LdsOptions {
  /** Banking77 when absent. */
  readonly data?: LabelledData;
  readonly items?: number;
  readonly subsets?: number;
  readonly queries?: number;
  readonly seed?: number;
  readonly lambda?: number;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface LdsResult {
  readonly items: number;
  readonly subsets: number;
  readonly queries: number;
  readonly lds: number;
  readonly cosineBaseline: number;
}

const RETRAIN_TOLERANCE = 1e-6;

/** A seeded sample of cluster owners: what a snapshot would train on. */
function sample(train: readonly LabelledText[], items: number, seed: number): LabelledText[] {
  const { owner } = clusters(train.map(({ text }) => text));
  const owners = train.filter((_, i) => owner[i] === i);
  return seededOrder(owners.length, `lds-items-${seed}`)
    .slice(0, items)
    .sort((a, b) => a - b)
    .map((i) => owners[i]!);
}

/** Log-probability of every query's own output under heads retrained on each subset: [subset][query]. */
async function retrained(
  set: TrainingSet,
  parts: readonly (readonly number[])[],
  queries: readonly { readonly features: Float64Array; readonly label: number }[],
  options: { readonly lambda: number; readonly onProgress?: (done: number, of: number) => void },
): Promise<number[][]> {
  const crew = Crew.open({ bytes: 8 * layoutOf(set.labels.length, set.dims, set.classes, 0).end });
  const outputs: number[][] = [];
  try {
    for (const part of parts) {
      const layout = placeSet(crew, subset(set, part));
      const solved = await solveHead(crew, layout, {
        lambda: options.lambda,
        tolerance: RETRAIN_TOLERANCE,
        maxIterations: 1000,
      });
      outputs.push(
        queries.map(({ features, label }) => {
          const p = logits(solved.point, features);
          softmaxInPlace(p);
          return Math.log(p[label]!);
        }),
      );
      options.onProgress?.(outputs.length, parts.length);
    }
  } finally {
    await crew.close();
  }
  return outputs;
}

function meanCorrelation(
  measured: readonly (readonly number[])[],
  parts: readonly (readonly number[])[],
  scores: readonly Float64Array[],
): number {
  const correlations = scores.map((score, q) => {
    const predicted = parts.map((part) => part.reduce((sum, i) => sum + score[i]!, 0));
    return spearman(
      predicted,
      measured.map((outputs) => outputs[q]!),
    );
  });
  return correlations.reduce((a, b) => a + b, 0) / correlations.length;
}

function sameLabelCosine(set: TrainingSet, features: Float64Array, label: number): Float64Array {
  return Float64Array.from({ length: set.labels.length }, (_, i) => {
    if (set.labels[i] !== label) return 0;
    let dot = 0;
    for (let k = 0; k < set.dims; k++) dot += features[k]! * set.features[i * set.dims + k]!;
    return dot;
  });
}

/**
 * Signed LDS of the integer scores: rank correlation, over random half subsets, between the summed scores of a
 * subset's rows (read from the index blob by the verifier's own scoring function) and the log-probability of the
 * model's own output after retraining on that subset; mean over held-out queries.
 */
export async function measureLds(options: LdsOptions = {}): Promise<LdsResult> {
  const { items = 3000, subsets = 40, queries = 200, seed = 1, lambda = defaultLambda(items) } = options;
  const data = options.data ?? requireBanking77();
  const rows = sample(data.train, items, seed);
  const set = trainingSetOf(rows, data.labels.length);
  const resident = loadModel((await indexedModel(rows, data.labels, { lambda })).blobs);
  const asked = seededOrder(data.test.length, `lds-queries-${seed}`)
    .slice(0, queries)
    .map((i) => {
      const features = resident.encoder.encode(data.test[i]!.text);
      const answer = referenceAnswer(resident.weights, features);
      return { features, answer, label: answer.label };
    });
  const parts = Array.from({ length: subsets }, (_, m) =>
    seededOrder(items, `lds-subset-${seed}-${m}`)
      .slice(0, items / 2)
      .sort((a, b) => a - b),
  );
  const measured = await retrained(set, parts, asked, {
    lambda,
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  });
  const scores = asked.map(({ features, answer }) => scoreRows(resident, queryVectors(resident, features, answer)));
  const cosine = asked.map(({ features, label }) => sameLabelCosine(set, features, label));
  return {
    ...{ items, subsets, queries },
    lds: meanCorrelation(measured, parts, scores),
    cosineBaseline: meanCorrelation(measured, parts, cosine),
  };
}
