import { createHash } from "node:crypto";
import { DEFAULT_PARAMS } from "../../modules/rewards/params.ts";
import { openTokenizer } from "../../node/tokens/tokenizer.ts";
import { SeededStream, seededOrder } from "../bench/random.ts";
import {
  type Answered,
  GENERATOR_ATTACKS,
  type GeneratorAttack,
  type GeneratorScene,
} from "./attacks/generator-kinds.ts";
import {
  type GeneratorOutcome,
  type GeneratorWorld,
  type PaidPrompt,
  type Passage,
  runGenerator,
} from "./attacks/generator-world.ts";
import { shakespeare } from "./data.ts";
import { decoderProblem } from "./decoder/problem.ts";
import { userTexts } from "./decoder/user-texts.ts";
import { type EvalOptions, type Evaluation, EvaluationError, ownInteger, ownNumber } from "./evaluation.ts";
import { keyOf } from "./state.ts";

const HONEST = 8;
const FULL = {
  ...{ passages: 208, prompts: 160, layers: 2, width: 32, context: 32, vocab: 384 },
  ...{ baseTexts: 3000, baseEpochs: 4, rank: 4, epochs: 20, batch: 128 },
};
const BOUNDED: typeof FULL = {
  ...{ passages: 48, prompts: 12, layers: 1, width: 16, context: 24, vocab: 320 },
  ...{ baseTexts: 400, baseEpochs: 6, rank: 2, epochs: 4, batch: 16 },
};
const SHARE = 0.048;
/** Draws of the attacker's passages and of prompts: one has ten passages, which is little. */
const DRAWS = 3;
/** Bump when what a run computes changes: stored outcomes of another version are not read. */
const VERSION = "attacks-decoder/2";

interface Scenario {
  readonly world: Omit<GeneratorWorld, "items">;
  readonly own: readonly Passage[];
  readonly honest: readonly Passage[];
  /** Paid in a former round. */
  readonly former: readonly PaidPrompt[];
}

/** The beginning of a passage, at its words, that leaves half of the window to the answer. */
function opening(passage: string, length: (text: string) => number, most: number): string {
  let text = "";
  for (const word of passage.split(/(?<=\s)/)) {
    if (length(text + word) > most) break;
    text += word;
  }
  return text.trimEnd() || passage.slice(0, most);
}

/** Deals seeded passages to eight honest contributors and one that will attack; prompts are openings of passages among them. */
async function scenarioOf(options: EvalOptions, sizes: typeof FULL, share: number): Promise<Scenario> {
  const { seed } = options;
  const { passages, prompts, ...model } = sizes;
  const text = options.data === undefined ? shakespeare() : userTexts(options);
  const problem = await decoderProblem(text, { ...model, n: passages, queries: 2 * prompts, contributors: 1 }, options);
  const order = seededOrder(passages, `attack-rows-${seed}`);
  const few = Math.max(4, Math.round(share * passages));
  const items = order.map((i, at): Passage => {
    return { text: problem.texts[i]!, contributor: at < few ? "attacker" : `honest-${at % HONEST}` };
  });
  const { encode } = openTokenizer(problem.tokenizer);
  const half = Math.floor(model.context / 2);
  const asked = seededOrder(problem.queries.length, `attack-prompts-${seed}`).map((i, at): PaidPrompt => {
    const drawn = createHash("sha256").update(`attack-answer-${seed}/${at}`).digest();
    return {
      text: opening(problem.queries[i]!, (piece) => encode(piece).length, half - 2),
      seed: new Uint8Array(drawn),
    };
  });
  return {
    world: {
      ...{ base: problem, prompts: asked.slice(0, prompts), answer: half, test: problem.queries, seed },
      ...(options.workers ? { workers: options.workers } : {}),
    },
    ...{ own: items.slice(0, few), honest: items.slice(few), former: asked.slice(prompts) },
  };
}

