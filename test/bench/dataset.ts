import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { sharedDir } from "../shared.ts";

export interface LabelledText {
  readonly text: string;
  readonly label: number;
}

export interface LabelledData {
  readonly labels: readonly string[];
  readonly train: readonly LabelledText[];
  readonly test: readonly LabelledText[];
}

interface CsvRow {
  readonly text: string;
  readonly category: string;
}

function rowsOf(file: string): CsvRow[] {
  return parse(readFileSync(file), { columns: true, skip_empty_lines: true });
}

/** Banking77 from the shared folder, classes in alphabetical order; undefined when the folder is absent. */
export function banking77(): LabelledData | undefined {
  const shared = sharedDir();
  if (!shared) return undefined;
  const read = (name: string) => rowsOf(join(shared, "data", "banking77", `${name}.csv`));
  const [train, test] = [read("train"), read("test")];
  const labels = [...new Set(train.map((row) => row.category))].sort();
  const labelled = (rows: CsvRow[]) => rows.map(({ text, category }) => ({ text, label: labels.indexOf(category) }));
  return { labels, train: labelled(train), test: labelled(test) };
}

/** As `banking77`, for programs: throws a sentence that says what is missing. */
export function requireBanking77(): LabelledData {
  const data = banking77();
  if (!data) throw new Error("this bench reads ../shared/data/banking77, which is absent");
  return data;
}
