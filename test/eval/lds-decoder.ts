import { median, spearman } from "../bench/statistics.ts";
import { shakespeare } from "./data.ts";
import { exportDecoder } from "./decoder/export.ts";
import { gradientTimes, gradientViews } from "./decoder/gradients.ts";
import { ADAPTER_METHODS, type AdapterInput, type AdapterMethod } from "./decoder/methods.ts";
import { OURS } from "./decoder/ours.ts";
import { type DecoderProblem, type DecoderSizes, decoderProblem } from "./decoder/problem.ts";
import { type Retrained, retrained } from "./decoder/retrain.ts";
import { trajectory } from "./decoder/trajectory.ts";
import { userTexts } from "./decoder/user-texts.ts";
import { type EvalOptions, type Evaluation, EvaluationError, ownInteger } from "./evaluation.ts";
import type { GroundTruth } from "./ground-truth.ts";
import { bootstrapMean } from "./lds.ts";
import { chooseSetting, type MethodResult, measure, scoreQueries } from "./measure.ts";
import { type PeerSetting, readPeers } from "./peers.ts";
import { contributorSubsets, randomSubsets, type Subset } from "./subsets.ts";

const FULL = {
  ...{ n: 256, subsets: 40, others: 20, reruns: 10, queries: 60, tuning: 15, contributors: 16, ensemble: 10 },
  ...{ layers: 2, width: 32, context: 32, vocab: 384, baseTexts: 3000, baseEpochs: 4, rank: 4, epochs: 20, batch: 128 },
};
const BOUNDED = {
  ...{ n: 24, subsets: 4, others: 0, reruns: 2, queries: 4, tuning: 2, contributors: 4, ensemble: 2 },
  ...{ layers: 1, width: 16, context: 32, vocab: 272, baseTexts: 40, baseEpochs: 1, rank: 2, epochs: 2, batch: 8 },
};
type Sizes = typeof FULL;
type Truths = Readonly<Record<string, GroundTruth>> & { readonly half: GroundTruth };
/** A correlation wants two subsets or reruns. */
const LEAST: Partial<Sizes> = { n: 4, subsets: 2, others: 0, reruns: 2, contributors: 2 };
const STAGES = 5;
const SEED = "adapter";

function sizesOf(options: EvalOptions): Sizes {
  const entries = Object.entries(options.bounded ? BOUNDED : FULL).map(([name, value]) => {
    return [name, ownInteger(options, name.toLowerCase(), value, LEAST[name as keyof Sizes] ?? 1)];
  });
  return Object.fromEntries(entries) as Sizes;
}

function problemSizes(sizes: Sizes): DecoderSizes {
  const { n, contributors, layers, width, context, vocab, baseTexts, baseEpochs, rank, epochs, batch } = sizes;
  const shape = { layers, width, context, vocab, baseTexts, baseEpochs, rank, epochs, batch };
  return { n, queries: sizes.queries + sizes.tuning, contributors, ...shape };
}

/** Retrainings of one run, and how long those took that were not kept from an earlier one. */
class Retrainings {
  readonly seconds: number[] = [];
  private readonly problem: DecoderProblem;
  private readonly options: EvalOptions;

  constructor(problem: DecoderProblem, options: EvalOptions) {
    this.problem = problem;
    this.options = options;
  }

  async on(stage: string, subsets: readonly Subset[], seed = SEED): Promise<GroundTruth> {
    const found: Retrained[] = [];
    for (const subset of subsets) {
      const one = await retrained(this.problem, subset, seed, this.options);
      if (one.seconds !== undefined) this.seconds.push(one.seconds);
      found.push(one);
      this.options.progress.step(`retrained, ${stage}`, found.length, subsets.length);
    }
    return { subsets, outputs: found.map(({ outputs }) => outputs) };
  }
}

async function truthsOf(problem: DecoderProblem, sizes: Sizes, retrainings: Retrainings, { seed }: EvalOptions) {
  const { n, subsets, others } = sizes;
  const truths: Record<string, GroundTruth> = {
    half: await retrainings.on("half", randomSubsets(n, 0.5, subsets, `lds-subset-${seed}`)),
  };
  if (others > 0) {
    const families = {
      drop10: randomSubsets(n, 0.9, others, `lds-drop10-${seed}`),
      drop2: randomSubsets(n, 0.98, others, `lds-drop2-${seed}`),
      contributors: contributorSubsets(problem.contributor, sizes.contributors, others, `lds-contributor-${seed}`),
    };
    for (const [name, drawn] of Object.entries(families)) truths[name] = await retrainings.on(name, drawn);
  }
  return truths as Truths;
}

