import { sha256 } from "../../chain/crypto/hash.ts";
import { InfluenceError } from "../influence/errors.ts";
import { fromGrid, GRID_ONE, roundHalfUp, toGrid, weightsHash } from "../influence/grid.ts";
import { GATE_ONE } from "../influence/types.ts";
import { Crew } from "./crew.ts";
import { placeSet, predict, solveHead } from "./head-solver.ts";
import { layoutOf } from "./layout.ts";
import { type ResolvedOptions, reporter, resolveOptions, type TrainOptions } from "./train-head.ts";
import { checkTrainingSet, subset, type TrainingSet } from "./training-set.ts";

/** Contributor-disjoint folds of the label gate (DESIGN.md "Influence"). */
export const FOLDS = 5;
/** The gate is a coarse function: a looser end than the head's moves no gate by a thousandth. */
export const FOLD_TOLERANCE = 1e-4;

export interface FoldedSet extends TrainingSet {
  /** Fold of every row, 0 .. FOLDS - 1, equal for rows of one contributor. */
  readonly folds: ArrayLike<number>;
}

export interface TrainedFolds extends GateInputs {
  /** Weights of every fold head; a fold without rows, or without rows outside it, has none. */
  readonly heads: readonly (Int32Array | undefined)[];
  readonly hashes: readonly (Uint8Array | undefined)[];
}

/** The fold of a contributor: a function of the address alone, so that nobody can move an item to a kinder fold. */
export function foldOf(address: Uint8Array): number {
  return new DataView(sha256(address).buffer).getUint32(0) % FOLDS;
}

/**
 * Gate of a label probability on the 2^-24 grid: 0 at chance (1 / classes), 1 from
 * max(1/10, min(3 / classes, (1 + 1 / classes) / 2)) on, linear between, in integers. With many classes that is the
 * min(1, p / 0.1) of DESIGN.md less the chance level; with few, where 0.1 is below chance, it still tells a label
 * that strangers confirm from one that they merely cannot exclude.
 */
export function gateOf(probability: number, classes: number): number {
  const aboveChance = 10 * (classes * probability - GRID_ONE);
  const full = (Math.max(classes, Math.min(30, 5 * (classes + 1))) - 10) * GRID_ONE;
  if (aboveChance <= 0) return 0;
  return aboveChance >= full ? GATE_ONE : Math.floor((aboveChance * GATE_ONE) / full);
}

/**
 * What a fold head says of a row's label in 16 bits: the high byte is the gate of the label's probability, the low byte
 * how far that probability exceeds half the likeliest label's: 255 where the label is the likeliest itself, 0 from half
 * of it down. GATE_ONE says yes to both. Probabilities on the 2^-24 grid.
 */
export function judgementOf(probability: number, likeliest: number, classes: number): number {
  const support = likeliest > 0 ? Math.max(0, Math.floor((255 * (2 * probability - likeliest)) / likeliest)) : 0;
  return (gateOf(probability, classes) >> 8) * 256 + support;
}

function checkFolds(set: FoldedSet): void {
  if (set.folds.length !== set.labels.length) {
    throw new InfluenceError("bad-shape", `training set: ${set.folds.length} folds for ${set.labels.length} rows`);
  }
  for (let i = 0; i < set.folds.length; i++) {
    const fold = set.folds[i]!;
    if (Number.isInteger(fold) && fold >= 0 && fold < FOLDS) continue;
    throw new InfluenceError("bad-shape", `training set: row ${i} has fold ${fold} of ${FOLDS}`);
  }
}

/** Trains one fold's head on the rows outside it. */
async function foldHead(crew: Crew, set: TrainingSet, fold: number, options: ResolvedOptions): Promise<Int32Array> {
  const layout = placeSet(crew, set);
  const solved = await solveHead(crew, layout, { ...options, onIteration: reporter("fold", options, fold) });
  return toGrid(solved.point);
}

interface Judged {
  readonly probability: number;
  readonly judgement: number;
}

async function judgeLabels(crew: Crew, set: TrainingSet, weights: Int32Array): Promise<Judged[]> {
  const layout = placeSet(crew, set);
  await predict(crew, layout, fromGrid(weights));
  return Array.from({ length: layout.rows }, (_, row) => {
    const base = layout.probabilities + row * layout.paddedClasses;
    const all = crew.doubles.subarray(base, base + layout.classes);
    const probability = roundHalfUp(all[set.labels[row]!]! * GRID_ONE);
    const likeliest = roundHalfUp(all.reduce((most, p) => Math.max(most, p), 0) * GRID_ONE);
    return { probability, judgement: judgementOf(probability, likeliest, set.classes) };
  });
}

/** What the fold heads say of every row's label. */
export interface GateInputs {
  /** On the 2^-24 grid. */
  readonly labelProbability: Int32Array;
  /** `judgementOf` every row. */
  readonly gate: Uint16Array;
}

const rowsWhere = (folds: ArrayLike<number>, wanted: (fold: number) => boolean) =>
  Array.from(folds, (_, i) => i).filter((i) => wanted(folds[i]!));

/** Judges each row by the head of its fold; without one its probability is 1. The crew has room for the whole set. */
export async function gateOfFolds(
  crew: Crew,
  set: FoldedSet,
  heads: readonly (Int32Array | undefined)[],
): Promise<GateInputs> {
  const labelProbability = new Int32Array(set.labels.length).fill(GRID_ONE);
  const gate = new Uint16Array(set.labels.length).fill(GATE_ONE);
  for (const [fold, head] of heads.entries()) {
    if (!head) continue;
    const inside = rowsWhere(set.folds, (of) => of === fold);
    const judged = await judgeLabels(crew, subset(set, inside), head);
    for (const [position, row] of inside.entries()) {
      labelProbability[row] = judged[position]!.probability;
      gate[row] = judged[position]!.judgement;
    }
  }
  return { labelProbability, gate };
}

/**
 * Cross-fitted label probabilities: each row is judged by a head that saw no row of its contributor. Every head
 * starts from zero. Without any row outside a fold there is no judge: its rows keep probability 1.
 * Throws InfluenceError as `trainHead`; a class may be empty in a fold's complement.
 */
export async function trainFolds(set: FoldedSet, options: TrainOptions = {}): Promise<TrainedFolds> {
  checkTrainingSet(set);
  checkFolds(set);
  const resolved = resolveOptions(options, set.labels.length, FOLD_TOLERANCE);
  const heads: (Int32Array | undefined)[] = [];
  const crew = Crew.open({ ...options, bytes: 8 * layoutOf(set.labels.length, set.dims, set.classes, 0).end });
  try {
    for (let fold = 0; fold < FOLDS; fold++) {
      const outside = rowsWhere(set.folds, (of) => of !== fold);
      const isJudged = outside.length > 0 && outside.length < set.labels.length;
      heads.push(isJudged ? await foldHead(crew, subset(set, outside), fold, resolved) : undefined);
    }
    return { ...(await gateOfFolds(crew, set, heads)), heads, hashes: heads.map((head) => head && weightsHash(head)) };
  } finally {
    await crew.close();
  }
}
