import type { CurvePoint } from "./log.ts";

/** A line of a plot: values at steps, ascending. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  /** One character of a plot in text. */
  readonly mark: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

const CURVE_ONE = 2 ** 24;
/** More points than this a line can't show; neighbours are averaged. */
const MOST_POINTS = 600;

/** The loss of every step and the held-out losses of a log. */
export function seriesOf(curve: readonly CurvePoint[]): Series[] {
  const loss = curve.map((at) => [Number(at.step), Number(at.loss) / CURVE_ONE] as const);
  const held = curve
    .filter((at) => at.hasHeldOut)
    .map((at) => [Number(at.step), Number(at.heldOut) / CURVE_ONE] as const);
  const all: Series[] = [
    { name: "loss", colour: "#2563eb", mark: "·", points: thinned(loss) },
    { name: "held-out loss", colour: "#dc2626", mark: "o", points: thinned(held) },
  ];
  return all.filter(({ points }) => points.length > 0);
}

function thinned(points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const some = points.slice(i * size, (i + 1) * size);
    const mean = (at: 0 | 1) => some.reduce((sum, point) => sum + point[at], 0) / some.length;
    return [mean(0), mean(1)] as const;
  });
}

interface Range {
  readonly steps: readonly [number, number];
  readonly values: readonly [number, number];
}

function rangeOf(series: readonly Series[]): Range {
  const points = series.flatMap((one) => one.points);
  const bounds = (at: 0 | 1): readonly [number, number] => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const point of points) {
      low = Math.min(low, point[at]);
      high = Math.max(high, point[at]);
    }
    return high > low ? [low, high] : [low - 0.5, high + 0.5];
  };
  return { steps: bounds(0), values: bounds(1) };
}

const share = (value: number, [low, high]: readonly [number, number]) => (value - low) / (high - low);
const short = (value: number) => (Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3));

/** A plot of characters, `columns` wide without its axis. */
export function plotText(series: readonly Series[], columns = 64, lines = 12): string {
  if (series.length === 0) return "no steps yet";
  const range = rangeOf(series);
  const cells = Array.from({ length: lines }, () => new Array<string>(columns).fill(" "));
  for (const { mark, points } of series) {
    for (const [step, value] of points) {
      const column = Math.round(share(step, range.steps) * (columns - 1));
      const line = Math.round((1 - share(value, range.values)) * (lines - 1));
      cells[line]![column] = mark;
    }
  }
  const label = (line: number) => {
    const [low, high] = range.values;
    return [0, lines - 1].includes(line) ? short(line === 0 ? high : low) : "";
  };
  const width = Math.max(...range.values.map((value) => short(value).length));
  const drawn = cells.map((row, line) => `${label(line).padStart(width)} │${row.join("").trimEnd()}`);
  const [first, last] = range.steps.map((step) => `${Math.round(step)}`) as [string, string];
  const axis = `${" ".repeat(width)} └${"─".repeat(columns)}`;
  const legend = series.map(({ mark, name }) => `${mark} ${name}`).join("   ");
  const ends = `${" ".repeat(width + 2)}${first}${last.padStart(columns - first.length)}`;
  return [...drawn, axis, ends, `${" ".repeat(width + 2)}step   ${legend}`].join("\n");
}

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 64;
const TOP = 48;
const TICKS = 5;

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The same as a drawing that needs nothing else. */
export function plotSvg(series: readonly Series[], title: string): string {
  const range = series.length === 0 ? ({ steps: [0, 1], values: [0, 1] } as const) : rangeOf(series);
  const right = WIDTH - 20;
  const bottom = HEIGHT - 44;
  const x = (step: number) => (LEFT + share(step, range.steps) * (right - LEFT)).toFixed(1);
  const y = (value: number) => (bottom - share(value, range.values) * (bottom - TOP)).toFixed(1);
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => i / TICKS);
  const at = ([low, high]: readonly [number, number], part: number) => low + part * (high - low);
  const grid = ticks.flatMap((part) => {
    const value = at(range.values, part);
    const step = at(range.steps, part);
    return [
      `<line x1="${LEFT}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="#e5e7eb"/>`,
      `<text x="${LEFT - 8}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${short(value)}</text>`,
      `<text x="${x(step)}" y="${bottom + 18}" text-anchor="middle">${Math.round(step)}</text>`,
    ];
  });
  const lines = series.map(({ colour, points }) => {
    const path = points.map(([step, value]) => `${x(step)},${y(value)}`).join(" ");
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.6"/>`;
  });
  const legend = series.map(
    ({ name, colour }, i) => `<text x="${LEFT + 160 * i}" y="${TOP - 10}" fill="${colour}">${escaped(name)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${LEFT}" y="20" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...grid,
    ...lines,
    ...legend,
    `<text x="${(LEFT + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">step</text>`,
    "</svg>",
  ].join("\n");
}
