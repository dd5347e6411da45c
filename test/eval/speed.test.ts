import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { syntheticData } from "../bench/synthetic.ts";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";
import { evaluation } from "./speed.ts";

const dir = mkdtempSync(join(tmpdir(), "eval-speed-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const data = syntheticData(120, "speed", 4);

function file(name: string, rows: readonly { readonly text: string; readonly label: number }[]): string {
  writeFileSync(join(dir, name), ["text,category", ...rows.map(({ text, label }) => `${text},k${label}`)].join("\n"));
  return join(dir, name);
}

test("bounded: every stage is timed, one worker trains the same bytes, and a query takes less than a second", async () => {
  const files = ["--data", file("train.csv", [...data.train, data.train[0]!]), "--test", file("test.csv", data.train)];
  const args = [...files, "--bounded", "--n", "121", "--workers", "2"];
  const result = (await evaluation.run(parseCommand(evaluation, args, SILENT).options)) as Record<string, unknown>;
  expect(result).toMatchObject({ items: 121, classes: 4, sameHashWithOneWorker: true });
  expect(result.rows as number).toBeLessThan(121);
  for (const stage of ["dedupe", "train", "folds", "index"])
    expect(result[`${stage}Seconds`], stage).toBeGreaterThan(0);
  expect(result.queryP50Ms as number).toBeLessThan(1000);
  expect(result.queryP95Ms as number).toBeGreaterThanOrEqual(result.queryP50Ms as number);
});

test("a table of numbers has no path from text", async () => {
  const table = join(dir, "table.csv");
  writeFileSync(table, "a,kind\n1,x\n2,y\n");
  const args = ["--data", table, "--test", table, "--label-column", "kind", "--features", "--bounded"];
  await expect(evaluation.run(parseCommand(evaluation, args, SILENT).options)).rejects.toThrow("the text path");
});
