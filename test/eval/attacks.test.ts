import { describe, expect, test } from "vitest";
import { encodeText } from "../../node/influence/encoder.ts";
import { SeededStream } from "../bench/random.ts";
import { syntheticData } from "../bench/synthetic.ts";
import { atCosine, paraphrase } from "./attacks/edits.ts";
import { ADAPTIVE_ATTACKS, type AttackScene, PLAIN_ATTACKS } from "./attacks/kinds.ts";
import { evaluation } from "./attacks.ts";
import { areaUnderCurve } from "./mislabel/area.ts";

const data = syntheticData(40, "attack kinds", 4);
const items = data.train.map(({ text, label }, i) => ({
  ...{ text, label, contributor: i < 8 ? "attacker" : "honest-1" },
  features: encodeText(text),
}));
const scene: AttackScene = {
  ...{
    own: items.slice(0, 8),
    honest: items.slice(8),
    bestPaid: [3, 1, 2],
    questions: items.slice(8, 12),
    former: items.slice(12, 16),
  },
  ...{ classes: 4, weights: new Float64Array(4 * 512).map((_, i) => ((i * 37) % 11) - 5), seed: 1 },
};

describe("attack kinds", () => {
  test("behavior: every kind submits unit features under a class that exists, as the attacker alone", () => {
    for (const kind of [...PLAIN_ATTACKS, ...ADAPTIVE_ATTACKS]) {
      const made = kind.items(scene, new SeededStream(kind.name));
      expect(made.length).toBeGreaterThanOrEqual(8);
      for (const { features, label, contributor } of made) {
        expect(Math.abs(features.reduce((sum, x) => sum + x * x, 0) - 1)).toBeLessThan(1e-9);
        expect(label).toBeGreaterThanOrEqual(0);
        expect(label).toBeLessThan(4);
        expect(contributor).toMatch(/^attacker/);
      }
    }
  });

  test("behavior: names are distinct, two or more adaptive", () => {
    const names = [...PLAIN_ATTACKS, ...ADAPTIVE_ATTACKS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(ADAPTIVE_ATTACKS.length).toBeGreaterThanOrEqual(2);
  });

  test("atCosine: a unit vector at the wanted cosine", () => {
    const moved = atCosine(items[0]!.features, 0.79, new SeededStream("x"));
    expect(moved.reduce((sum, x, k) => sum + x * items[0]!.features[k]!, 0)).toBeCloseTo(0.79, 9);
  });

  test("paraphrase: seeded, and other words for known ones", () => {
    const text = "how can i get my money";
    expect(paraphrase(text, new SeededStream("a"))).toBe(paraphrase(text, new SeededStream("a")));
    expect(paraphrase(text, new SeededStream("a"))).not.toBe(text);
  });
});

test("areaUnderCurve: perfect, inverted, and ties count half", () => {
  expect(areaUnderCurve([1, 2, 3, 4], [false, false, true, true])).toBe(1);
  expect(areaUnderCurve([4, 3, 2, 1], [false, false, true, true])).toBe(0);
  expect(areaUnderCurve([1, 1, 1, 1], [false, true, false, true])).toBe(0.5);
});

test("evaluation: says its options", () => {
  expect(Object.keys(evaluation.options ?? {})).toEqual(["rows", "inferences", "share", "only"]);
});
