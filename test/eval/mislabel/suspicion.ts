import { SeededStream, seededOrder } from "../../bench/random.ts";
import type { EvalOptions } from "../evaluation.ts";
import { problemKey } from "../ground-truth.ts";
import type { Method, Scorer, Setting } from "../method.ts";
import { keyOf } from "../state.ts";
import { areaUnderCurve } from "./area.ts";
import type { MislabelProblem } from "./problem.ts";

/** Raised when what is stored changes its meaning. */
const VERSION = 1;
/** Rows on which a method's damping is chosen; they are left out of every reported area. */
export const TUNING_ROWS = 200;
/** Methods whose product of a row with itself is the same for all rows: only held-out questions tell them anything. */
const SELF_BLIND = ["cosine-same-label", "grad-cos"];
/** Solves a system for every row: a seeded sample of them stands for all. */
const SAMPLED: Readonly<Record<string, number>> = { "exact-gauss-newton": 800 };

/** How suspicious a method finds each row. */
export interface Suspicion {
  readonly setting: string;
  /** Score of a row for its own label: what its loss owes to itself. Absent where it says nothing. */
  readonly self?: Float64Array;
  /** Less what the row does for held-out rows' labels. */
  readonly heldOut: Float64Array;
  /** Rows that were scored, of those that are not for tuning. */
  readonly rows: readonly number[];
}

export interface RowSplit {
  readonly tuning: readonly number[];
  readonly reported: readonly number[];
}

/** Seeded tuning rows and the rest; a tenth for tuning when there are few. */
export function splitRows(count: number, seed: number): RowSplit {
  const order = seededOrder(count, `mislabel-tuning-${seed}`);
  const tuning = Math.min(TUNING_ROWS, Math.floor(count / 10));
  return { tuning: order.slice(0, tuning), reported: order.slice(tuning).sort((a, b) => a - b) };
}

const ownOf = (scorer: Scorer) => scorer.own ?? ((query: number) => scorer.score(query)[query]!);

function ownScores(scorer: Scorer, rows: readonly number[], onRow?: (done: number) => void): Float64Array {
  const own = ownOf(scorer);
  return Float64Array.from(rows, (row, i) => {
    onRow?.(i + 1);
    return own.call(scorer, row);
  });
}

function areaOn(suspicion: Float64Array, rows: readonly number[], bad: readonly boolean[]): number {
  return areaUnderCurve(
    suspicion,
    rows.map((row) => bad[row]!),
  );
}

/** The setting that tells the tuning rows apart best. */
function chosenSetting(settings: readonly Setting[], { bad }: MislabelProblem, { tuning }: RowSplit): Setting {
  const both = tuning.some((row) => bad[row]) && tuning.some((row) => !bad[row]);
  if (settings.length === 1 || !both) return settings[0]!;
  const areas = settings.map((setting) => areaOn(ownScores(setting.scorer(), tuning), tuning, bad));
  return settings[areas.indexOf(Math.max(...areas))]!;
}

function heldOutSums(scorer: Scorer, from: number, to: number, onQuery: (done: number) => void): Float64Array {
  const first = scorer.score(from);
  const sums = first.map((value) => -value);
  for (let query = from + 1; query < to; query++) {
    const scores = scorer.score(query);
    for (let i = 0; i < sums.length; i++) sums[i]! -= scores[i]!;
    onQuery(query - from + 1);
  }
  return sums;
}

/** Scores every row by itself and by the held-out rows, or reads what an earlier run stored. */
export async function suspicionOf(
  method: Method,
  mislabelled: MislabelProblem,
  split: RowSplit,
  options: EvalOptions,
): Promise<Suspicion> {
  const { problem, bad } = mislabelled;
  const { state, progress } = options;
  const blind = SELF_BLIND.includes(method.name) || method.name.endsWith("-paid");
  const sample = SAMPLED[method.name];
  const rows =
    sample === undefined || sample >= split.reported.length ? split.reported : drawn(split.reported, sample, options);
  const size = (blind ? 0 : rows.length) + bad.length;
  const key = keyOf([
    "mislabel",
    VERSION,
    problemKey(problem),
    method.name,
    method.version ?? 0,
    Int32Array.from(rows),
  ]);
  const keeps = method.version !== undefined;
  const kept = keeps ? state.doubles(key, "suspicion", size) : undefined;
  if (kept) return unpacked(kept, state.text(key, "setting") ?? "", rows, blind);
  progress.note(`preparing ${method.name}`);
  const setting = chosenSetting(await method.prepare(problem), mislabelled, split);
  const scorer = setting.scorer();
  const onRow = (done: number) => progress.step(`by themselves, ${method.name}`, done, rows.length);
  const self = blind ? new Float64Array(0) : ownScores(scorer, rows, onRow);
  const asked = problem.queries.count - bad.length;
  const heldOut = heldOutSums(scorer, bad.length, problem.queries.count, (done) =>
    progress.step(`by held-out rows, ${method.name}`, done, asked),
  );
  const packed = Float64Array.from([...self, ...heldOut]);
  if (keeps) {
    state.write(key, "setting", setting.name);
    state.write(key, "suspicion", packed);
  }
  return unpacked(packed, setting.name, rows, blind);
}

function drawn(rows: readonly number[], count: number, { seed }: EvalOptions): number[] {
  const stream = new SeededStream(`mislabel-sample-${seed}`);
  return rows.filter(() => stream.next() < count / rows.length);
}

function unpacked(packed: Float64Array, setting: string, rows: readonly number[], blind: boolean): Suspicion {
  if (blind) return { setting, heldOut: packed, rows };
  return { setting, self: packed.subarray(0, rows.length), heldOut: packed.subarray(rows.length), rows };
}