/**
 * Two trainings on each subset that differ in the seed of the adapter and of the order. Both carry noise; a method carries
 * none, so that it can reach the square root of their correlation (Spearman 1904, correction for attenuation).
 */
async function noiseCeiling(half: GroundTruth, retrainings: Retrainings, sizes: Sizes, options: EvalOptions) {
  const subsets = half.subsets.slice(0, sizes.reruns);
  const { outputs } = await retrainings.on("reruns", subsets, `${SEED}-again`);
  const agreement = Array.from({ length: sizes.queries }, (_, query) =>
    spearman(
      subsets.map((_, m) => half.outputs[m]![query]!),
      outputs.map((output) => output[query]!),
    ),
  );
  const { mean, se } = bootstrapMean(agreement, `${options.seed}-ceiling`);
  return { reruns: subsets.length, spearman: mean, se, attainable: Math.sqrt(Math.max(0, mean)) };
}

interface Looked {
  readonly input: AdapterInput;
  readonly times: Awaited<ReturnType<typeof gradientTimes>>;
  readonly adapters: {
    readonly main: Float64Array;
    readonly trajectory: Float64Array[];
    readonly ensemble: Float64Array[];
  };
}

async function inputOf(problem: DecoderProblem, sizes: Sizes, options: EvalOptions): Promise<Looked> {
  const { progress } = options;
  const all = problem.texts.map((_, i) => i);
  const main = await retrained(problem, all, SEED, options);
  progress.note("following the training of all rows");
  const stages = await trajectory(problem, SEED, STAGES);
  const halves: Float64Array[] = [];
  for (const subset of randomSubsets(sizes.n, 0.5, sizes.ensemble, `ensemble-${options.seed}`)) {
    halves.push((await retrained(problem, subset, SEED, options)).weights);
    progress.step("trained, ensemble", halves.length, sizes.ensemble);
  }
  const adapters = [main.weights, ...stages, ...halves];
  const views = await gradientViews(problem, adapters, (done) => progress.step("gradients", done, adapters.length));
  const input = {
    main: views[0]!,
    trajectory: views.slice(1, 1 + stages.length),
    ensemble: views.slice(1 + stages.length),
    rowTokens: problem.texts.map((text) => problem.encode(text)),
    queryTokens: problem.queries.map((text) => problem.encode(text)),
  };
  const times = await gradientTimes(problem, main.weights);
  return { input, times, adapters: { main: main.weights, trajectory: stages, ensemble: halves } };
}

function score(
  method: AdapterMethod,
  { input, times }: Pick<Looked, "input" | "times">,
  truths: Truths,
  sizes: Sizes,
  options: EvalOptions,
): MethodResult {
  const settings = method.settings(input);
  const chosen = chooseSetting(settings, truths.half, { from: sizes.queries, to: sizes.queries + sizes.tuning });
  const scored = scoreQueries(chosen, { from: 0, to: sizes.queries }, method.name, options.progress);
  const { bytesPerRow, setting } = scored;
  const queryMs = scored.queryMs + times.gradientMs * (method.adapters?.(input) ?? 1);
  const extra = setting ? { setting } : {};
  return { ...measure(scored, truths, `${options.seed}`), queryMs, bytesPerRow, ...extra, source: method.source };
}

/** Another library's scores; its times come with them, what it keeps is not known. */
function peer(
  name: string,
  settings: readonly PeerSetting[],
  truths: Truths,
  sizes: Sizes,
  options: EvalOptions,
): MethodResult {
  const chosen = chooseSetting(settings, truths.half, { from: sizes.queries, to: sizes.queries + sizes.tuning });
  const scored = scoreQueries(chosen, { from: 0, to: sizes.queries }, name, options.progress);
  return { ...measure(scored, truths, `${options.seed}`), queryMs: chosen.queryMs(), setting: scored.setting };
}