/** A run's pay, stored under everything that it depends on. */
async function outcomeOf(name: string, world: GeneratorWorld, options: EvalOptions): Promise<GeneratorOutcome> {
  const { base, prompts, unpaid = [], items, seed, answer } = world;
  const parts = items.flatMap(({ contributor, text }) => [contributor, text]);
  const asked = [...prompts, ...unpaid].flatMap((prompt) => [prompt.text, prompt.seed]);
  const key = keyOf([VERSION, name, seed, answer, base.graph, JSON.stringify(base.sizes), ...asked, ...parts]);
  const known = options.state.text(key, "outcome.json");
  if (known !== undefined) {
    const { influence, tokens, ...rest } = JSON.parse(known);
    return { influence: Float64Array.from(influence), tokens: Float64Array.from(tokens), ...rest };
  }
  const outcome = await runGenerator(world);
  const { influence, tokens } = outcome;
  options.state.write(
    key,
    "outcome.json",
    JSON.stringify({ ...outcome, influence: [...influence], tokens: [...tokens] }),
  );
  return outcome;
}

const sumOf = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0);

/** What one side got of each pool, and of both as a fee splits them. */
interface Got {
  influence: number;
  tokens: number;
  all: number;
}

/** Sums over the draws of one kind of run. */
interface Totals {
  readonly mine: Got;
  readonly honest: Got;
  items: number;
  honestItems: number;
  loss: number;
}

const nothing = (): Got => ({ influence: 0, tokens: 0, all: 0 });
const noTotals = (): Totals => ({ mine: nothing(), honest: nothing(), items: 0, honestItems: 0, loss: 0 });

function add(to: Got, { influence, tokens }: GeneratorOutcome, from: number, end: number): void {
  const byTokens = DEFAULT_PARAMS.tokenPool;
  const byInfluence = 10_000 - byTokens - DEFAULT_PARAMS.heldOut;
  const [i, t] = [sumOf(influence.slice(from, end)), sumOf(tokens.slice(from, end))];
  to.influence += i;
  to.tokens += t;
  to.all += (byInfluence * i + byTokens * t) / (byInfluence + byTokens);
}

/** The first `honest` items are those of the honest. */
function addOutcome(to: Totals, outcome: GeneratorOutcome, honest: number): void {
  const items = outcome.influence.length;
  add(to.honest, outcome, 0, honest);
  add(to.mine, outcome, honest, items);
  to.items += items - honest;
  to.honestItems += honest;
  to.loss += outcome.loss;
}

export interface GeneratorAttackRow {
  readonly name: string;
  /** The attacker's pay from both pools over the pay of the attacker's own passages in the attack-free run. */
  readonly payVsFair: number;
  /** Per submitted passage, over the honest mean per passage of the same run. */
  readonly payVsHonest: number;
  /** The same of each pool; null where it paid nobody. */
  readonly influenceVsFair: number;
  readonly influenceVsHonest: number;
  readonly tokensVsFair: number | null;
  readonly tokensVsHonest: number | null;
  /** The attacker's pay over what as many passages as it owns earn an honest contributor in the attack-free run. */
  readonly payVsMean: number;
  /** Worse loss of unseen passages than without the attacker. */
  readonly harms: boolean;
  /** Honest contributors' pay over the attack-free one. */
  readonly honest: number;
  readonly submitted: number;
}

function rowOf(name: string, now: Totals, { fair, without }: { fair: Totals; without: Totals }): GeneratorAttackRow {
  const perItem = (pool: keyof Got) => now.mine[pool] / now.items / (now.honest[pool] / now.honestItems);
  return {
    name,
    payVsFair: now.mine.all / fair.mine.all,
    payVsHonest: perItem("all"),
    influenceVsFair: now.mine.influence / fair.mine.influence,
    influenceVsHonest: perItem("influence"),
    tokensVsFair: fair.mine.tokens > 0 ? now.mine.tokens / fair.mine.tokens : null,
    tokensVsHonest: now.honest.tokens > 0 ? perItem("tokens") : null,
    payVsMean: now.mine.all / ((fair.honest.all / fair.honestItems) * fair.items),
    harms: now.loss > without.loss,
    honest: now.honest.all / fair.honest.all,
    submitted: now.items,
  };
}

function attacksOf({ own }: EvalOptions): readonly GeneratorAttack[] {
  const only = typeof own.only === "string" ? own.only.split(",") : undefined;
  const kinds = GENERATOR_ATTACKS.filter(({ name }) => only === undefined || only.includes(name));
  if (kinds.length > 0) return kinds;
  throw new EvaluationError(
    "usage",
    `no attack ${own.only}; there are ${GENERATOR_ATTACKS.map((a) => a.name).join(", ")}`,
  );
}

