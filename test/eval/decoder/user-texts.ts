import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { type EvalOptions, EvaluationError } from "../evaluation.ts";

/** The text column of a user's files, one text a line: base first, rows and queries last. Throws EvaluationError bad-data. */
export function userTexts({ data, test, textColumn }: EvalOptions): string {
  return [data, test]
    .flatMap((file) => {
      if (file === undefined) return [];
      let rows: Record<string, string>[];
      try {
        rows = parse(readFileSync(file), { columns: true, skip_empty_lines: true, bom: true });
      } catch (error) {
        throw new EvaluationError("bad-data", `cannot read ${file}: ${(error as Error).message}`);
      }
      return rows.map((row) => {
        const text = row[textColumn];
        if (text === undefined) throw new EvaluationError("bad-data", `${file} has no column ${textColumn}`);
        return text.replaceAll("\n", " ");
      });
    })
    .join("\n");
}
