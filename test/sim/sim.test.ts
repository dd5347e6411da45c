import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SimReport } from "./report.ts";
import { ReportBuilder } from "./report.ts";
import { runSeed } from "./world.ts";

const ROOT = join(import.meta.dirname, "../..");

function report(validators: number, seeds: number): SimReport {
  const builder = new ReportBuilder(validators);
  for (let seed = 1; seed <= seeds; seed++) builder.add(runSeed({ seed, validators }));
  return builder.build(1);
}

describe("consensus under faults", () => {
  test("four validators: 200 seeds hold every check, and every kind of fault was really there", {
    timeout: 300_000,
  }, () => {
    const { failures, faults, roundsAboveZero } = report(4, 200);
    expect(failures).toEqual([]);
    expect(roundsAboveZero).toBeGreaterThan(200);
    expect(Object.entries(faults).filter(([, count]) => count === 0)).toEqual([]);
  });

  test.each([
    [1, 20],
    [2, 20],
    [3, 20],
    [5, 20],
    [7, 15],
  ])("%d validators: %d seeds hold every check", { timeout: 300_000 }, (validators, seeds) => {
    expect(report(validators, seeds).failures).toEqual([]);
  });

  test("a seed is a reproduction: it gives the same run every time", () => {
    expect(runSeed({ seed: 11, validators: 4 })).toEqual(runSeed({ seed: 11, validators: 4 }));
  });
});

describe("the command", () => {
  const bin = [join(ROOT, "bin/run"), "test/sim/main.ts", "--validators", "4"];

  test("gives one JSON object on stdout, progress elsewhere", { timeout: 120_000 }, () => {
    const args = [...bin, "--seeds", "4", "--start", "100", "--output", "json"];
    const stdout = execFileSync(process.execPath, args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(JSON.parse(stdout)).toMatchObject({
      validators: 4,
      seeds: 4,
      failures: [],
      roundsAboveZero: expect.any(Number),
    });
  });

  test("fails with a one-line reproduction when a seed fails", { timeout: 120_000 }, () => {
    const args = ["--import", "./test/mutants/plant.ts", "test/sim/main.ts", "--seeds", "1", "--start", "1"];
    const env = { ...process.env, MUTANT: "no-repeat-of-requests" };
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8", env });
    expect(status).toBe(1);
    expect(stderr).toContain("npm run sim -- --validators 4 --seeds 1 --start 1\n");
  });

  test("refuses nonsense", { timeout: 60_000 }, () => {
    const { status, stderr } = spawnSync(process.execPath, [...bin, "--seeds", "many"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toContain("expected 1..10000000");
  });
});
