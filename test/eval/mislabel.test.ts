import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SeededStream } from "../bench/random.ts";
import { areaError, areaUnderCurve } from "./mislabel/area.ts";
import { evaluation } from "./mislabel.ts";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";

const dir = mkdtempSync(join(tmpdir(), "eval-mislabel-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const KINDS = 4;
const COLUMNS = 11;

function table(name: string, rows: number): string {
  const stream = new SeededStream(name);
  const header = [...Array.from({ length: COLUMNS }, (_, k) => `x${k}`), "kind"];
  const lines = Array.from({ length: rows }, (_, i) => {
    const numbers = header.slice(1).map((_, k) => ((k % KINDS === i % KINDS ? 1 : 0) + stream.next() - 0.5).toFixed(4));
    return [...numbers, `kind ${i % KINDS}`].join(",");
  });
  writeFileSync(join(dir, name), [header.join(","), ...lines].join("\n"));
  return join(dir, name);
}

interface Result {
  readonly rows: number;
  readonly mislabelled: number;
  readonly auc: Readonly<Record<string, number>>;
}

async function measured(...more: string[]): Promise<Result> {
  const files = ["--data", table("train.csv", 300), "--test", table("test.csv", 20), "--label-column", "kind"];
  const args = [...files, "--features", "--state", join(dir, "state"), ...more];
  return (await evaluation.run(parseCommand(evaluation, args, SILENT).options)) as Result;
}

test("bounded: wrong labels are told from right ones, far better by gradients than by likeness, and again from what was kept", async () => {
  const args = ["--bounded", "--methods", "cosine-same-label,grad-dot,ek-fac,exact-gauss-newton,ours-int8-3"];
  const first = await measured(...args);
  expect(first.rows).toBe(270);
  expect(first.mislabelled).toBeGreaterThan(15);
  for (const name of ["grad-dot", "ek-fac", "exact-gauss-newton", "ours-int8-3", "cross-fitted label probability"]) {
    expect(first.auc[name], name).toBeGreaterThan(0.95);
  }
  expect(first.auc["cosine-same-label"]!).toBeLessThan(first.auc["ours-int8-3"]!);
  expect((await measured(...args)).auc).toEqual(first.auc);
});

test("noise that leaves nothing to tell apart, and a method that there is not, are sentences", async () => {
  await expect(measured("--bounded", "--noise", "1.5")).rejects.toThrow("between 0 and 1");
  await expect(measured("--bounded", "--noise", "0.0001")).rejects.toThrow("all right or all mislabelled");
  await expect(measured("--bounded", "--methods", "magic")).rejects.toThrow("no method magic; there are");
});

test("areaUnderCurve: perfect, inverted, and ties count half", () => {
  expect(areaUnderCurve([1, 2, 3, 4], [false, false, true, true])).toBe(1);
  expect(areaUnderCurve([4, 3, 2, 1], [false, false, true, true])).toBe(0);
  expect(areaUnderCurve([1, 1, 1, 1], [false, true, false, true])).toBe(0.5);
});

test("areaError: Hanley and McNeil's example, and none where all are told apart", () => {
  expect(areaError(0.893, 51, 58)).toBeCloseTo(0.0325, 4);
  expect(areaError(1, 5, 9)).toBe(0);
});
