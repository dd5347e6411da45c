import { defaultLambda, trainHead } from "../../node/factory/train-head.ts";
import { fromGrid } from "../../node/influence/grid.ts";
import { SeededStream, seededOrder } from "../bench/random.ts";
import { ADAPTIVE_ATTACKS, type AttackKind, type AttackScene, PLAIN_ATTACKS } from "./attacks/kinds.ts";
import { runWorld, type World, type WorldItem, type WorldOutcome } from "./attacks/world.ts";
import { classificationData, type EvalData } from "./data.ts";
import { type EvalOptions, type Evaluation, EvaluationError, ownInteger, ownNumber } from "./evaluation.ts";
import { featureSpace } from "./features.ts";
import { keyOf } from "./state.ts";

const HONEST = 8;
const DEFAULTS = { rows: 3000, inferences: 300, share: 0.04 };
const BOUNDED = { rows: 600, inferences: 60, share: 0.04 };
/** Bump when what a run computes changes: stored outcomes of another version are not read. */
const VERSION = "attacks/5";
const FIGURES = 4;

interface Scenario {
  readonly world: Omit<World, "items">;
  readonly scene: Omit<AttackScene, "bestPaid">;
}

/** Deals seeded rows to eight honest contributors and one that will attack, and draws the paid questions. */
async function scenarioOf(data: EvalData, options: EvalOptions, size: typeof DEFAULTS): Promise<Scenario> {
  const { seed } = options;
  const space = featureSpace(data);
  const isText = data.columns === undefined;
  const order = seededOrder(data.train.length, `attack-rows-${seed}`).slice(0, size.rows);
  const features = space.of(order.map((i) => data.train[i]!));
  const itemOf = (i: number, at: number, contributor: string): WorldItem => ({
    ...{ contributor, label: data.train[i]!.label, text: isText ? data.train[i]!.text : undefined },
    features: features.slice(at * space.dims, (at + 1) * space.dims),
  });
  const few = Math.max(4, Math.round(size.share * order.length));
  const items = order.map((i, at) => itemOf(i, at, at < few ? "attacker" : `honest-${at % HONEST}`));
  const testFeatures = space.of(data.test);
  const test = data.test.map(({ label, text }, i) => ({
    ...{ label, text: isText ? text : undefined },
    features: testFeatures.slice(i * space.dims, (i + 1) * space.dims),
  }));
  const asked = seededOrder(test.length, `attack-questions-${seed}`).map((i) => test[i]!);
  // As many of a former round as are paid, also where --test has few rows.
  const inferences = Math.min(size.inferences, Math.floor(asked.length / 2));
  if (inferences < 1)
    throw new EvaluationError("bad-data", "the test data has fewer than two rows: two rounds of questions");
  const questions = asked.slice(0, inferences);
  const former = asked.slice(inferences, 2 * inferences);
  const [own, honest] = [items.slice(0, few), items.slice(few)];
  const set = { features, dims: space.dims, classes: data.labels.length, labels: items.map(({ label }) => label) };
  const lambda = defaultLambda(items.length);
  const head = await trainHead(set, {
    lambda,
    tolerance: 1e-3,
    ...(options.workers ? { workers: options.workers } : {}),
  });
  return {
    world: {
      ...{ labels: data.labels, dims: space.dims, seed, test, questions: questions.map((asked) => asked.features) },
      ...(options.workers ? { workers: options.workers } : {}),
    },
    scene: { own, honest, questions, former, classes: data.labels.length, weights: fromGrid(head.weights), seed },
  };
}

/** A run's outcome, stored under everything that it depends on. */
async function outcomeOf(name: string, world: World, options: EvalOptions): Promise<WorldOutcome> {
  const parts = world.items.flatMap(({ contributor, text, label, features }) => [
    contributor,
    text ?? "",
    label,
    features,
  ]);
  const key = keyOf([VERSION, name, world.seed, world.questions.length, ...world.questions, ...parts]);
  const packed = await options.state.keep(key, "outcome", world.items.length + FIGURES, async () => {
    const { paid, accuracy, loss, distributed, heldOut } = await runWorld(world);
    return Float64Array.of(accuracy, loss, distributed, heldOut, ...paid);
  });
  const [accuracy, loss, distributed, heldOut] = [packed[0]!, packed[1]!, packed[2]!, packed[3]!];
  return { accuracy, loss, distributed, heldOut, paid: packed.slice(FIGURES) };
}

const total = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0);

/** Pay of every honest contributor in one run relative to the same contributor's in another. */
function honestRatios(honest: readonly WorldItem[], now: Float64Array, fair: Float64Array): number[] {
  const sums = new Map<string, [number, number]>();
  for (const [i, { contributor }] of honest.entries()) {
    const [a, b] = sums.get(contributor) ?? [0, 0];
    sums.set(contributor, [a + now[i]!, b + fair[i]!]);
  }
  return [...sums.values()].map(([a, b]) => a / b);
}

