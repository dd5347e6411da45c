import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { usageError } from "../../cli/errors.ts";
import { readCsv } from "../../cli/work/csv.ts";
import type { LabelledText } from "./dealing.ts";
import { BUILT_IN, type DemoOptions } from "./options.ts";
import { shuffled } from "./random.ts";

/** A flooder holds a sixtieth of the rows: below this the roles say nothing. */
const FEWEST_ROWS = 120;
/** Without a test file one row in ten is held out as questions. */
const HELD_OUT_PART = 10;

export interface DemoData {
  readonly rows: readonly LabelledText[];
  readonly questions: readonly LabelledText[];
  /** In the order of their first row. */
  readonly labels: readonly string[];
}

/** Rows to deal and questions to ask. Throws CliError `usage` with file and line. */
export function loadData(options: DemoOptions): DemoData {
  const { textColumn, labelColumn, seed } = options;
  const read = (file: string) => readCsv(file, { text: textColumn, label: labelColumn });
  const builtIn = options.data === undefined;
  const all = builtIn ? readCsv(BUILT_IN.data, { text: "text", label: "category" }) : read(options.data);
  if (all.length < FEWEST_ROWS) throw usageError(`${all.length} rows of data, at least ${FEWEST_ROWS} are needed`);
  const given = options.test !== undefined ? read(options.test) : builtIn ? read(BUILT_IN.test) : undefined;
  const order = given ? all : shuffled(all, `${seed}/held-out`);
  const held = given ? 0 : Math.floor(all.length / HELD_OUT_PART);
  const rows = order.slice(held);
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  if (labels.length < 2) throw usageError("the data has one label only", "give data with at least two");
  return { rows, questions: given ?? order.slice(0, held), labels };
}

/** The questions of the run, a seeded choice; repeated when there are too few. */
export function askedQuestions(questions: readonly LabelledText[], { seed, inferences }: DemoOptions): LabelledText[] {
  const order = shuffled(questions, `${seed}/questions`);
  return Array.from({ length: inferences }, (_, i) => order[i % order.length] as LabelledText);
}

export function writeCsv(file: string, rows: readonly LabelledText[]): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map(({ text, label }) => `${quoted(text)},${quoted(label)}\n`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `text,category\n${lines.join("")}`);
  return file;
}
