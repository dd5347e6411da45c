import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { banking77, type LabelledData } from "../bench/dataset.ts";
import { sharedDir } from "../shared.ts";
import { type EvalOptions, EvaluationError } from "./evaluation.ts";

/** A labelled row: its text, or its numeric features. */
export interface DataRow {
  readonly text: string;
  readonly label: number;
  readonly features?: Float64Array;
}

export interface EvalData {
  readonly name: string;
  readonly labels: readonly string[];
  readonly train: readonly DataRow[];
  readonly test: readonly DataRow[];
  /** Numeric columns of a data set that has them. */
  readonly columns?: readonly string[];
}

export type CsvRow = Readonly<Record<string, string>>;

/** A CSV that parses to more than this does not fit beside its features. */
const MOST_CSV_BYTES = 1 << 30;

/** Rows of a CSV file by column. Throws EvaluationError "bad-data" with the file and, where there is one, the line. */
export function csvRows(file: string): CsvRow[] {
  try {
    if (statSync(file).size > MOST_CSV_BYTES) throw new Error("larger than 1 GiB");
    const bytes = readFileSync(file);
    if (!isUtf8(bytes)) throw new Error("it is not UTF-8");
    return parse(bytes, { columns: true, skip_empty_lines: true, bom: true });
  } catch (error) {
    throw new EvaluationError("bad-data", `cannot read ${file}: ${(error as Error).message}`);
  }
}

function columnsOf(options: EvalOptions, file: string, rows: readonly CsvRow[]): string[] {
  const present = Object.keys(rows[0] ?? {});
  if (rows.length === 0) throw new EvaluationError("bad-data", `${file} has no rows`);
  const numeric = options.allFeatures ? present.filter((name) => name !== options.labelColumn) : options.featureColumns;
  const wanted = [options.labelColumn, ...(numeric.length > 0 ? numeric : [options.textColumn])];
  const missing = wanted.filter((name) => !present.includes(name));
  if (missing.length > 0) {
    throw new EvaluationError("bad-data", `${file} has no column ${missing.join(", ")}; it has ${present.join(", ")}`);
  }
  return [...numeric];
}

function numbersOf(file: string, row: CsvRow, line: number, columns: readonly string[]): Float64Array {
  return Float64Array.from(columns, (name) => {
    const text = row[name]!.trim();
    const value = Number(text);
    if (text !== "" && Number.isFinite(value)) return value;
    throw new EvaluationError("bad-data", `${file} row ${line}: ${name} is "${text}", not a number`);
  });
}

interface PlacedRow {
  /** Position in the file, from 1. */
  readonly place: number;
  readonly row: CsvRow;
}

/** Rows that have a label, and a text where texts are read; how many have none is said aloud. */
function filledRows({ labelColumn, textColumn, progress }: EvalOptions, file: string, isText: boolean, rows: CsvRow[]) {
  const placed = rows.map((row, i): PlacedRow => ({ place: i + 1, row }));
  const filled = placed.filter(
    ({ row }) => row[labelColumn]!.trim() !== "" && (!isText || row[textColumn]!.trim() !== ""),
  );
  const empty = rows.length - filled.length;
  if (empty > 0) progress.note(`${file}: ${empty} of ${rows.length} rows without a text or a label are left out`);
  if (filled.length > 0) return filled;
  throw new EvaluationError("bad-data", `${file}: every row is without a text or a label`);
}

function userData(options: EvalOptions, train: string, test: string): EvalData {
  const files = [csvRows(train), csvRows(test)] as const;
  const columns = columnsOf(options, train, files[0]);
  columnsOf(options, test, files[1]);
  const trainRows = filledRows(options, train, columns.length === 0, files[0]);
  const testRows = filledRows(options, test, columns.length === 0, files[1]);
  const labels = [...new Set(trainRows.map(({ row }) => row[options.labelColumn]!))].sort();
  if (labels.length < 2) throw new EvaluationError("bad-data", `${train}: a classifier needs at least two labels`);
  const place = new Map(labels.map((label, i) => [label, i]));
  const read = (file: string, rows: readonly PlacedRow[]): DataRow[] =>
    rows.map(({ row, place: at }) => {
      const label = place.get(row[options.labelColumn]!);
      if (label === undefined) {
        throw new EvaluationError(
          "bad-data",
          `${file} row ${at}: label "${row[options.labelColumn]}" is not in ${train}`,
        );
      }
      if (columns.length === 0) return { text: row[options.textColumn]!, label };
      return { text: "", label, features: numbersOf(file, row, at, columns) };
    });
  const data = { name: train, labels, train: read(train, trainRows), test: read(test, testRows) };
  return columns.length === 0 ? data : { ...data, columns };
}

/**
 * A user's CSV files, or the public data set that the evaluation is defined on.
 * Throws EvaluationError: bad-data (with file, row and column), no-data.
 */
export function classificationData(options: EvalOptions): EvalData {
  if (options.data !== undefined && options.test !== undefined) return userData(options, options.data, options.test);
  const data: LabelledData | undefined = banking77();
  if (data) return { name: "Banking77", ...data };
  throw new EvaluationError("no-data", "../shared/data/banking77 is absent; give --data F.csv --test F.csv");
}

/** Data without some classes, and how its rows were renamed; rows of other classes are dropped. */
export interface FewerClasses {
  readonly data: EvalData;
  readonly renamed: (rows: readonly DataRow[]) => DataRow[];
}

/**
 * Leaves out the classes that none of `rows` has: a head knows no class without rows, and a small sample of many classes
 * misses some. Throws EvaluationError bad-data when nothing is left to tell apart, or to ask about.
 */
export function withClassesOf(data: EvalData, rows: readonly DataRow[]): FewerClasses {
  const present = [...new Set(rows.map(({ label }) => label))].sort((a, b) => a - b);
  if (present.length === data.labels.length) return { data, renamed: (list) => [...list] };
  const place = new Map(present.map((label, i) => [label, i]));
  const renamed = (list: readonly DataRow[]) =>
    list.flatMap((row) => {
      const label = place.get(row.label);
      return label === undefined ? [] : [{ ...row, label }];
    });
  const labels = present.map((label) => data.labels[label]!);
  const fewer = { ...data, labels, train: renamed(data.train), test: renamed(data.test) };
  if (labels.length >= 2 && fewer.test.length > 0) return { data: fewer, renamed };
  throw new EvaluationError("bad-data", `${data.name}: the sampled rows leave fewer than two classes with test rows`);
}

/** Tiny Shakespeare's text, for the decoder. Throws EvaluationError "no-data". */
export function shakespeare(): string {
  const shared = sharedDir();
  if (!shared)
    throw new EvaluationError("no-data", "../shared/data/tinyshakespeare is absent; give --data F.csv --test F.csv");
  return readFileSync(join(shared, "data", "tinyshakespeare", "input.txt"), "utf8");
}
