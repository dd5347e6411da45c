import { taggedHash, u64be } from "../../chain/crypto/tagged.ts";
import { Crew } from "../factory/crew.ts";
import { placeSet, solveHead } from "../factory/head-solver.ts";
import { layoutOf } from "../factory/layout.ts";
import { trainHead } from "../factory/train-head.ts";
import { subset, type TrainingSet } from "../factory/training-set.ts";
import { referenceAnswer } from "./answer.ts";
import { encoderById } from "./encoder.ts";
import { InfluenceError } from "./errors.ts";
import { naturalLog } from "./exact-math.ts";
import { GRID_ONE, toGrid } from "./grid.ts";
import { buildIndex, DEFAULT_BLOCKS } from "./index-build.ts";
import { encodeIndexHeader, MOST_BLOCKS } from "./index-format.ts";
import { encodeModel } from "./model-format.ts";
import { queryVectors } from "./query.ts";
import { rankCorrelation } from "./rank-correlation.ts";
import { loadModel, type ResidentModel } from "./resident.ts";
import { drawn } from "./sample.ts";
import { scoreRows } from "./score.ts";
import type { IndexSelection } from "./types.ts";

/** Ridges of the curvature blocks that are tried, times the head's: quarters to fourfold. */
export const DAMPINGS: readonly number[] = [0.25, 0.5, 1, 2, 4];
/** Not fewer than the default: what one block loses on Banking77 (README) is less than a dozen retrainings can tell. */
const BLOCKS: readonly number[] = [DEFAULT_BLOCKS, 4, 6, MOST_BLOCKS];
/** Fewer blocks are taken when they lose at most this much of the best LDS: they make queries cheaper. */
const WORTH = 0.002;
/** Retrainings are of a sample of the rows: the choice hardly depends on more. */
const MOST_ROWS = 2000;
const DEFAULTS = { subsets: 12, queries: 100 };
const RETRAIN = { tolerance: 1e-5, maxIterations: 1000 };
/** Encoder of the measuring indexes: they never leave this file. */
const ENCODER = encoderById("hashed-ngram-512");

export interface SelectionInput {
  readonly set: TrainingSet;
  /** Ridge of the head's mean loss. */
  readonly lambda: number;
  /** Features of held-out rows, rows x dims: the questions. */
  readonly questions: Float64Array;
  /** Decides sample and subsets; the training's seed or weights hash. */
  readonly seed: Uint8Array;
}

export interface SelectionOptions {
  readonly subsets?: number;
  readonly queries?: number;
  readonly workers?: number;
}

export interface Selected {
  readonly blocks: number;
  /** Ridge of the curvature blocks. */
  readonly damping: number;
  readonly selection: IndexSelection;
  /** LDS of every candidate that was measured. */
  readonly measured: readonly { readonly blocks: number; readonly damping: number; readonly lds: number }[];
}

interface Truth {
  readonly set: TrainingSet;
  readonly lambda: number;
  readonly weights: Int32Array;
  readonly parts: readonly (readonly number[])[];
  readonly questions: readonly Float64Array[];
  /** [question][subset]: log-probability of the full model's answer after retraining. */
  readonly outputs: readonly Float64Array[];
}

/** Retrains on drawn halves and notes what becomes of the full head's answers to the questions. */
async function groundTruth(input: SelectionInput, options: SelectionOptions): Promise<Truth> {
  const { dims, classes } = input.set;
  const rows = input.set.labels.length;
  const set = subset(input.set, drawn(input.seed, "selection", { limit: rows, count: MOST_ROWS }));
  const size = set.labels.length;
  const lambda = (input.lambda * rows) / size;
  const crewOptions = options.workers === undefined ? {} : { workers: options.workers };
  const head = await trainHead(set, { lambda, ...crewOptions });
  const count = Math.min(options.queries ?? DEFAULTS.queries, Math.floor(input.questions.length / dims));
  const questions = Array.from({ length: count }, (_, q) => input.questions.slice(q * dims, (q + 1) * dims));
  const real = Float64Array.from(head.weights, (w) => w / GRID_ONE);
  const own = questions.map((features) => referenceAnswer(real, features).label);
  const parts = Array.from({ length: options.subsets ?? DEFAULTS.subsets }, (_, m) => {
    const seed = taggedHash("openledger/index-selection", input.seed, u64be(BigInt(m)));
    return drawn(seed, "half", { limit: size, count: Math.floor(size / 2) });
  });
  const outputs = questions.map(() => new Float64Array(parts.length));
  const crew = Crew.open({ ...crewOptions, bytes: 8 * layoutOf(size, dims, classes, 0).end });
  try {
    for (const [m, part] of parts.entries()) {
      const { point } = await solveHead(crew, placeSet(crew, subset(set, part)), { lambda, ...RETRAIN });
      const gridded = Float64Array.from(toGrid(point), (w) => w / GRID_ONE);
      for (const [q, features] of questions.entries()) {
        const p = referenceAnswer(gridded, features).probabilities[own[q]!]!;
        outputs[q]![m] = naturalLog(Math.max(1, p) / GRID_ONE);
      }
    }
  } finally {
    await crew.close();
  }
  return { set, lambda, weights: head.weights, parts, questions, outputs };
}

