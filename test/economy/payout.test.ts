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

describe("payout on synthetic data", () => {
  test("behavior: volume, noise and copies earn a fraction of honest pay, and all is reproducible", async () => {
    const options = { seed: 1, inferences: 60 };
    const result = await runPayout(data, options);
    const pay = (role: string) => result.contributors.filter((c) => c.role === role).map((c) => c.perSubmitted);
    expect(result.accuracy).toBeGreaterThan(0.85);
    expect(result.paidToContributors).toBeGreaterThan(0.6);
    for (const role of ["random-labeller", "junk", "copycat"]) expect(pay(role)[0]).toBeLessThan(0.2);
    expect(pay("flooder")[0]).toBeLessThan(0.4);
    expect(await runPayout(data, options)).toEqual(result);
  });

  test("behavior: a flood earns no more than its originals", async () => {
    const options = { seed: 2, inferences: 60 };
    const paid = async (floodOnce: boolean) =>
      (await runPayout(data, { ...options, floodOnce })).contributors.find((c) => c.role === "flooder")!.paid;
    expect(await paid(false)).toBeLessThanOrEqual(1.1 * (await paid(true)) + 0.05);
  });
});