export interface AttackRow {
  readonly name: string;
  /** The attacker's pay over the pay of the attacker's own items in the attack-free run. */
  readonly payVsFair: number;
  /** Per submitted item, over the honest mean per item of the same run. */
  readonly payVsHonest: number;
  /** Worse held-out loss than without the attacker: such items deserve nothing. */
  readonly harms: boolean;
  /** Honest contributors' pay over the attack-free one: all, lowest, highest. */
  readonly honest: number;
  readonly honestLowest: number;
  readonly honestHighest: number;
  readonly submitted: number;
  readonly accuracy: number;
}

interface Baseline {
  readonly fair: WorldOutcome;
  readonly without: WorldOutcome;
}

function rowOf(kind: AttackKind, scenario: Scenario, submitted: number, base: Baseline, now: WorldOutcome): AttackRow {
  const { honest } = scenario.scene;
  const [paidHonest, paidAttacker] = [now.paid.slice(0, honest.length), now.paid.slice(honest.length)];
  const fairHonest = base.fair.paid.slice(0, honest.length);
  const ratios = honestRatios(honest, paidHonest, fairHonest);
  return {
    name: kind.name,
    payVsFair: total(paidAttacker) / total(base.fair.paid.slice(honest.length)),
    payVsHonest: total(paidAttacker) / submitted / (total(paidHonest) / honest.length),
    harms: now.loss > base.without.loss,
    honest: total(paidHonest) / total(fairHonest),
    ...{ honestLowest: Math.min(...ratios), honestHighest: Math.max(...ratios), submitted, accuracy: now.accuracy },
  };
}

async function run(options: EvalOptions): Promise<object> {
  const defaults = options.bounded ? BOUNDED : DEFAULTS;
  const size = {
    rows: ownInteger(options, "rows", defaults.rows),
    inferences: ownInteger(options, "inferences", defaults.inferences),
    share: ownNumber(options, "share", defaults.share),
  };
  if (!(size.share > 0 && size.share < 1)) throw new EvaluationError("usage", "--share wants a number between 0 and 1");
  const data = classificationData(options);
  const scenario = await scenarioOf(data, options, size);
  const { own, honest } = scenario.scene;
  const worldOf = (items: readonly WorldItem[]): World => ({ ...scenario.world, items: [...honest, ...items] });
  const base: Baseline = {
    fair: await outcomeOf("fair", worldOf(own), options),
    without: await outcomeOf("without", worldOf([]), options),
  };
  const bestPaid = honest.map((_, i) => i).sort((a, b) => base.fair.paid[b]! - base.fair.paid[a]! || a - b);
  const only = options.own.only as string | undefined;
  const kinds = [...PLAIN_ATTACKS, ...ADAPTIVE_ATTACKS].filter(
    ({ name, needsText }) => (only === undefined || only.split(",").includes(name)) && !(needsText && data.columns),
  );
  if (kinds.length === 0) {
    const names = [...PLAIN_ATTACKS, ...ADAPTIVE_ATTACKS].map(({ name }) => name);
    throw new EvaluationError("usage", `no attack ${only} on this data; there are ${names.join(", ")}`);
  }
  const attacks: AttackRow[] = [];
  for (const [i, kind] of kinds.entries()) {
    options.progress.step(kind.name, i, kinds.length);
    const items = kind.items({ ...scenario.scene, bestPaid }, new SeededStream(`attack ${kind.name} ${options.seed}`));
    const now = await outcomeOf(kind.name, worldOf(items), options);
    attacks.push(rowOf(kind, scenario, items.length, base, now));
  }
  const { accuracy, distributed, heldOut } = base.fair;
  return {
    ...{ data: data.name, rows: honest.length + own.length, inferences: scenario.world.questions.length, heldOut },
    fair: { accuracy, distributed, accuracyWithoutAttacker: base.without.accuracy },
    attacks,
  };
}

export const evaluation: Evaluation = {
  name: "attacks",
  describe: "what attacks on the payout rule earn, on the real engine, relative to honest work",
  options: {
    rows: { type: "string" },
    inferences: { type: "string" },
    share: { type: "string" },
    only: { type: "string" },
  },
  help: {
    rows: "items of all contributors together (3000)",
    inferences: "paid questions (300)",
    share: "share of the items that are the attacker's (0.04)",
    only: "names of attacks a,b (all)",
  },
  examples: [
    ["attacks", "Banking77, every attack; about two hours the first time, resumable"],
    ["attacks --bounded --only random-labels,copies-of-others", "two of them on few items"],
    ["attacks --data train.csv --test test.csv --text-column body --label-column topic", "your texts"],
  ],
  run,
};
