import Table from "cli-table3";
import { toHex } from "../chain/crypto/bytes.ts";

export type OutputFormat = "text" | "json";

/** Where answers go; progress and logs go to standard error. */
export interface Printer {
  readonly format: OutputFormat;
  /** One answer: JSON for programs, `text` for people. */
  answer(value: unknown, text: () => string): void;
}

export function printer(
  format: OutputFormat,
  write: (text: string) => void = (text) => process.stdout.write(text),
): Printer {
  return {
    format,
    answer(value, text) {
      write(format === "json" ? `${toJsonText(value)}\n` : `${text()}\n`);
    },
  };
}

/** JSON with bytes as hex and bigints as strings, so that nothing loses digits. */
export function toJsonText(value: unknown, indent = 2): string {
  return JSON.stringify(
    value,
    (_key, entry: unknown) => {
      if (typeof entry === "bigint") return entry.toString();
      if (entry instanceof Uint8Array) return toHex(entry);
      return entry;
    },
    indent,
  );
}

export interface TableOptions {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Columns that hold numbers, by index. */
  readonly right?: readonly number[];
}

export function table({ head, rows, right = [] }: TableOptions): string {
  const drawn = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (right.includes(i) ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}

/** `key: value` lines with aligned values. */
export function pairs(entries: readonly (readonly [string, string | number | boolean])[]): string {
  const width = Math.max(...entries.map(([key]) => key.length)) + 1;
  return entries.map(([key, value]) => `${`${key}:`.padEnd(width)} ${value}`).join("\n");
}

/** uopen as OPEN, exact. */
export function formatOpen(uopen: bigint): string {
  const sign = uopen < 0n ? "-" : "";
  const abs = uopen < 0n ? -uopen : uopen;
  const fraction = (abs % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  return `${sign}${abs / 1_000_000n}${fraction === "" ? "" : `.${fraction}`} OPEN`;
}