/** Mean over the questions of the rank correlation between summed scores and retrained outputs. */
function ldsOf(truth: Truth, resident: ResidentModel): number {
  let sum = 0;
  for (const [q, features] of truth.questions.entries()) {
    const scores = scoreRows(resident, queryVectors(resident, features, referenceAnswer(resident.weights, features)));
    const predicted = truth.parts.map((part) => part.reduce((total, i) => total + scores[i]!, 0));
    sum += rankCorrelation(predicted, truth.outputs[q]!);
  }
  return sum / truth.questions.length;
}

/** An index over the sample under one damping, opened with every number of blocks. */
async function measure(truth: Truth, damping: number, blocks: readonly number[], workers: number | undefined) {
  const { set, weights, lambda } = truth;
  const item = Array.from(set.labels, (_, i) => i);
  const columns = { gate: item.map(() => 65535), contribution: item, item, entry: item };
  const cosines = { embedding: 1024, gradient: 1024 };
  const most = Math.max(...blocks);
  const built = await buildIndex(
    { set, weights, lambda, damping: lambda * damping, ...columns, cosines, encoder: ENCODER },
    { blocks: most, ...(workers === undefined ? {} : { workers }) },
  );
  const labels = Array.from({ length: set.classes }, (_, c) => `${c}`);
  const model = encodeModel({ encoderId: ENCODER.id, dims: set.dims, labels, weights });
  return blocks.map((count) => {
    const indexHeader = encodeIndexHeader({ ...built.header, blocks: count });
    return ldsOf(truth, loadModel({ model, indexHeader, rows: built.rows, inverse: built.inverse }));
  });
}

/**
 * Chooses an index's ridge and number of blocks by what they predict of real retrainings, on held-out questions:
 * first the damping of highest LDS (ties to the one nearest the head's ridge), then the fewest blocks within 0.002 of
 * the best. Deterministic in its input. Throws InfluenceError: bad-shape, and what trainHead and buildIndex throw.
 */
export async function selectIndex(input: SelectionInput, options: SelectionOptions = {}): Promise<Selected> {
  if (input.questions.length < input.set.dims) {
    throw new InfluenceError("bad-shape", "the selection of an index needs at least one held-out question");
  }
  const truth = await groundTruth(input, options);
  const blocks = [...new Set(BLOCKS.map((count) => Math.min(count, input.set.classes)))];
  const measured: { blocks: number; damping: number; lds: number }[] = [];
  for (const damping of DAMPINGS) {
    const values = await measure(truth, damping, blocks, options.workers);
    for (const [i, lds] of values.entries()) measured.push({ blocks: blocks[i]!, damping, lds });
  }
  const distance = (damping: number) => Math.max(damping, 1 / damping);
  const best = measured.reduce((a, b) =>
    b.lds > a.lds || (b.lds === a.lds && distance(b.damping) < distance(a.damping)) ? b : a,
  );
  const chosen = measured
    .filter(({ damping, lds }) => damping === best.damping && lds >= best.lds - WORTH)
    .reduce((a, b) => (b.blocks < a.blocks ? b : a));
  return {
    blocks: chosen.blocks,
    damping: input.lambda * chosen.damping,
    selection: {
      ...{ candidates: measured.length, queries: truth.questions.length, subsets: truth.parts.length },
      ldsPpm: Math.floor(chosen.lds * 1_000_000 + 0.5),
    },
    measured,
  };
}
