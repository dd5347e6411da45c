import { csvRows } from "../data.ts";
import { type EvalOptions, EvaluationError } from "../evaluation.ts";

/** The text column of a user's files, one text a line: base first, rows and queries last. Throws EvaluationError bad-data. */
export function userTexts({ data, test, textColumn }: EvalOptions): string {
  return [data, test]
    .flatMap((file) => {
      if (file === undefined) return [];
      const rows = csvRows(file);
      if (rows.length === 0) throw new EvaluationError("bad-data", `${file} has no rows`);
      const columns = Object.keys(rows[0]!);
      if (!columns.includes(textColumn)) {
        throw new EvaluationError("bad-data", `${file} has no column ${textColumn}; it has ${columns.join(", ")}`);
      }
      return rows.map((row) => row[textColumn]!.replaceAll(/\s+/g, " ").trim()).filter((text) => text !== "");
    })
    .join("\n");
}
