import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";
import { evaluation, savedResults } from "./report.ts";

const dir = mkdtempSync(join(tmpdir(), "eval-report-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function report(...args: string[]): Promise<object> {
  return evaluation.run(parseCommand(evaluation, args, SILENT).options);
}

test("report: one file with a table and its plots a result, nothing loaded from elsewhere", async () => {
  const figure = { lds: 0.9, se: 0.01, queryMs: 1, bytesPerRow: 607 };
  const close = Object.fromEntries(["a", "b", "c", "d"].map((name, i) => [name, { ...figure, lds: 0.9 - i / 1000 }]));
  const methods = { ...close, "ours-int8-3": figure, "<b>": { ...figure, lds: -0.1, queryMs: 20 } };
  writeFileSync(join(dir, "lds.json"), JSON.stringify({ n: 3, methods }));
  writeFileSync(join(dir, "attacks.json"), JSON.stringify({ attacks: [{ name: "flip", payVsFair: 0.2 }] }));
  writeFileSync(
    join(dir, "mislabel.json"),
    JSON.stringify({ auc: { loss: 0.97, "ours-int8-3": 0.99 }, se: { loss: 0.01 } }),
  );
  const brittleness = {
    "ours-int8-3": { top20: 0.9, se20: 0.1, queries: 9 },
    random: { top20: 0, se20: 0.1, queries: 9 },
  };
  const noiseCeiling = { reruns: 40, spearman: 0.5, attainable: 0.75 };
  writeFileSync(join(dir, "more.json"), JSON.stringify({ methods: close, noiseCeiling, brittleness }));
  const out = join(dir, "page.html");
  const results = ["attacks", "lds", "mislabel", "more"];
  await expect(report("--results", dir, "--out", out)).resolves.toEqual({ page: out, results });
  const page = readFileSync(out, "utf8");
  const labels = [...page.matchAll(/<svg[^>]*aria-label="([^"]*)"/g)].map(([, label]) => label);
  expect(labels).toEqual([
    "pay of an attack over fair pay",
    ...["LDS by method", "LDS against milliseconds a query", "LDS against bytes a row"],
    "area under the curve by method",
    ...["LDS by method", "LDS against milliseconds a query", "LDS against bytes a row"],
    "share of answers that flip without 20 rows",
  ]);
  expect(page.match(/<table/g)).toHaveLength(7);
  expect(page).toContain("rerun against rerun");
  expect(page).toContain("prefers-color-scheme: dark");
  expect(page).toContain("&lt;b&gt;");
  expect(page).not.toContain("<b>");
  expect(page).not.toMatch(/https?:|src=|NaN/);
});

test("report: committed results can be read", () => {
  for (const { result } of savedResults(join(import.meta.dirname, "results"))) expect(result).toHaveProperty("eval");
});

test("report: an empty folder and a broken file are sentences", async () => {
  const empty = mkdtempSync(join(dir, "empty-"));
  await expect(report("--results", empty)).rejects.toThrow(/has no results; save one with/);
  writeFileSync(join(empty, "x.json"), "{");
  expect(() => savedResults(empty)).toThrow(/x.json is not JSON/);
});
