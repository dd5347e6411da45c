import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { differing, digestsOf, referenceDigests } from "./agreement/digests.ts";
import { machines, onMachine } from "./agreement/machines.ts";
import { headProblem } from "./agreement/problem.ts";
import { modelOf, openSetting, type Setting } from "./agreement/session.ts";
import { evaluation } from "./agreement.ts";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";

const folder = mkdtempSync(join(tmpdir(), "agreement-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SETTING: Setting = { threads: 1, batch: 7, level: "basic", provider: "cpu" };

describe("agreement", () => {
  const run = () => {
    const { options } = parseCommand(evaluation, ["--vectors", "20", "--bounded", "--state", folder], SILENT);
    return evaluation.run(options) as Promise<{ disagreements: number; problems: Record<string, object> }>;
  };

  test("default: no setting disagrees with the reference, and a finished chunk is not computed again", async () => {
    const first = await run();
    expect(first.disagreements).toBe(0);
    expect(first.problems).toEqual({
      head: { samples: 18, settings: 24, comparisons: 432, disagreements: 0, bySetting: {} },
      decoder: { samples: 2, settings: 24, comparisons: 48, disagreements: 0, bySetting: {} },
    });
    for (const key of readdirSync(folder)) {
      for (const file of readdirSync(join(folder, key))) writeFileSync(join(folder, key, file), '{"made up": 3}');
    }
    expect((await run()).disagreements).toBe(6);
  });

  test("behavior: float32 is told from float64", async () => {
    const problem = headProblem(1);
    const session = await openSetting(modelOf(problem.graph, true), problem.outputs, { ...SETTING, isFloat32: true });
    const narrow = await digestsOf(problem, 0, { count: 14, batch: 7 }, (feeds) => session.run(feeds));
    await session.release();
    expect(differing(await referenceDigests(problem, 0, 14), narrow)).toBeGreaterThan(7);
  });

  test("behavior: another engine's integers are compared with ours, and a machine that fails says so", async () => {
    const [withoutAvx] = machines({}).found;
    const of = { seed: 1, samples: 5 };
    expect(await onMachine(withoutAvx!, "head", of)).toMatchObject({ runtimeDiffers: 0, referenceDiffers: 0 });
    const broken = { name: "broken", command: [process.execPath, "--no-such-flag"] };
    expect(await onMachine(broken, "head", of)).toMatchObject({ name: "broken", failure: expect.any(String) });
  });
});

test("differing counts samples, missing ones included", () => {
  expect([differing(["a", "b"], ["a", "b"]), differing(["a", "b"], ["a", "c"]), differing(["a", "b"], ["a"])]).toEqual([
    0, 1, 1,
  ]);
});
