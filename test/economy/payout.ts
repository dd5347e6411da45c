import { sha256 } from "../../chain/crypto/hash.ts";
import { foldOf, trainFolds } from "../../node/factory/train-folds.ts";
import { defaultLambda, trainHead } from "../../node/factory/train-head.ts";
import { attribute } from "../../node/influence/attribute.ts";
import { clusters } from "../../node/influence/dedupe.ts";
import { encodeAll, HASHED_NGRAM_512 } from "../../node/influence/encoder.ts";
import { buildIndex } from "../../node/influence/index-build.ts";
import { encodeModel } from "../../node/influence/model-format.ts";
import { loadModel, type ResidentModel } from "../../node/influence/resident.ts";
import { ONE_SHARE } from "../../node/influence/types.ts";
import type { LabelledData } from "../bench/dataset.ts";
import { seededOrder } from "../bench/random.ts";
import { median } from "../bench/statistics.ts";
import { type Contributor, curated, type DealOptions, deal, type Role } from "./dealing.ts";

export interface PayoutOptions extends DealOptions {
  readonly inferences?: number;
  readonly lambda?: number;
  readonly workers?: number;
  readonly onStage?: (stage: string) => void;
}

export interface ContributorPay {
  readonly name: string;
  readonly role: Role;
  readonly submitted: number;
  readonly accepted: number;
  readonly owners: number;
  /** Whole fees, each contributor half counted as 1. */
  readonly paid: number;
  /** Relative to the honest median. */
  readonly perSubmitted: number;
  readonly perAccepted: number;
}

export interface PayoutResult {
  readonly accuracy: number;
  /** Part of the contributors' half that reached contributors. */
  readonly paidToContributors: number;
  readonly contributors: readonly ContributorPay[];
}

interface Accepted {
  readonly contributor: number;
  readonly item: number;
  readonly text: string;
  readonly label: number;
}

function acceptedItems(contributors: readonly Contributor[], seed: number): Accepted[] {
  return contributors.flatMap((contributor, index) => {
    const verdicts = curated(contributor, seed);
    return contributor.items.flatMap((item, i) => (verdicts[i] ? [{ contributor: index, item: i, ...item }] : []));
  });
}

function addressOf(name: string): Uint8Array {
  return sha256(new TextEncoder().encode(`payout experiment ${name}`)).slice(0, 20);
}

async function residentOf(
  owners: readonly Accepted[],
  names: readonly string[],
  labels: readonly string[],
  options: PayoutOptions,
): Promise<ResidentModel> {
  const lambda = options.lambda ?? defaultLambda(owners.length);
  const crew = options.workers === undefined ? {} : { workers: options.workers };
  const folds = owners.map(({ contributor }) => foldOf(addressOf(names[contributor]!)));
  const set = {
    features: encodeAll(owners.map(({ text }) => text)),
    ...{ dims: HASHED_NGRAM_512.dims, classes: labels.length, labels: owners.map(({ label }) => label), folds },
  };
  options.onStage?.("train");
  const head = await trainHead(set, { lambda, ...crew });
  options.onStage?.("folds");
  const { gate } = await trainFolds(set, { lambda, ...crew });
  options.onStage?.("index");
  const index = await buildIndex(
    {
      ...{ set, weights: head.weights, lambda, gate },
      contribution: owners.map(({ contributor }) => contributor),
      item: owners.map(({ item }) => item),
      entry: owners.map((_, i) => i),
    },
    crew,
  );
  const model = encodeModel({ encoderId: HASHED_NGRAM_512.id, dims: set.dims, labels, weights: head.weights });
  return loadModel({ model, indexHeader: index.headerBytes, rows: index.rows, inverse: index.inverse });
}

/** Pays a seeded choice of test questions and says how well the model answers all of them. */
function pay(resident: ResidentModel, data: LabelledData, count: number, options: PayoutOptions) {
  const paid = new Map<number, bigint>();
  const asked = seededOrder(data.test.length, `questions-${options.seed}`).slice(0, count);
  for (const i of asked) {
    for (const { contribution, weight } of attribute(resident, data.test[i]!.text).settlement.entries) {
      paid.set(contribution, (paid.get(contribution) ?? 0n) + weight);
    }
  }
  const right = data.test.filter(({ text, label }) => attribute(resident, text).answer.label === label).length;
  return { paid, accuracy: right / data.test.length };
}

/** The whole loop off chain: deal, curate, dedupe, train, cross-fit, index, answer and settle; then who earned what. */
export async function runPayout(data: LabelledData, options: PayoutOptions): Promise<PayoutResult> {
  const count = options.inferences ?? 300;
  const contributors = deal(data.train, data.labels.length, options);
  const accepted = acceptedItems(contributors, options.seed);
  options.onStage?.("dedupe");
  const { owner } = clusters(accepted.map(({ text }) => text));
  const owners = accepted.filter((_, i) => owner[i] === i);
  const resident = await residentOf(
    owners,
    contributors.map(({ name }) => name),
    data.labels,
    options,
  );
  options.onStage?.("questions");
  const { paid, accuracy } = pay(resident, data, count, options);
  const of = (items: readonly Accepted[], index: number) =>
    items.filter(({ contributor }) => contributor === index).length;
  const raw = contributors.map(({ name, role, items }, index) => ({
    ...{ name, role, submitted: items.length, accepted: of(accepted, index), owners: of(owners, index) },
    paid: Number(((paid.get(index) ?? 0n) * 1_000_000n) / ONE_SHARE) / 1e6,
  }));
  const honest = raw.filter(({ role }) => role === "honest");
  const [submittedBase, acceptedBase] = [
    median(honest.map((c) => c.paid / c.submitted)),
    median(honest.map((c) => c.paid / c.accepted)),
  ];
  return {
    accuracy,
    paidToContributors: raw.reduce((sum, c) => sum + c.paid, 0) / count,
    contributors: raw.map((c) => ({
      ...c,
      perSubmitted: c.paid / c.submitted / submittedBase,
      perAccepted: c.accepted > 0 ? c.paid / c.accepted / acceptedBase : 0,
    })),
  };
}
