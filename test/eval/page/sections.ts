import { escaped, isRecord, shown, tableHtml } from "./html.ts";
import { barPlot, costPlot, type Mark } from "./plots.ts";

/** A saved result: `npm run eval -- NAME --output json`. */
export interface SavedResult {
  /** File name without its ending: the section's title. */
  readonly title: string;
  readonly result: Readonly<Record<string, unknown>>;
}

interface Figures {
  readonly lds: number;
  readonly se: number;
  readonly queryMs?: number;
  readonly bytesPerRow?: number;
}

function isFigures(value: unknown): value is Figures {
  return isRecord(value) && typeof value.lds === "number" && typeof value.se === "number";
}

function kindOf(name: string): Mark["kind"] {
  if (name.startsWith("ours")) return "ours";
  return name.startsWith("dattri") || name.startsWith("kronfluence") ? "peer" : "other";
}

/** Plots of `methods`, when these are LDS figures. */
function plots(methods: Readonly<Record<string, unknown>>): string {
  const figures = Object.entries(methods).filter((entry): entry is [string, Figures] => isFigures(entry[1]));
  if (figures.length === 0) return "";
  const mark = (name: string, { lds, se }: Figures) => ({ name, lds, se, kind: kindOf(name) });
  const costs = (field: "queryMs" | "bytesPerRow") =>
    figures.map(([name, figure]) => ({ ...mark(name, figure), at: figure[field] ?? 0 }));
  return [
    "<h3>Linear datamodelling score, one standard error</h3>",
    '<p class="note">Green: this project. Grey: other methods in this harness. Orange: other libraries.</p>',
    barPlot(figures.map(([name, figure]) => mark(name, figure))),
    "<h3>Against the time of a query</h3>",
    costPlot(costs("queryMs"), "milliseconds a query"),
    "<h3>Against what is kept for a training row</h3>",
    costPlot(costs("bytesPerRow"), "bytes a row"),
  ].join("");
}

/** { lds, se } inside a row become "0.912 +- 0.004" columns. */
function flattened(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (isFigures(value)) out[name] = `${value.lds.toFixed(3)} ± ${value.se.toFixed(3)}`;
    else if (isRecord(value)) Object.assign(out, flattened(value));
    else out[name] = value;
  }
  return out;
}

function tableOf(name: string, value: unknown): string | undefined {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) {
    return tableHtml(
      name,
      value.map((row, i) => [shown(row.name ?? i), flattened(row)]),
    );
  }
  if (!isRecord(value) || Object.keys(value).length === 0) return undefined;
  if (Object.values(value).every(isRecord)) {
    return tableHtml(
      name,
      Object.entries(value).map(([key, row]) => [key, flattened(row as Record<string, unknown>)]),
    );
  }
  return tableHtml(
    name,
    Object.entries(value).map(([key, cell]) => [key, { "": cell }]),
  );
}

/** One result: its scalars in a sentence, its plots, its tables. */
export function section({ title, result }: SavedResult): string {
  const scalars = Object.entries(result).filter(([, value]) => typeof value !== "object");
  const note = scalars.map(([name, value]) => `${name} ${shown(value)}`).join(" · ");
  const tables = Object.entries(result).flatMap(([name, value]) => tableOf(name, value) ?? []);
  const drawn = isRecord(result.methods) ? plots(result.methods) : "";
  return `<h2>${escaped(title)}</h2><p class="note">${escaped(note)}</p>${drawn}${tables.join("")}`;
}
