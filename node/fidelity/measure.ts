import { taggedHash, u32be } from "../../chain/crypto/tagged.ts";
import { Crew } from "../factory/crew.ts";
import { placeSet, solveHead } from "../factory/head-solver.ts";
import { layoutOf } from "../factory/layout.ts";
import { MAX_ITERATIONS } from "../factory/train-head.ts";
import { subset, type TrainingSet } from "../factory/training-set.ts";
import { referenceAnswer } from "../influence/answer.ts";
import { fromGrid, toGrid } from "../influence/grid.ts";
import { queryVectors } from "../influence/query.ts";
import { rankCorrelation } from "../influence/rank-correlation.ts";
import { loadModel } from "../influence/resident.ts";
import { drawn } from "../influence/sample.ts";
import { scoreRows } from "../influence/score.ts";
import type { ModelBlobs } from "../influence/types.ts";
import { MOST_OUTPUTS, MOST_SUMS } from "./limits.ts";

/** What an LDS is measured on. */
export interface FidelityDesign {
  readonly subsets: number;
  /** Share of the rows in each subset, in units of 1 / 10000. */
  readonly shareBps: number;
  readonly queries: number;
}

export interface FidelityProblem {
  /** Rows of the model in the order of its training. */
  readonly set: TrainingSet;
  /** Ridge of the model's head. */
  readonly lambda: number;
  readonly blobs: ModelBlobs;
  /** `subsetSeed` of the model and its index claim. */
  readonly seed: Uint8Array;
  readonly design: FidelityDesign;
  readonly workers: number;
  readonly onSubset?: (done: number) => void;
}

/** In units of 10^-6. */
export interface Fidelity {
  readonly ldsPpm: number;
  readonly errorPpm: number;
}

/** What a retraining on one subset gives. */
export interface Retrained {
  readonly weights: Int32Array;
  /** Of each query, in units of 2^-24. */
  readonly outputs: readonly number[];
}

const TOLERANCE = 1e-5;
const PPM = 1_000_000;
const WHOLE_BPS = 10_000;

/** Queries and subsets of a problem, and the full model's answers and predictions. */
export class Measurement {
  readonly problem: FidelityProblem;
  readonly queries: readonly number[];
  readonly parts: readonly (readonly number[])[];
  readonly #weights: Float64Array;
  readonly #labels: readonly number[];

  /** Throws RangeError for a design that the rows do not allow or that takes too long. */
  constructor(problem: FidelityProblem) {
    const { set, design, seed } = problem;
    const rows = set.labels.length;
    checkDesign(design, rows);
    this.problem = problem;
    this.queries = drawn(seed, "fidelity-queries", { limit: rows, count: design.queries });
    const asked = new Set(this.queries);
    const others = Array.from({ length: rows }, (_, i) => i).filter((i) => !asked.has(i));
    const count = Math.floor((others.length * design.shareBps) / WHOLE_BPS);
    this.parts = Array.from({ length: design.subsets }, (_, m) => {
      const own = taggedHash("openledger/fidelity/subset", seed, u32be(m));
      return drawn(own, "fidelity-subset", { limit: others.length, count }).map((i) => others[i]!);
    });
    this.#weights = loadModel(problem.blobs).weights;
    this.#labels = this.queries.map((row) => referenceAnswer(this.#weights, this.#features(row)).label);
  }

  /** Heads solved on these subsets, and what they say to every query. */
  async retrain(which: readonly number[]): Promise<Retrained[]> {
    const { set, lambda, workers, onSubset } = this.problem;
    const crew = Crew.open({ workers, bytes: 8 * layoutOf(set.labels.length, set.dims, set.classes, 0).end });
    const bounds = { lambda, tolerance: TOLERANCE, maxIterations: MAX_ITERATIONS };
    const done: Retrained[] = [];
    try {
      for (const m of which) {
        const { point } = await solveHead(crew, placeSet(crew, subset(set, [...this.parts[m]!])), bounds);
        const weights = toGrid(point);
        const real = fromGrid(weights);
        const answer = (row: number, q: number) =>
          referenceAnswer(real, this.#features(row)).probabilities[this.#labels[q]!]!;
        done.push({ weights, outputs: this.queries.map(answer) });
        onSubset?.(done.length);
      }
      return done;
    } finally {
      await crew.close();
    }
  }

  /** The LDS of the index against outputs by subset, each a list over the queries. */
  fidelity(outputs: readonly ArrayLike<number>[]): Fidelity {
    const resident = loadModel(this.problem.blobs);
    const correlations = this.queries.map((row, q) => {
      const features = this.#features(row);
      const scores = scoreRows(resident, queryVectors(resident, features, referenceAnswer(this.#weights, features)));
      const predicted = this.parts.map((part) => part.reduce((sum, i) => sum + scores[i]!, 0));
      return rankCorrelation(
        predicted,
        outputs.map((of) => of[q]!),
      );
    });
    return meanOf(correlations);
  }

  #features(row: number): Float64Array {
    const { features, dims } = this.problem.set;
    return features.slice(row * dims, (row + 1) * dims);
  }
}

function checkDesign({ subsets, queries, shareBps }: FidelityDesign, rows: number): void {
  if (2 * queries > rows) throw new RangeError(`${queries} queries of ${rows} rows leave too few to train on`);
  if (subsets * queries > MOST_OUTPUTS || subsets * queries * rows > MOST_SUMS) {
    throw new RangeError(`${subsets} subsets for ${queries} queries over ${rows} rows take too long`);
  }
  if (Math.floor(((rows - queries) * shareBps) / WHOLE_BPS) < 1) throw new RangeError("the subsets are empty");
}

function meanOf(values: readonly number[]): Fidelity {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const error = Math.sqrt(squares / (count * (count - 1)));
  const onGrid = (value: number) => Math.floor(value * PPM + 0.5);
  return { ldsPpm: Math.max(0, onGrid(mean)), errorPpm: onGrid(error) };
}

/** uint32 little-endian, subset after subset. */
export function encodeEvidence(outputs: readonly (readonly number[])[]): Uint8Array {
  const all = outputs.flat();
  const view = new DataView(new ArrayBuffer(4 * all.length));
  for (const [i, value] of all.entries()) view.setUint32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}

/** Undefined for another number of bytes than the design needs. */
export function decodeEvidence(bytes: Uint8Array, { subsets, queries }: FidelityDesign): number[][] | undefined {
  if (bytes.length !== 4 * subsets * queries) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: subsets }, (_, m) =>
    Array.from({ length: queries }, (_, q) => view.getUint32(4 * (m * queries + q), true)),
  );
}
