import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SeededStream } from "../bench/random.ts";
import { evaluation } from "./lds-head.ts";
import type { MethodResult } from "./measure.ts";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";
import { printResult } from "./table.ts";

const dir = mkdtempSync(join(tmpdir(), "eval-lds-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const COLUMNS = 15;
const DIMS = COLUMNS + 1;
const KINDS = 5;
const METHODS = "cosine-same-label,grad-cos,ours-float-3,ours-int8-3,ours-paid";

interface Result {
  readonly n: number;
  readonly subsets: number;
  readonly methods: Readonly<Record<string, MethodResult>>;
  readonly brittleness: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

async function measure(...more: string[]): Promise<Result> {
  const files = ["--data", join(dir, "train.csv"), "--test", join(dir, "test.csv"), "--label-column", "kind"];
  const shape = ["--features", "--bounded", "--state", join(dir, "state"), "--methods", METHODS];
  return (await evaluation.run(parseCommand(evaluation, [...files, ...shape, ...more], SILENT).options)) as Result;
}

/** Rows around one seeded centre a kind, with noise of about the distance between centres. */
function table(rows: number, stream: SeededStream): string {
  const numbers = (kind: number) =>
    Array.from({ length: COLUMNS }, (_, k) => ((k % KINDS === kind ? 1 : 0) + 2 * (stream.next() - 0.5)).toFixed(4));
  const header = [...Array.from({ length: COLUMNS }, (_, k) => `x${k}`), "kind"];
  const lines = Array.from({ length: rows }, (_, i) => [...numbers(i % KINDS), `kind ${i % KINDS}`]);
  return `${[header, ...lines].map((cells) => cells.join(",")).join("\n")}\n`;
}

let result: Result;
beforeAll(async () => {
  const stream = new SeededStream("eval-lds");
  writeFileSync(join(dir, "train.csv"), table(360, stream));
  writeFileSync(join(dir, "test.csv"), table(60, stream));
  result = await measure("--lambda", "0.002", "--export", join(dir, "export"));
});

test("bounded: integer scores predict retraining, far better than same-label cosine, and int8 costs next to nothing", () => {
  const { methods } = result;
  const int8 = methods["ours-int8-3"]!;
  expect(int8.lds).toBeGreaterThan(0.8);
  expect(int8.lds - methods["cosine-same-label"]!.lds).toBeGreaterThan(0.1);
  expect(Math.abs(int8.lds - methods["ours-float-3"]!.lds)).toBeLessThan(0.02);
  expect(int8.families.drop10!.lds).toBeGreaterThan(0.5);
  expect(int8.bytesPerRow).toBeGreaterThanOrEqual(DIMS + KINDS);
  expect(int8.bytesPerRow).toBeLessThan(DIMS + KINDS + 40);
});

test("bounded: the result has the fields that its readers want", () => {
  expect(result.n).toBe(300);
  expect(result.subsets).toBe(12);
  for (const figures of Object.values(result.methods)) {
    expect(figures.se).toBeGreaterThan(0);
    expect(figures.queryMs).toBeGreaterThan(0);
    expect(Object.keys(figures.families)).toEqual(["contributors", "drop10", "drop2"]);
  }
  expect(Object.keys(result.brittleness)).toContain("random");
  expect(printResult({ ...result })).toContain("ours-int8-3");
});

test("peers: scores of another library are measured against the same retrainings", async () => {
  const folder = join(dir, "export");
  const { key, rows, queries } = JSON.parse(readFileSync(join(folder, "meta.json"), "utf8"));
  writeFileSync(join(folder, "x.f32"), new Uint8Array(new Float32Array(rows * queries).fill(1).buffer));
  const runs = [{ method: "library-x", setting: "plain", file: "x.f32", queryMs: 7 }];
  writeFileSync(join(folder, "peers.json"), JSON.stringify({ key, runs }));
  const { methods } = await measure(
    "--lambda",
    "0.002",
    "--peers",
    folder,
    "--brittle",
    "0",
    "--methods",
    "ours-int8-3",
  );
  expect(methods["library-x"]).toMatchObject({ lds: 0, queryMs: 7, setting: "plain" });
  expect(methods["ours-int8-3"]!.lds).toBe(result.methods["ours-int8-3"]!.lds);
  await expect(measure("--lambda", "0.003", "--peers", folder, "--brittle", "0")).rejects.toThrow(/another problem/);
});
