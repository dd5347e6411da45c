/** Text inside markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
}

type Row = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Numbers to at most four significant digits, the rest as it is. */
export function shown(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A table of named rows, whose columns are the union of the rows' fields. */
export function tableHtml(title: string, rows: readonly (readonly [string, Row])[]): string {
  const columns = [...new Set(rows.flatMap(([, row]) => Object.keys(row)))];
  const head = [title, ...columns].map((name) => `<th>${escaped(name)}</th>`).join("");
  const body = rows.map(([name, row]) => {
    const cells = columns.map((column) => {
      const numeric = typeof row[column] === "number" ? ' class="number"' : "";
      return `<td${numeric}>${escaped(shown(row[column]))}</td>`;
    });
    return `<tr><th>${escaped(name)}</th>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #667079; --line: #d8dde2; --ours: #0b6e4f; --other: #8a97a5; --peer: #b4602a; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4ae; --line: #353c44; --ours: #4cc38a; --other: #7f8c99; --peer: #e09a63; --paper: #15181c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; font-size: 1.2rem; border-top: 1px solid var(--line); padding-top: 1.2rem; }
p.note { color: var(--soft); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; margin: 1rem 0; } th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } svg { max-width: 100%; height: auto; display: block; margin: 1rem 0; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .soft { fill: var(--soft); } svg .axis { stroke: var(--line); }
svg .ours { fill: var(--ours); stroke: var(--ours); } svg .other { fill: var(--other); stroke: var(--other); } svg .peer { fill: var(--peer); stroke: var(--peer); }
svg rect[class] { stroke: none; } svg .mark { stroke: var(--soft); stroke-dasharray: 4 3; } svg .error { stroke: var(--ink); stroke-width: 1.2; }
`;

/** One file without any request to elsewhere. */
export function pageHtml(title: string, sections: readonly string[]): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>`;
  return `<!doctype html><html lang="en"><head>${head}<style>${STYLE}</style></head><body><h1>${escaped(title)}</h1>${sections.join("\n")}</body></html>\n`;
}
