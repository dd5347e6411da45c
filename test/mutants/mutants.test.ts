import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MUTANTS } from "./mutants.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("every fault planted in consensus is noticed by the simulator", () => {
  test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))("%s", { timeout: 300_000 }, (name, mutant) => {
    const source = readFileSync(join(ROOT, mutant.file), "utf8");
    expect(source.split(mutant.from), `the text of this mutant in ${mutant.file}`).toHaveLength(2);
    const args = [
      "--import",
      "./test/mutants/plant.ts",
      "test/sim/main.ts",
      "--fail-fast",
      "--workers",
      "1",
      "--output",
      "json",
    ];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...args, "--validators", String(mutant.validators ?? 4), "--seeds", String(mutant.seeds)],
      { cwd: ROOT, encoding: "utf8", env: { ...process.env, MUTANT: name } },
    );
    expect(stdout, stderr).not.toBe("");
    expect(JSON.parse(stdout).failures, `${mutant.breaks}: survived ${mutant.seeds} seeds`).toHaveLength(1);
    expect(status).toBe(1);
  });
});
