import { beforeAll, describe, expect, test } from "vitest";
import { defaultLambda, trainHead } from "../../node/factory/train-head.ts";
import { encodeText } from "../../node/influence/encoder.ts";
import { fromGrid } from "../../node/influence/grid.ts";
import { SeededStream } from "../bench/random.ts";
import { syntheticData } from "../bench/synthetic.ts";
import { atCosine, paraphrase, unit } from "./attacks/edits.ts";
import { ADAPTIVE_ATTACKS, type AttackScene, PLAIN_ATTACKS } from "./attacks/kinds.ts";
import { runWorld, type World, type WorldOutcome } from "./attacks/world.ts";
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

/** 24 topics of 8 classes in 48 dimensions, 600 honest items and 40 of the attacker's, 200 paid questions. */
function smallWorld() {
  const [dims, classes, few] = [48, 8, 40];
  const stream = new SeededStream("small world 1");
  const noise = () => Float64Array.from({ length: dims }, () => stream.next() + stream.next() + stream.next() - 1.5);
  const topics = Array.from({ length: 3 * classes }, () => unit(noise()));
  const draw = () => {
    const topic = stream.below(topics.length);
    const features = atCosine(topics[topic]!, 0.55 + 0.25 * stream.next(), stream);
    return { label: topic % classes, text: undefined, features };
  };
  const rows = Array.from({ length: 640 }, (_, i) => ({
    ...draw(),
    contributor: i < few ? "attacker" : `honest-${i % 8}`,
  }));
  const [own, honest] = [rows.slice(0, few), rows.slice(few)];
  const asked = Array.from({ length: 400 }, draw);
  const questions = asked.slice(0, 200);
  const labels = Array.from({ length: classes }, (_, c) => `class ${c}`);
  const world: Omit<World, "items"> = {
    ...{ labels, dims, seed: 1, test: asked, workers: 1 },
    questions: questions.map(({ features }) => features),
  };
  return { own, honest, questions, former: asked.slice(200), classes, dims, world };
}

describe("a small world of numbers", { timeout: 300_000 }, () => {
  const { own, honest, world, dims, ...rest } = smallWorld();
  const total = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0);
  let fair: WorldOutcome;
  let scene: AttackScene;

  beforeAll(async () => {
    const all = [...own, ...honest];
    const features = new Float64Array(all.length * dims);
    for (const [i, item] of all.entries()) features.set(item.features, i * dims);
    const set = { features, dims, classes: rest.classes, labels: all.map(({ label }) => label) };
    const head = await trainHead(set, { lambda: defaultLambda(all.length), tolerance: 1e-3, workers: 1 });
    fair = await runWorld({ ...world, items: [...honest, ...own] });
    const bestPaid = honest.map((_, i) => i).sort((a, b) => fair.paid[b]! - fair.paid[a]! || a - b);
    scene = { ...rest, own, honest, bestPaid, weights: fromGrid(head.weights), seed: 1 };
  });

  test.each([
    ["random-labels", 0.1],
    ["fgsm-outliers", 0.1],
    ["sybil-split", 1.1],
    ["sybil-vouching", 0.9],
    ["adaptive-outside-clusters", 1.1],
    ["adaptive-hidden-flips", 0.9],
    ["adaptive-plausible-labels", 0.1],
    ["adaptive-near-pairs", 1.1],
  ])("behavior: %s pays at most %d times the same items' honest pay, the honest keep theirs", async (name, most) => {
    const kind = [...PLAIN_ATTACKS, ...ADAPTIVE_ATTACKS].find((each) => each.name === name)!;
    const now = await runWorld({ ...world, items: [...honest, ...kind.items(scene, new SeededStream(`${name} 1`))] });
    const [mine, theirs] = [now, fair].map(({ paid }) => total(paid.slice(honest.length))) as [number, number];
    expect(mine / theirs).toBeLessThanOrEqual(most);
    const kept = total(now.paid.slice(0, honest.length)) / total(fair.paid.slice(0, honest.length));
    expect(kept).toBeGreaterThan(0.95);
    expect(kept).toBeLessThan(1.08);
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
