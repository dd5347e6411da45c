import Table from "cli-table3";

type Cell = string | number | boolean | null;

function isRow(value: unknown): value is Record<string, Cell> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Four significant digits are more than any of our measurements carries. */
function cell(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.map(cell).join(" ");
  return isRow(value) ? JSON.stringify(value) : String(value ?? "");
}

function tableOf(title: string, rows: readonly (readonly [string, Record<string, unknown>])[]): string {
  const columns = [...new Set(rows.flatMap(([, row]) => Object.keys(row)))];
  const table = new Table({ head: [title, ...columns], style: { head: [], border: [] } });
  for (const [name, row] of rows) table.push([name, ...columns.map((column) => cell(row[column]))]);
  return `${table.toString()}\n`;
}

/** A result for people: scalars as lines, records of records and lists of records as tables. */
export function printResult(result: Readonly<Record<string, unknown>>): string {
  const lines: string[] = [];
  const tables: string[] = [];
  for (const [key, value] of Object.entries(result)) {
    if (Array.isArray(value) && value.length > 0 && value.every(isRow)) {
      tables.push(
        tableOf(
          key,
          value.map((row, i) => [String(row.name ?? i), row] as const),
        ),
      );
    } else if (isRow(value) && Object.values(value).length > 0 && Object.values(value).every(isRow)) {
      tables.push(
        tableOf(key, Object.entries(value as Record<string, unknown>) as [string, Record<string, unknown>][]),
      );
    } else if (isRow(value)) {
      for (const [name, inner] of Object.entries(value)) lines.push(`${`${key}.${name}`.padEnd(28)} ${cell(inner)}\n`);
    } else {
      lines.push(`${key.padEnd(28)} ${cell(value)}\n`);
    }
  }
  return [...lines, ...tables].join("");
}
