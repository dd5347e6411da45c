import { escaped } from "./html.ts";

/** A method's place in a plot. */
export interface Mark {
  readonly name: string;
  readonly lds: number;
  readonly se: number;
  /** Class of its colour. */
  readonly kind: "ours" | "other" | "peer";
}

export interface PlacedMark extends Mark {
  /** Position on the logarithmic axis: milliseconds or bytes. */
  readonly at: number;
}

const WIDTH = 860;
const BAR = 20;
const LABELS = 210;
const RIGHT = 60;
const HEIGHT = 420;
const MARGIN = { left: 50, top: 16, bottom: 44 };
/** Labels closer than this would touch. */
const LABEL_GAP = 13;

const number = (x: number) => Number(x.toFixed(2));

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly se?: number;
  readonly kind: Mark["kind"];
}

export interface BarOptions {
  /** What is drawn, for readers that do not see it. */
  readonly label: string;
  /** Value at the right end; more than that is cut there. */
  readonly most: number;
  /** Values with a vertical line and what they stand for. */
  readonly lines?: readonly (readonly [value: number, meaning: string])[];
}

/** Horizontal bars with one standard error to either side, in the order given. */
export function bars(rows: readonly Bar[], { label, most, lines = [] }: BarOptions): string {
  const low = Math.min(0, ...rows.map(({ value, se = 0 }) => value - se));
  const x = (value: number) =>
    number(LABELS + ((Math.min(value, most) - low) / (most - low)) * (WIDTH - LABELS - RIGHT));
  const drawn = rows.map(({ name, value, se, kind }, i) => {
    const y = i * BAR + 4;
    const middle = y + BAR / 2 - 2;
    const error =
      se === undefined
        ? ""
        : `<line class="error" x1="${x(value - se)}" x2="${x(value + se)}" y1="${middle}" y2="${middle}"/>`;
    return [
      `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>`,
      `<rect class="${kind}" x="${Math.min(x(0), x(value))}" y="${y}" width="${number(Math.abs(x(value) - x(0)))}" height="${BAR - 5}" fill-opacity=".75"/>`,
      error,
      `<text class="soft" x="${number(x(Math.max(value + (se ?? 0), 0)) + 6)}" y="${middle + 4}">${value.toFixed(3)}</text>`,
    ].join("");
  });
  const bottom = rows.length * BAR + 4;
  const marks = lines.map(([value, meaning], i) => {
    const line = `<line class="mark" x1="${x(value)}" x2="${x(value)}" y1="0" y2="${bottom}"/>`;
    return `${line}<text class="soft" x="${x(value)}" y="${bottom + 14 * (i + 1)}" text-anchor="middle">${escaped(meaning)}</text>`;
  });
  const height = bottom + 6 + 14 * lines.length;
  const body = [...marks, ...drawn].join("");
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(label)}">${body}</svg>`;
}

/** Powers of ten that a range touches. */
function decades(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

const textWidth = (name: string) => 7 * name.length;

interface Label {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

/** Moves labels down, on whole pixels so that each move ends, until none touches one placed before it. */
function spread(labels: readonly Label[]): Map<string, number> {
  const placed: Label[] = [];
  for (const { x, y, name } of [...labels].sort((a, b) => a.y - b.y)) {
    let at = Math.round(y);
    const touches = (p: Label) =>
      x < p.x + textWidth(p.name) && p.x < x + textWidth(name) && Math.abs(p.y - at) < LABEL_GAP;
    for (let other = placed.find(touches); other; other = placed.find(touches)) at = other.y + LABEL_GAP;
    placed.push({ x, y: at, name });
  }
  return new Map(placed.map(({ name, y }) => [name, y]));
}

/** LDS against a cost on a logarithmic axis. */
export function costPlot(marks: readonly PlacedMark[], unit: string): string {
  const shown = marks.filter(({ at }) => at > 0);
  if (shown.length === 0) return "";
  const powers = decades(shown.map(({ at }) => at));
  const [first, last] = [powers[0]!, powers.at(-1)!];
  const low = Math.floor(Math.min(0.9, ...shown.map(({ lds }) => lds)) * 10 - 0.5) / 10;
  const bottom = HEIGHT - MARGIN.bottom;
  const x = (at: number) =>
    number(MARGIN.left + ((Math.log10(at) - first) / (last - first)) * (WIDTH - MARGIN.left - 170));
  const y = (lds: number) => number(bottom - ((lds - low) / (1 - low)) * (bottom - MARGIN.top));
  const grid = powers.map((power) => {
    const at = x(10 ** power);
    const label = power >= -2 && power <= 4 ? String(Number((10 ** power).toPrecision(1))) : `1e${power}`;
    return `<line class="axis" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${bottom}"/><text class="soft" x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
  });
  const steps = Math.round((1 - low) * 10);
  const levels = Array.from({ length: steps + 1 }, (_, i) => Number((low + i / 10).toFixed(1))).map(
    (lds) =>
      `<line class="axis" x1="${MARGIN.left}" x2="${x(10 ** last)}" y1="${y(lds)}" y2="${y(lds)}"/><text class="soft" x="${MARGIN.left - 8}" y="${y(lds) + 4}" text-anchor="end">${lds}</text>`,
  );
  const labels = spread(shown.map((mark) => ({ x: x(mark.at), y: y(mark.lds), name: mark.name })));
  const points = shown.map(({ name, lds, se, at, kind }) => {
    const [cx, cy, ly] = [x(at), y(lds), labels.get(name)!];
    const title = `<title>${escaped(name)}: ${lds.toFixed(3)} at ${at.toPrecision(3)} ${escaped(unit)}</title>`;
    const error = `<line class="${kind}" x1="${cx}" x2="${cx}" y1="${y(lds - se)}" y2="${y(lds + se)}"/>`;
    const text = `<text x="${cx + 9}" y="${number(ly + 4)}">${escaped(name)}</text>`;
    const leader = `<line class="axis" x1="${cx}" y1="${cy}" x2="${cx + 8}" y2="${ly}"/>`;
    return `<g>${title}${Math.abs(ly - cy) > LABEL_GAP / 2 ? leader : ""}${error}<circle class="${kind}" cx="${cx}" cy="${cy}" r="4.5"/>${text}</g>`;
  });
  const caption = `<text class="soft" x="${(MARGIN.left + x(10 ** last)) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(unit)}</text>`;
  const body = [...grid, ...levels, ...points, caption].join("");
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="LDS against ${escaped(unit)}">${body}</svg>`;
}
