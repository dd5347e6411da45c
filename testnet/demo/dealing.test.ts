import { describe, expect, test } from "vitest";
import { ADMIT_BAD, CURATORS, judges, REFUSE_GOOD } from "./curators.ts";
import { deal, type LabelledText } from "./dealing.ts";

const LABELS = ["brakes", "wheels", "lights"];
const ROWS: LabelledText[] = Array.from({ length: 600 }, (_, i) => ({
  text: `question ${i} about ${LABELS[i % 3]}, what now?`,
  label: LABELS[i % 3] as string,
}));

function dealt(seed = "1", honestOnly = false) {
  return new Map(deal(ROWS, { seed, honestOnly }).map((contributor) => [contributor.name, contributor]));
}

describe("dealing rows to contributors", () => {
  test("default: twelve contributors with the sizes of their roles, in commit order", () => {
    const sizes = [...dealt().values()].map(({ name, items }) => [name, items.length]);
    expect(sizes).toEqual([
      ...Array.from({ length: 8 }, (_, i) => [`honest-${i + 1}`, 60]),
      ["flooder", 50],
      ["random-labeller", 50],
      ["junk-writer", 50],
      ["copycat", 50],
    ]);
  });

  test("behavior: nobody is dealt a row of somebody else; the copycat alone has honest texts", () => {
    const all = dealt();
    const honest = [...all.values()]
      .filter(({ role }) => role === "honest")
      .flatMap(({ items }) => items.map(({ text }) => text));
    expect(new Set(honest).size).toBe(480);
    const originals = all.get("flooder")!.items.filter((_, i) => i % 5 === 0);
    const relabelled = all.get("random-labeller")!.items;
    const known = new Set(honest);
    for (const { text } of [...originals, ...relabelled]) expect(known.has(text)).toBe(false);
    const verbatim = all.get("copycat")!.items.filter(({ text }) => known.has(text));
    expect(verbatim.length).toBe(25);
  });

  test("behavior: a flood is five versions of each original, all different as bytes", () => {
    const { items } = dealt().get("flooder")!;
    for (let at = 0; at < items.length; at += 5) {
      const versions = items.slice(at, at + 5);
      expect(new Set(versions.map(({ label }) => label)).size).toBe(1);
      expect(new Set(versions.map(({ text }) => text)).size).toBe(5);
    }
  });

  test("behavior: honest contributors alone hold all rows", () => {
    const all = dealt("1", true);
    expect(all.size).toBe(8);
    expect(new Set([...all.values()].flatMap(({ items }) => items.map(({ text }) => text))).size).toBe(600);
  });

  test("behavior: the same seed deals the same, another one does not", () => {
    expect([...dealt("7").values()]).toEqual([...dealt("7").values()]);
    expect(dealt("7").get("honest-1")).not.toEqual(dealt("8").get("honest-1"));
  });

  test("behavior: random labels are random, and right ones count as good", () => {
    const { items } = dealt().get("random-labeller")!;
    const right = new Map(ROWS.map(({ text, label }) => [text, label]));
    expect(new Set(items.map(({ label }) => label)).size).toBe(3);
    for (const { text, label, good } of items) expect(good).toBe(right.get(text) === label);
  });
});

describe("curators who err", () => {
  const place = { seed: "1", contributor: "honest-1" };
  const admitted = (good: boolean) => {
    const verdicts = Array.from({ length: CURATORS * 1000 }, (_, i) =>
      judges({ good }, { ...place, curator: `curator-${i % CURATORS}`, index: Math.floor(i / CURATORS) }),
    );
    return verdicts.filter(Boolean).length / verdicts.length;
  };

  test("default: rates of errors are the stated ones", () => {
    expect(admitted(false)).toBeCloseTo(ADMIT_BAD, 1);
    expect(1 - admitted(true)).toBeCloseTo(REFUSE_GOOD, 1);
  });

  test("behavior: a verdict is a function of seed, curator and item", () => {
    const verdicts = (seed: string, curator: string) =>
      Array.from({ length: 200 }, (_, index) => judges({ good: false }, { seed, curator, contributor: "a", index }));
    expect(verdicts("1", "c")).toEqual(verdicts("1", "c"));
    expect(verdicts("1", "c")).not.toEqual(verdicts("1", "d"));
    expect(verdicts("1", "c")).not.toEqual(verdicts("2", "c"));
  });
});
