import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type EvalOptions, type Evaluation, EvaluationError } from "./evaluation.ts";
import { isRecord, pageHtml } from "./page/html.ts";
import { type SavedResult, section } from "./page/sections.ts";

const COMMITTED = join(import.meta.dirname, "results");

/** Every saved result of a folder, by name. Throws EvaluationError "bad-data". */
export function savedResults(dir: string): SavedResult[] {
  let files: string[];
  try {
    files = readdirSync(dir).filter((file) => file.endsWith(".json"));
  } catch (error) {
    throw new EvaluationError("bad-data", `cannot read ${dir}: ${(error as Error).message}`);
  }
  return files.sort().map((file) => {
    try {
      const result: unknown = JSON.parse(readFileSync(join(dir, file), "utf8"));
      if (isRecord(result)) return { title: basename(file, ".json"), result };
    } catch {
      throw new EvaluationError("bad-data", `${join(dir, file)} is not JSON`);
    }
    throw new EvaluationError("bad-data", `${join(dir, file)} is not the result of an evaluation`);
  });
}

async function run(options: EvalOptions): Promise<object> {
  const dir = String(options.own.results ?? COMMITTED);
  const out = String(options.own.out ?? "eval-report.html");
  const results = savedResults(dir);
  if (results.length === 0)
    throw new EvaluationError("no-data", `${dir} has no results; save one with --output json > F`);
  writeFileSync(out, pageHtml("OpenLedger: measured attribution", results.map(section)));
  return { page: out, results: results.map(({ title }) => title) };
}

export const evaluation: Evaluation = {
  name: "report",
  describe: "writes saved results (--results DIR) as one self-contained page (--out FILE)",
  options: { results: { type: "string" }, out: { type: "string" } },
  help: { results: "folder of saved results (test/eval/results)", out: "page that is written (eval-report.html)" },
  examples: [["report --out report.html", "the results of this repository as one page"]],
  run,
};