/** Read before anything expensive, so that scores of another problem are refused at once. */
function peersOf(problem: DecoderProblem, options: EvalOptions): Record<string, PeerSetting[]> {
  if (typeof options.own.peers !== "string") return {};
  return readPeers(options.own.peers, problem.key, { rows: problem.texts.length, queries: problem.queries.length });
}

function methodsOf(options: EvalOptions): readonly AdapterMethod[] {
  const all = [...ADAPTER_METHODS, ...OURS];
  if (typeof options.own.methods !== "string") return all;
  return options.own.methods.split(",").map((name) => {
    const found = all.find((method) => method.name === name);
    if (found) return found;
    throw new EvaluationError("usage", `no method ${name}; there are ${all.map((m) => m.name).join(", ")}`);
  });
}

async function run(options: EvalOptions): Promise<object> {
  const sizes = sizesOf(options);
  const text = options.data === undefined ? shakespeare() : userTexts(options);
  const problem = await decoderProblem(text, problemSizes(sizes), options);
  const peers = peersOf(problem, options);
  const retrainings = new Retrainings(problem, options);
  const truths = await truthsOf(problem, sizes, retrainings, options);
  const ceiling = await noiseCeiling(truths.half, retrainings, sizes, options);
  const { input, adapters, times } = await inputOf(problem, sizes, options);
  if (typeof options.own.export === "string") {
    const losses = input.main.doubt.map((doubt) => -Math.log(1 - doubt));
    exportDecoder(options.own.export, problem, truths, sizes.tuning, { ...adapters, losses });
  }
  const methods = [
    ...methodsOf(options).map(
      (method) => [method.name, score(method, { input, times }, truths, sizes, options)] as const,
    ),
    ...Object.entries(peers).map(([name, settings]) => [name, peer(name, settings, truths, sizes, options)] as const),
  ];
  const mean = (outputs: Float64Array) => outputs.reduce((a, b) => a + b, 0) / outputs.length;
  return {
    data: options.data ?? "tiny Shakespeare",
    ...sizes,
    adapterWeights: input.main.size,
    meanLogProbability: truths.half.outputs.reduce((sum, o) => sum + mean(o), 0) / truths.half.outputs.length,
    ...(retrainings.seconds.length > 0 ? { retrainSeconds: median(retrainings.seconds) } : {}),
    ...times,
    noiseCeiling: ceiling,
    methods: Object.fromEntries(methods),
  };
}

export const evaluation: Evaluation = {
  name: "lds-decoder",
  describe:
    "linear datamodelling score of attribution methods for low-rank adapters of a decoder, against real retraining",
  options: Object.fromEntries(
    [...Object.keys(FULL), "methods", "export", "peers"].map((name) => [
      name.toLowerCase(),
      { type: "string" as const },
    ]),
  ),
  help: {
    n: "passages that the adapter is trained on (256)",
    subsets: "random halves that it is retrained on (40)",
    others: "subsets of each further family: all but 10 %, all but 2 %, half of the contributors (20; 0: none)",
    reruns: "retrainings with other seeds, for the noise ceiling (10)",
    queries: "passages that are asked about (60)",
    tuning: "further ones on which dampings are chosen (15)",
    contributors: "contributors that stretches of the text are dealt to (16)",
    ensemble: "adapters of other random halves, for TRAK (10)",
    ...{ layers: "of the decoder (2)", width: "of the decoder (32)", context: "tokens of a window (32)" },
    ...{
      vocab: "tokens of the tokenizer that is trained (384)",
      basetexts: "passages that the base is trained on (3000)",
    },
    ...{ baseepochs: "epochs of the base (4)", rank: "of the adapter (4)", epochs: "of an adapter (20)" },
    batch: "passages a step of the adapter (128)",
    methods: "methods a,b (all)",
    export: "writes problem, adapters and ground truth to this folder, for peers/compare_decoder.py",
    peers: "reads other libraries' scores from such a folder",
  },
  examples: [
    ["lds-decoder", "tiny Shakespeare, all methods; about 20 minutes the first time"],
    ["lds-decoder --bounded", "a first look: a decoder of one layer, which learns little"],
    ["lds-decoder --data texts.csv --test more.csv --text-column body", "your texts, one passage or more a row"],
  ],
  run,
};
