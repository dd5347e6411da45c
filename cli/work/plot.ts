const BARS = "▁▂▃▄▅▆▇█";

/** Widest line of bars. */
const MAX_COLUMNS = 72;

/** Values as a line of bars between their least and greatest; neighbours share a bar when there are many. */
export function sparkline(values: readonly number[]): string {
  const shown = thinned(values);
  const least = Math.min(...shown);
  const range = Math.max(...shown) - least;
  const level = (value: number) => (range === 0 ? 0 : Math.round(((value - least) / range) * (BARS.length - 1)));
  return shown.map((value) => BARS[level(value)]).join("");
}

/** At most MAX_COLUMNS means of equally many neighbours. */
function thinned(values: readonly number[]): number[] {
  const columns = Math.min(MAX_COLUMNS, values.length);
  return Array.from({ length: columns }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / columns),
      Math.floor(((i + 1) * values.length) / columns),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