async function run(options: EvalOptions): Promise<object> {
  const kinds = attacksOf(options);
  const defaults = options.bounded ? BOUNDED : FULL;
  const sizes = {
    ...defaults,
    passages: ownInteger(options, "passages", defaults.passages, 16),
    prompts: ownInteger(options, "prompts", defaults.prompts, 2),
  };
  const share = ownNumber(options, "share", SHARE);
  if (!(share > 0 && share < 1)) throw new EvaluationError("usage", "--share wants a number between 0 and 1");
  const draws = ownInteger(options, "draws", options.bounded ? 1 : DRAWS, 1);
  const [fair, without] = [noTotals(), noTotals()];
  const totals = kinds.map(noTotals);
  for (let draw = 0; draw < draws; draw++) {
    const scenario = await scenarioOf({ ...options, seed: options.seed + draw }, sizes, share);
    const { honest } = scenario;
    const base = await outcomesWithout(scenario, options);
    addOutcome(fair, base.fair, honest.length);
    addOutcome(without, base.without, honest.length);
    const scene = sceneOf(scenario, base.fair);
    for (const [i, kind] of kinds.entries()) {
      options.progress.step(`draw ${draw + 1}: ${kind.name}`, draw * kinds.length + i, draws * kinds.length);
      const items = kind.items(scene, new SeededStream(`attack ${kind.name} ${scenario.world.seed}`));
      const now = await outcomeOf(kind.name, { ...scenario.world, items: [...honest, ...items] }, options);
      addOutcome(totals[i]!, now, honest.length);
    }
  }
  const perItem = ({ all }: Got, items: number) => all / items;
  return {
    data: options.data ?? "tiny Shakespeare",
    ...{ ...sizes, draws, owned: fair.items },
    fair: {
      ownVsHonest: perItem(fair.mine, fair.items) / perItem(fair.honest, fair.honestItems),
      distributed: (fair.mine.influence + fair.honest.influence) / (draws * sizes.prompts),
      cited: (fair.mine.tokens + fair.honest.tokens) / (draws * sizes.prompts),
      loss: fair.loss / draws,
      lossWithoutAttacker: without.loss / draws,
    },
    attacks: kinds.map(({ name }, i) => rowOf(name, totals[i]!, { fair, without })),
  };
}

/** The runs with the attacker's own passages and with none. */
async function outcomesWithout({ world, own, honest, former }: Scenario, options: EvalOptions) {
  options.progress.note("training, indexing and paying the attack-free generator");
  return {
    fair: await outcomeOf("fair", { ...world, unpaid: former, items: [...honest, ...own] }, options),
    without: await outcomeOf("without", { ...world, items: honest }, options),
  };
}

function sceneOf({ world, own, honest, former }: Scenario, { influence, answers }: GeneratorOutcome): GeneratorScene {
  const answered = [...world.prompts, ...former].map(({ text }, i): Answered => {
    return { prompt: text, answer: answers[i]! };
  });
  const paid = world.prompts.length;
  return {
    ...{ own, honest, former: answered.slice(paid), prompts: answered.slice(0, paid) },
    bestPaid: honest.map((_, i) => i).sort((a, b) => influence[b]! - influence[a]! || a - b),
    words: [...new Set(honest.flatMap(({ text }) => text.split(/\s+/)))],
  };
}

export const evaluation: Evaluation = {
  name: "attacks-decoder",
  describe:
    "what attacks on a generator's two pools earn, on real adapters and the engine's own index, relative to honest work",
  options: {
    passages: { type: "string" },
    prompts: { type: "string" },
    share: { type: "string" },
    draws: { type: "string" },
    only: { type: "string" },
  },
  help: {
    passages: "of all contributors together (208)",
    prompts: "that are paid (160)",
    share: "of the passages that are the attacker's (0.048)",
    draws: "of the attacker's passages and the prompts, summed (3)",
    only: "names of attacks a,b (all)",
  },
  examples: [
    ["attacks-decoder", "tiny Shakespeare, every attack; about half an hour the first time, resumable"],
    ["attacks-decoder --bounded --only junk,paraphrase-x5", "two of them on a decoder that learns little"],
    ["attacks-decoder --data texts.csv --test more.csv --text-column body", "your texts"],
  ],
  run,
};
