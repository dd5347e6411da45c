import { describe, expect, test } from "vitest";
import { syntheticData } from "../bench/synthetic.ts";
import { curated, deal } from "./dealing.ts";
import { runPayout } from "./payout.ts";

const data = syntheticData(1200, "payout");

describe("dealing", () => {
  const contributors = deal(data.train, data.labels.length, { seed: 1 });
  const of = (role: string) => contributors.filter((c) => c.role === role);

  test("shares are those of the demo", () => {
    expect(of("honest").reduce((sum, { items }) => sum + items.length, 0)).toBe(960);
    expect(of("flooder")[0]!.items.length).toBe(5 * 20);
    expect([of("random-labeller"), of("junk"), of("copycat")].map(([c]) => c!.items.length)).toEqual([100, 100, 100]);
  });

  test("behavior: the same seed deals the same, another seed otherwise", () => {
    expect(deal(data.train, 6, { seed: 1 })).toEqual(contributors);
    expect(deal(data.train, 6, { seed: 2 })).not.toEqual(contributors);
  });

  test("behavior: half of the copies are verbatim", () => {
    const originals = new Set(of("honest").flatMap(({ items }) => items.map(({ text }) => text)));
    const verbatim = of("copycat")[0]!.items.filter(({ text }) => originals.has(text)).length;
    expect(verbatim).toBeGreaterThanOrEqual(50);
    expect(verbatim).toBeLessThan(70);
  });

  test("behavior: curators admit about one bad item in eight and refuse almost no good one", () => {
    const rate = (role: string) => {
      const verdicts = of(role).flatMap((c) => curated(c, 1));
      return verdicts.filter(Boolean).length / verdicts.length;
    };
    expect(rate("junk")).toBeGreaterThan(0.05);
    expect(rate("junk")).toBeLessThan(0.25);
    expect(rate("honest")).toBeGreaterThan(0.99);
  });
});

/** Each run trains six heads and an index; the machine may be busy. */
const PATIENT = { timeout: 300_000 };

describe("payout on synthetic data", PATIENT, () => {
  const few = syntheticData(720, "payout");
  const options = { seed: 1, inferences: 100 };

  test("behavior: noise, copies and volume earn a fraction of honest pay, a flood no more than its originals", async () => {
    const result = await runPayout(few, options);
    const of = (role: string, from = result) => from.contributors.find((c) => c.role === role)!;
    expect(result.accuracy).toBeGreaterThan(0.9);
    expect(result.paidToContributors).toBeGreaterThan(0.6);
    expect(of("random-labeller").perSubmitted).toBeLessThan(0.15);
    expect(of("junk").perSubmitted).toBeLessThan(0.15);
    expect(of("copycat").perSubmitted).toBeLessThan(0.12);
    expect(of("flooder").perSubmitted).toBeLessThan(0.3);
    const once = of("flooder", await runPayout(few, { ...options, floodOnce: true }));
    expect(of("flooder").paid).toBeLessThanOrEqual(1.1 * once.paid);
  });

  test("behavior: the same seed pays the same", async () => {
    const small = syntheticData(240, "payout again");
    expect(await runPayout(small, options)).toEqual(await runPayout(small, { ...options, workers: 1 }));
  });
});
