import { FOLDS, trainFolds } from "../../../node/factory/train-folds.ts";
import { HASHED_NGRAM_512 } from "../../../node/influence/encoder.ts";
import { powerOfTwo } from "../../../node/influence/exact-math.ts";
import { int32FromBytes } from "../../../node/influence/grid.ts";
import { type BuiltIndex, buildIndex } from "../../../node/influence/index-build.ts";
import { encodeIndexHeader, MOST_BLOCKS, triangleSize } from "../../../node/influence/index-format.ts";
import { encodeModel } from "../../../node/influence/model-format.ts";
import { loadModel, type ResidentModel } from "../../../node/influence/resident.ts";
import type { HeadProblem } from "../head-problem.ts";

/** The registered index of a problem's head, built by the engine itself, and its parts in float64. */
export interface HeadIndex {
  readonly built: BuiltIndex;
  /** Probability of every row's label by the fold that did not see it, on the grid. */
  readonly labelProbability: Int32Array;
  /** The index with B query blocks, as a validator holds it. */
  resident(blocks: number): ResidentModel;
  /** H_c^-1 x of one class block in float64, from the gridded inverse. */
  solveBlock(classIndex: number, x: Float64Array): Float64Array;
}

const indexes = new WeakMap<HeadProblem, Promise<HeadIndex>>();

function blockSolver(built: BuiltIndex): HeadIndex["solveBlock"] {
  const { dims, inverseExponents } = built.header;
  const packed = int32FromBytes(built.inverse);
  const size = triangleSize(dims);
  return (classIndex, x) => {
    const y = new Float64Array(dims);
    for (let a = 0, at = classIndex * size; a < dims; a++) {
      let sum = packed[at++]! * x[a]!;
      for (let b = a + 1; b < dims; b++, at++) {
        sum += packed[at]! * x[b]!;
        y[b]! += packed[at]! * x[a]!;
      }
      y[a]! += sum;
    }
    const scale = powerOfTwo(inverseExponents[classIndex]!);
    for (let a = 0; a < dims; a++) y[a]! *= scale;
    return y;
  };
}

async function build(problem: HeadProblem): Promise<HeadIndex> {
  const { set, gridWeights: weights, lambda, contributor, labels, heldOut } = problem;
  const folds = contributor.map((c) => c % FOLDS);
  const { gate, labelProbability } = await trainFolds({ ...set, folds }, { lambda });
  const item = contributor.map((_, i) => i);
  const blocks = Math.min(MOST_BLOCKS, set.classes);
  const fields = { gate, contribution: contributor, item, entry: item, ...(heldOut ? { heldOut } : {}) };
  const built = await buildIndex({ set, weights, lambda, ...fields }, { blocks });
  const model = encodeModel({ encoderId: HASHED_NGRAM_512.id, dims: set.dims, labels, weights });
  return {
    built,
    labelProbability,
    resident: (count) =>
      loadModel({
        model,
        indexHeader: encodeIndexHeader({ ...built.header, blocks: Math.min(count, blocks) }),
        rows: built.rows,
        inverse: built.inverse,
      }),
    solveBlock: blockSolver(built),
  };
}

/** Builds once a problem: row i is item i of its contributor, its gate from five contributor-disjoint folds. */
export function headIndex(problem: HeadProblem): Promise<HeadIndex> {
  const index = indexes.get(problem) ?? build(problem);
  indexes.set(problem, index);
  return index;
}
