import { escaped, isRecord, shown, tableHtml } from "./html.ts";
import { type Bar, bars, costPlot, type Mark } from "./plots.ts";

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

type Result = SavedResult["result"];

const highestFirst = (rows: readonly Bar[]) => [...rows].sort((a, b) => b.value - a.value);

/** What reruns of the same retraining leave for a method to reach, where training is not convex. */
function ceilings({ noiseCeiling }: Result): [number, string][] {
  if (!isRecord(noiseCeiling)) return [];
  const { spearman, attainable } = noiseCeiling;
  return [
    ...(typeof spearman === "number" ? [[spearman, "rerun against rerun"] as [number, string]] : []),
    ...(typeof attainable === "number"
      ? [[attainable, "attainable without noise of its own"] as [number, string]]
      : []),
  ];
}

/** Numbers of a record as bars, with the standard errors of another. */
function numberBars(values: unknown, errors?: unknown): Bar[] {
  if (!isRecord(values)) return [];
  return Object.entries(values).flatMap(([name, value]) => {
    if (typeof value !== "number") return [];
    const se = isRecord(errors) ? errors[name] : undefined;
    return [{ name, value, kind: kindOf(name), ...(typeof se === "number" ? { se } : {}) }];
  });
}

function mislabelPlot({ auc, se }: Result): string {
  const rows = highestFirst(numberBars(auc, se));
  if (rows.length === 0) return "";
  const plot = bars(rows, { label: "area under the curve by method", most: 1, lines: [[0.5, "guessing"]] });
  return `<h3>Area under the curve, one standard error</h3>${plot}`;
}

function attackPlot({ attacks }: Result): string {
  const rows = Array.isArray(attacks) ? attacks.filter(isRecord) : [];
  const drawn = rows.flatMap(({ name, payVsFair }): Bar[] => {
    return typeof name === "string" && typeof payVsFair === "number" ? [{ name, value: payVsFair, kind: "other" }] : [];
  });
  if (drawn.length === 0) return "";
  const most = Math.max(1.3, ...drawn.map(({ value }) => value)) * 1.05;
  const plot = bars(drawn, { label: "pay of an attack over fair pay", most, lines: [[1, "fair"]] });
  return `<h3>What an attack is paid, in units of fair pay</h3>${plot}`;
}

function brittlenessPlots({ brittleness }: Result): string {
  if (!isRecord(brittleness)) return "";
  const removed = new Set(
    Object.values(brittleness).flatMap((row) =>
      isRecord(row) ? Object.keys(row).flatMap((key) => /^top(\d+)$/.exec(key)?.[1] ?? []) : [],
    ),
  );
  return [...removed]
    .map((count) => {
      const column = (key: string) =>
        Object.fromEntries(
          Object.entries(brittleness).map(([name, row]) => [name, isRecord(row) ? row[key] : undefined]),
        );
      const rows = highestFirst(numberBars(column(`top${count}`), column(`se${count}`)));
      const plot = bars(rows, { label: `share of answers that flip without ${count} rows`, most: 1 });
      return `<h3>Share of answers that flip once a method's ${count} highest rows are removed</h3>${plot}`;
    })
    .join("");
}

/** Plots of `methods`, when these are LDS figures. */
function ldsPlots(result: Result): string {
  const { methods } = result;
  if (!isRecord(methods)) return "";
  const figures = Object.entries(methods).filter((entry): entry is [string, Figures] => isFigures(entry[1]));
  if (figures.length === 0) return "";
  const mark = (name: string, { lds, se }: Figures) => ({ name, lds, se, kind: kindOf(name) });
  const costs = (field: "queryMs" | "bytesPerRow") =>
    figures.map(([name, figure]) => ({ ...mark(name, figure), at: figure[field] ?? 0 }));
  return [
    "<h3>Linear datamodelling score, one standard error</h3>",
    '<p class="note">Green: this project. Grey: other methods in this harness. Orange: other libraries.</p>',
    bars(highestFirst(figures.map(([name, { lds, se }]) => ({ name, value: lds, se, kind: kindOf(name) }))), {
      ...{ label: "LDS by method", most: 1, lines: ceilings(result) },
    }),
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
  const drawn = [ldsPlots(result), brittlenessPlots(result), mislabelPlot(result), attackPlot(result)].join("");
  return `<h2>${escaped(title)}</h2><p class="note">${escaped(note)}</p>${drawn}${tables.join("")}`;
}
