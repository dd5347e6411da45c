import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SeededStream } from "../bench/random.ts";
import { describeShared } from "../shared.ts";
import { GENERATOR_ATTACKS, type GeneratorScene } from "./attacks/generator-kinds.ts";
import { rewritten, shuffledWords, splice, template } from "./attacks/passage-edits.ts";
import { evaluation, type GeneratorAttackRow } from "./attacks-decoder.ts";
import { parseCommand } from "./options.ts";
import { SILENT } from "./progress.ts";

const TEXT = "KING LEAR:\nBlow, winds, and crack your cheeks! rage! blow!";
const stream = () => new SeededStream("edits");
const letters = (text: string) => (text.match(/[A-Za-z']+/g) ?? []).map((word) => word.toLowerCase());

describe("edits of passages", () => {
  test("shuffled words are the same words elsewhere", () => {
    const shuffled = shuffledWords(TEXT, stream());
    expect(letters(shuffled).sort()).toEqual(letters(TEXT).sort());
    expect(letters(shuffled)).not.toEqual(letters(TEXT));
  });

  test("a rewritten text keeps about the wanted share of its words in their places", () => {
    const words = ["apple", "stone", "river", "glass"];
    const long = Array.from({ length: 40 }, () => TEXT).join(" ");
    const kept = (share: number) => {
      const changed = letters(rewritten(long, share, words, stream()));
      return changed.filter((word, i) => word === letters(long)[i]).length / changed.length;
    };
    expect(kept(0)).toBe(1);
    expect(kept(0.3)).toBeGreaterThan(0.62);
    expect(kept(0.3)).toBeLessThan(0.78);
  });

  test("a template has other words under the same marks and capitals; a splice is half of each", () => {
    const other = template(TEXT, ["apple", "stone"], stream());
    expect(other.replace(/[A-Z]/g, "A").replace(/[a-z']+/g, "a")).toMatch(/^A+ A+:\nAa, a, a a a a! a! a!$/);
    expect(splice("one two three four", "five six seven eight")).toBe("one two seven eight");
  });
});

test("attacks: names differ, each submits as the attacker alone, as many passages as it says", () => {
  const passages = (count: number, contributor: string) =>
    Array.from({ length: count }, (_, i) => ({ contributor, text: `${TEXT} ${i} ${"abc"[i % 3]}` }));
  const answered = Array.from({ length: 5 }, (_, i) => ({ prompt: `prompt ${i}`, answer: " and more" }));
  const scene: GeneratorScene = {
    ...{ own: passages(4, "attacker"), honest: passages(9, "honest"), bestPaid: [3, 1, 2] },
    ...{ former: answered, prompts: answered, words: ["apple", "stone", "river"] },
  };
  expect(new Set(GENERATOR_ATTACKS.map(({ name }) => name)).size).toBe(GENERATOR_ATTACKS.length);
  for (const { items } of GENERATOR_ATTACKS) {
    const made = items(scene, stream());
    expect([4, 20]).toContain(made.length);
    for (const { contributor, text } of made) {
      expect(contributor).toMatch(/^attacker/);
      expect(text).not.toBe("");
    }
  }
});

describeShared("a small generator", () => {
  const folder = mkdtempSync(join(tmpdir(), "openledger-attacks-decoder-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  let rows: readonly GeneratorAttackRow[];

  beforeAll(async () => {
    const only = "junk,adaptive-template-junk,paraphrase-x5";
    const args = ["--bounded", "--only", only, "--state", folder];
    const { options } = parseCommand(evaluation, args, SILENT);
    ({ attacks: rows } = (await evaluation.run(options)) as { attacks: GeneratorAttackRow[] });
  }, 180_000);

  test.each([
    ["junk", 0.3],
    ["adaptive-template-junk", 0.6],
    ["paraphrase-x5", 1.1],
  ])("%s pays at most %d times what as many honest passages earn", (name, most) => {
    const row = rows.find((each) => each.name === name)!;
    expect(row.payVsMean).toBeLessThanOrEqual(most);
    expect(row.honest).toBeGreaterThan(0.9);
  });
});
