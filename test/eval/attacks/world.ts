import { sha256 } from "../../../chain/crypto/hash.ts";
import { foldOf, trainFolds } from "../../../node/factory/train-folds.ts";
import { defaultLambda, trainHead } from "../../../node/factory/train-head.ts";
import type { TrainingSet } from "../../../node/factory/training-set.ts";
import { referenceAnswer } from "../../../node/influence/answer.ts";
import { attributeAnswer } from "../../../node/influence/attribute.ts";
import { clusters } from "../../../node/influence/dedupe.ts";
import { HASHED_NGRAM_512 } from "../../../node/influence/encoder.ts";
import { drawHeldOut } from "../../../node/influence/held-out.ts";
import { buildIndex } from "../../../node/influence/index-build.ts";
import { encodeModel } from "../../../node/influence/model-format.ts";
import { loadModel, type ResidentModel } from "../../../node/influence/resident.ts";
import { ONE_SHARE } from "../../../node/influence/types.ts";

/** An accepted item: what one contributor handed in, with its features. */
export interface WorldItem {
  readonly contributor: string;
  /** Undefined for items of numeric data: only look-alikes in embedding and gradient space find their copies. */
  readonly text: string | undefined;
  readonly label: number;
  readonly features: Float64Array;
}

/** Accepted items in originality order, and the questions that will be paid. */
export interface World {
  readonly items: readonly WorldItem[];
  readonly labels: readonly string[];
  readonly dims: number;
  /** Features of the paid questions. */
  readonly questions: readonly Float64Array[];
  /** Unseen items that quality is measured on. */
  readonly test: readonly { readonly features: Float64Array; readonly label: number }[];
  readonly seed: number;
  readonly workers?: number;
}

export interface WorldOutcome {
  /** Fees earned by every item, each question's contributors' part counted as 1. */
  readonly paid: Float64Array;
  readonly accuracy: number;
  readonly loss: number;
  /** Part of all fees that reached contributors. */
  readonly distributed: number;
  readonly heldOut: number;
}

const utf8 = new TextEncoder();
const textKey = (text: string | undefined, i: number) => text ?? `item ${i} ${"0123456789".repeat(i % 7)}`;

/** First items of the shingle clusters; items without text own theirs. */
function ownersOf(items: readonly WorldItem[]): number[] {
  const withText = items.flatMap(({ text }, i) => (text === undefined ? [] : [i]));
  const { owner } = clusters(withText.map((i) => items[i]!.text!));
  const copies = new Set(withText.filter((_, at) => owner[at] !== at));
  return items.flatMap((_, i) => (copies.has(i) ? [] : [i]));
}

function setOf({ items, labels, dims }: World, chosen: readonly number[]): TrainingSet {
  const features = new Float64Array(chosen.length * dims);
  for (const [at, i] of chosen.entries()) features.set(items[i]!.features, at * dims);
  return { features, dims, classes: labels.length, labels: Int32Array.from(chosen, (i) => items[i]!.label) };
}

function itemKey({ items }: World, i: number): Uint8Array {
  return sha256(utf8.encode(`${items[i]!.contributor}/${textKey(items[i]!.text, i)}/${i}`));
}

/** Clusters, held-out draw, head, folds and index of a world: the engine as a model owner runs it. */
async function modelOf(world: World): Promise<{ resident: ResidentModel; trained: readonly number[]; held: number }> {
  const owners = ownersOf(world.items);
  const drawn = owners.map((i) => ({ itemId: itemKey(world, i), contributor: world.items[i]!.contributor }));
  const held = drawHeldOut(sha256(utf8.encode(`held out ${world.seed}`)), drawn);
  const isHeld = new Set(held);
  const trained = owners.filter((_, at) => !isHeld.has(at));
  const crew = world.workers === undefined ? {} : { workers: world.workers };
  const set = setOf(world, trained);
  const lambda = defaultLambda(trained.length);
  const folds = trained.map((i) => foldOf(sha256(utf8.encode(world.items[i]!.contributor)).slice(0, 20)));
  const head = await trainHead(set, { lambda, ...crew });
  const { gate } = await trainFolds({ ...set, folds }, { lambda, ...crew });
  const names = [...new Set(world.items.map(({ contributor }) => contributor))];
  const contribution = trained.map((i) => names.indexOf(world.items[i]!.contributor));
  const columns = { gate, contribution, item: trained, entry: trained };
  const heldOut = setOf(
    world,
    held.map((at) => owners[at]!),
  );
  const index = await buildIndex({ set, weights: head.weights, lambda, ...columns, heldOut }, crew);
  const { labels, dims } = world;
  const model = encodeModel({ encoderId: HASHED_NGRAM_512.id, dims, labels, weights: head.weights });
  const blobs = { model, indexHeader: index.headerBytes, rows: index.rows, inverse: index.inverse };
  return { resident: loadModel(blobs), trained, held: held.length };
}

/** Runs the engine over a world and pays its questions. */
export async function runWorld(world: World): Promise<WorldOutcome> {
  const { resident, held } = await modelOf(world);
  const paid = new Float64Array(world.items.length);
  let distributed = 0;
  for (const features of world.questions) {
    const { settlement } = attributeAnswer(resident, features, referenceAnswer(resident.weights, features));
    for (const { item, weight } of settlement.entries) {
      const part = Number((weight * 1_000_000_000n) / ONE_SHARE) / 1e9;
      paid[item]! += part;
      distributed += part / world.questions.length;
    }
  }
  let [right, loss] = [0, 0];
  for (const { features, label } of world.test) {
    const { label: said, probabilities } = referenceAnswer(resident.weights, features);
    if (said === label) right++;
    loss -= Math.log(Math.max(1, probabilities[label]!) / 2 ** 24);
  }
  const tested = world.test.length;
  return { paid, accuracy: right / tested, loss: loss / tested, distributed, heldOut: held };
}
