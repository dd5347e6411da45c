import type { TrainingSet } from "../factory/training-set.ts";
import { builtInEncoder } from "../influence/encoders/built-in.ts";
import type { AsyncEncoder } from "../influence/encoders/types.ts";
import {
  type BuiltIndex,
  buildIndex,
  extendIndex,
  type IndexInput,
  type IndexOptions,
} from "../influence/index-build.ts";
import { decodeModel, weightsHash } from "../influence/model-format.ts";
import { type Selected, selectIndex } from "../influence/select-index.ts";
import { heldOutSet, lambdaOf, type TrainingPlan, trainingSet } from "./training.ts";

/** The blocks of an index that is at hand already. */
export type EarlierIndex = Pick<BuiltIndex, "header" | "rows" | "inverse">;

export interface IndexModelOptions extends IndexOptions {
  readonly encoder?: AsyncEncoder;
  readonly onEncoded?: (done: number) => void;
  /** Measures ridge and number of blocks on held-out rows, where there are any and no earlier index decides them. */
  readonly select?: boolean;
  readonly onSelect?: () => void;
  /** An index of the same head whose inverse is used again; another one's is refused with InfluenceError hash-mismatch. */
  readonly earlier?: EarlierIndex | undefined;
}

export interface IndexedModel extends BuiltIndex {
  /** What was measured; undefined when nothing was. */
  readonly selected: Selected | undefined;
}

/**
 * The influence index of a trained model: one row a cluster owner that was trained on, in that order; held-out rows give the harm gate.
 * Throws as buildIndex, extendIndex, selectIndex.
 */
export async function indexModel(
  plan: TrainingPlan,
  trained: { readonly model: Uint8Array; readonly gate: Uint16Array },
  options: IndexModelOptions = {},
): Promise<IndexedModel> {
  const { rows } = plan;
  const { weights } = decodeModel(trained.model);
  const encoder = options.encoder ?? builtInEncoder(plan.encoder);
  const set = await trainingSet(plan, encoder, options.onEncoded);
  const heldOut = await heldOutSet(plan, encoder);
  const columns = {
    contribution: rows.map(({ contribution }) => contribution),
    item: rows.map(({ item }) => item),
    entry: rows.map(({ entry }) => entry),
  };
  const bare = { set, weights, lambda: lambdaOf(plan), gate: trained.gate, ...columns, encoder };
  const input: IndexInput = { ...bare, ...(heldOut && { heldOut }) };
  const measures = options.select === true && !options.earlier;
  const selected = measures && heldOut ? await selection(input, heldOut, options) : undefined;
  return { ...(await built(input, selected, options)), selected };
}

/** Sample, subsets and questions follow from the head: its owner cannot choose them without another head. */
function selection(input: IndexInput, heldOut: TrainingSet, options: IndexModelOptions): Promise<Selected> {
  options.onSelect?.();
  const { set, lambda, weights } = input;
  const seed = weightsHash(weights);
  const { workers } = options;
  return selectIndex({ set, lambda, questions: heldOut.features, seed }, workers === undefined ? {} : { workers });
}

function built(input: IndexInput, selected: Selected | undefined, options: IndexModelOptions): Promise<BuiltIndex> {
  const { earlier, blocks, workers, onProgress } = options;
  const kept = earlier && keptChoice(earlier);
  const choice = selected ?? kept;
  const chosen = choice && { damping: choice.damping, selection: choice.selection };
  const wanted = blocks ?? choice?.blocks;
  const building: IndexOptions = {
    ...(wanted !== undefined && { blocks: wanted }),
    ...(workers !== undefined && { workers }),
    ...(onProgress && { onProgress }),
  };
  if (!earlier) return buildIndex({ ...input, ...chosen }, building);
  return extendIndex(earlier, { ...input, ...chosen, trainedRows: earlier.header.trainedRows }, building);
}

const LAMBDA_UNIT = 2 ** 40;

/** An inverse that is used again keeps its ridge, and with it the measurement that chose it. */
function keptChoice({ header }: EarlierIndex): Pick<Selected, "damping" | "blocks" | "selection"> {
  return { damping: header.lambdaGrid / LAMBDA_UNIT, blocks: header.blocks, selection: header.selection };
}
