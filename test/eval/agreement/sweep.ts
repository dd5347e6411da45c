import { InferenceSession } from "onnxruntime-node";
import { runtimeFacts } from "../../../node/doctor/providers.ts";
import type { Provider } from "../../../node/influence/graph/runtime.ts";
import type { EvalOptions } from "../evaluation.ts";
import { machineName } from "../machine.ts";
import { keyOf } from "../state.ts";
import { differing, digestsOf, referenceDigests } from "./digests.ts";
import { CHUNK, PROBLEMS, type Problem, type ProblemName } from "./problem.ts";
import { LEVELS, modelOf, type OpenSetting, openSetting, type Setting, settingName } from "./session.ts";

const THREADS = [1, 2];
const BATCHES = [1, 7, 64];

/** Every combination of threads, batch size and optimisation level, on every provider that opens. */
function settings(providers: readonly Provider[]): Setting[] {
  return providers.flatMap((provider) =>
    THREADS.flatMap((threads) =>
      BATCHES.flatMap((batch) => LEVELS.map((level) => ({ threads, batch, level, provider }))),
    ),
  );
}

async function workingProviders(problem: Problem): Promise<Provider[]> {
  if (!runtimeFacts().cudaPlaced) return ["cpu"];
  try {
    const session = await InferenceSession.create(modelOf(problem.graph), { executionProviders: ["cuda"] });
    await session.release();
    return ["cpu", "cuda"];
  } catch {
    return ["cpu"];
  }
}

/** Disagreeing samples by setting. */
type Tally = Record<string, number>;

export interface SweepResult {
  readonly samples: number;
  readonly settings: number;
  /** Each of one sample under one setting with the reference. */
  readonly comparisons: number;
  readonly disagreements: number;
  /** Only settings that disagree. */
  readonly bySetting: Tally;
}

/** Sessions are opened on first use: a finished sweep that is asked for again opens none. */
class Sessions {
  readonly #problem: Problem;
  readonly #model: Uint8Array;
  readonly #open = new Map<string, Promise<OpenSetting>>();

  constructor(problem: Problem, model: Uint8Array) {
    this.#problem = problem;
    this.#model = model;
  }

  async digests(setting: Setting, chunk: number, count: number): Promise<string[]> {
    const name = settingName(setting);
    const opened = this.#open.get(name) ?? openSetting(this.#model, this.#problem.outputs, setting);
    this.#open.set(name, opened);
    const session = await opened;
    return digestsOf(this.#problem, chunk, { count, batch: setting.batch }, (feeds) => session.run(feeds));
  }

  async close(): Promise<void> {
    for (const session of this.#open.values()) await (await session).release();
  }
}

async function chunkTally(
  problem: Problem,
  sessions: Sessions,
  all: readonly Setting[],
  at: { chunk: number; count: number },
) {
  const expected = await referenceDigests(problem, at.chunk, at.count);
  const tally: Tally = {};
  for (const setting of all) {
    const wrong = differing(expected, await sessions.digests(setting, at.chunk, at.count));
    if (wrong > 0) tally[settingName(setting)] = wrong;
  }
  return tally;
}

/** The settings of one chunk: all of them, or `each` in turn, so that every setting sees equally many chunks. */
function settingsOf(all: readonly Setting[], chunk: number, each: number): Setting[] {
  return Array.from({ length: Math.min(each, all.length) }, (_, i) => all[(chunk * each + i) % all.length]!);
}

/** What a chunk's tally depends on. */
function keyParts(problem: Problem, model: Uint8Array, all: readonly Setting[]): (string | Uint8Array)[] {
  return ["agreement/2", machineName(), runtimeFacts().version, model, ...problem.roundings, ...all.map(settingName)];
}

export interface SweepSize {
  readonly samples: number;
  /** Settings under which each chunk is compared. */
  readonly each: number;
}

/** Compares samples of a problem under every setting, or some for each chunk, with the reference. Finished chunks are kept. */
export async function sweep(name: ProblemName, size: SweepSize, options: EvalOptions): Promise<SweepResult> {
  const { samples, each } = size;
  const problem = PROBLEMS[name](options.seed);
  const all = settings(await workingProviders(problem));
  const model = modelOf(problem.graph);
  const key = keyOf(keyParts(problem, model, all));
  const sessions = new Sessions(problem, model);
  const bySetting: Tally = {};
  let comparisons = 0;
  const chunks = Math.ceil(samples / CHUNK);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const count = Math.min(CHUNK, samples - chunk * CHUNK);
    const chosen = settingsOf(all, chunk, each);
    comparisons += count * chosen.length;
    const file = `${name}-${chunk}-${count}-${chosen.length}.json`;
    const kept = options.state.text(key, file);
    const tally = kept ? (JSON.parse(kept) as Tally) : await chunkTally(problem, sessions, chosen, { chunk, count });
    if (!kept) options.state.write(key, file, JSON.stringify(tally));
    for (const [setting, wrong] of Object.entries(tally)) bySetting[setting] = (bySetting[setting] ?? 0) + wrong;
    options.progress.step(
      `${name}: ${Math.min(each, all.length)} of ${all.length} settings a chunk, chunks of ${CHUNK}`,
      chunk + 1,
      chunks,
    );
  }
  await sessions.close();
  const disagreements = Object.values(bySetting).reduce((sum, n) => sum + n, 0);
  return { samples, settings: all.length, comparisons, disagreements, bySetting };
}

/** The contrast: int8 vectors in float32 that differ from those of float32 with batch 64, in percent by setting. */
export async function float32Contrast(
  name: ProblemName,
  samples: number,
  seed: number,
): Promise<Record<string, number>> {
  const problem = PROBLEMS[name](seed);
  const run = async (setting: Setting) => {
    const session = await openSetting(modelOf(problem.graph, setting.isFloat32), problem.outputs, setting);
    const sizes = { count: samples, batch: setting.batch, roundings: problem.outputs.map(() => "int8" as const) };
    const digests = await digestsOf(problem, 0, sizes, (feeds) => session.run(feeds));
    await session.release();
    return digests;
  };
  const base: Setting = { threads: 1, batch: 64, level: "basic", provider: "cpu" };
  const expected = await run({ ...base, isFloat32: true });
  const others: readonly (readonly [string, Setting])[] = [
    ["float32, batch 1", { ...base, batch: 1, isFloat32: true }],
    ["float32, batch 7", { ...base, batch: 7, isFloat32: true }],
    ["float32, all optimisations", { ...base, level: "all", isFloat32: true }],
    ["float64, batch 64", base],
  ];
  const percent: Record<string, number> = {};
  for (const [text, setting] of others) percent[text] = (100 * differing(expected, await run(setting))) / samples;
  return percent;
}
