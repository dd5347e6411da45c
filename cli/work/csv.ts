import { readFileSync, statSync } from "node:fs";
import { CsvError, type Info, parse } from "csv-parse/sync";
import { usageError } from "../errors.ts";

/** A file is read whole: this much text is far above any window of contributions (1,024 of 4 MiB hold more, in theory). */
export const MAX_CSV_BYTES = 256 * 1024 * 1024;
/** Above a DataNet's most items in a window at the default parameters: 256 contributions of 1,024. */
export const MAX_CSV_ROWS = 262_144;
/** One record: a long text with room; a missing quote is noticed here rather than at the end of the file. */
const MAX_RECORD_CHARACTERS = 65_536;
/** Texts are what an encoder reads (its first 8,192 characters). */
export const MAX_TEXT_BYTES = 32_768;

export interface CsvRow {
  readonly text: string;
  readonly label: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

export interface CsvColumns {
  readonly text: string;
  /** Undefined: labels are not read. */
  readonly label: string | undefined;
}

/** Labelled texts of a CSV file with a header line. Throws CliError `usage` that names file and line. */
export function readCsv(file: string, columns: CsvColumns): CsvRow[] {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw usageError(`${file} does not exist`, "give a CSV file");
  if (size > MAX_CSV_BYTES)
    throw usageError(`${file} has ${size} bytes, at most ${MAX_CSV_BYTES} are read`, "split it");
  return parseCsv(readFileSync(file), columns, file);
}

/** As `readCsv`, of bytes in memory; `name` is used in messages. */
export function parseCsv(bytes: Uint8Array, columns: CsvColumns, name: string): CsvRow[] {
  const records = recordsOf(bytes, name);
  const header = records[0]?.record;
  if (!header) throw usageError(`${name} is empty`, "its first line names the columns");
  const textAt = columnAt(header, columns.text, name, "--text-column");
  const labelAt = columns.label === undefined ? -1 : columnAt(header, columns.label, name, "--label-column");
  if (records.length < 2) throw usageError(`${name} has no rows`, "put at least one row below the column names");
  return records.slice(1).map(({ record, line }) => {
    const where = `${name} line ${line}`;
    if (record.length !== header.length) {
      throw usageError(`${where}: ${record.length} fields, the header has ${header.length}`, "quote texts with commas");
    }
    const text = (record[textAt] ?? "").trim();
    const label = labelAt < 0 ? "" : (record[labelAt] ?? "").trim();
    if (text === "") throw usageError(`${where}: column ${columns.text} is empty`, "every row needs a text");
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES)
      throw usageError(`${where}: a text above ${MAX_TEXT_BYTES} bytes`, "split it");
    if (labelAt >= 0 && label === "")
      throw usageError(`${where}: column ${columns.label} is empty`, "every row needs a label");
    return { text, label, line };
  });
}

interface Located {
  readonly record: readonly string[];
  readonly line: number;
}

function recordsOf(bytes: Uint8Array, name: string): Located[] {
  const text = decode(bytes, name);
  try {
    const parsed = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_CHARACTERS,
      to: MAX_CSV_ROWS + 2,
    }) as unknown as { readonly record: string[]; readonly info: Info }[];
    if (parsed.length > MAX_CSV_ROWS + 1) throw usageError(`${name} has more than ${MAX_CSV_ROWS} rows`, "split it");
    return parsed.map(({ record, info }) => ({ record, line: firstLine(record, info) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? ` line ${error.lines}` : "";
    throw usageError(
      `${name}${line} is not CSV: ${error.message}`,
      "fields with commas, quotes or line breaks need quotes",
    );
  }
}

/** The parser counts the line at which a record ends; texts may hold line breaks. */
function firstLine(record: readonly string[], info: Info): number {
  return info.lines - record.reduce((breaks, field) => breaks + (field.match(/\n/g)?.length ?? 0), 0);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw usageError(`${name} is not UTF-8 text`, "save it as UTF-8");
  }
}

function columnAt(header: readonly string[], column: string, name: string, option: string): number {
  const at = header.findIndex((field) => field.trim() === column);
  if (at >= 0) return at;
  if (header.length === 1 && /[;\t]/.test(header[0] ?? "")) {
    throw usageError(`${name} has no column ${column}: its fields are not separated by commas`, "save it with commas");
  }
  throw usageError(
    `${name} has no column ${column}; it has ${header.map((field) => field.trim()).join(", ")}`,
    `name it with ${option}`,
  );
}
