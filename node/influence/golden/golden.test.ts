import { describe, expect, test } from "vitest";
import { evaluate } from "../graph/reference/index.ts";
import { GRID_ONE } from "../grid.ts";
import { GOLDEN_CASES } from "./cases.ts";
import { checkGolden } from "./check.ts";
import { EXPECTED_DIGESTS } from "./expected.ts";
import { decoderGraphs, encoderGraph, headGraph } from "./graphs.ts";

describe("golden digests", () => {
  test("every computation has one, and nothing else has", () => {
    expect(Object.keys(EXPECTED_DIGESTS)).toEqual(GOLDEN_CASES.map(({ name }) => name));
  });

  test.each(["reference", "cpu"] as const)("the %s reaches all of them on this machine", async (provider) => {
    const report = await checkGolden(provider);
    expect(report.results.filter(({ matches }) => !matches)).toEqual([]);
    expect(report).toMatchObject({ provider, ranOn: provider, matches: true });
  });

  test("behavior: a digest that differs is a mismatch that names its computation", async () => {
    const { results, matches } = await checkGolden("cpu", { ...EXPECTED_DIGESTS, encoder: "00" });
    expect(matches).toBe(false);
    expect(results.filter((result) => !result.matches).map(({ name }) => name)).toEqual(["encoder"]);
  });

  test("behavior: a provider that does not load falls back, and the report says so", async () => {
    expect(await checkGolden("cuda")).toMatchObject({ provider: "cuda", matches: true });
  });

  test.each([
    ["head", headGraph],
    ["encoder", encoderGraph],
    ["decoder", decoderGraphs],
  ])("no value of the %s lies near a rounding boundary: a correct machine never misses by luck", (_name, make) => {
    const { graph, feeds, outputs } = make();
    const values = Object.values(evaluate(graph, feeds, outputs)).flatMap(({ data }) => Array.from(data, Number));
    const distances = values.map((x) => Math.abs(x * GRID_ONE - Math.floor(x * GRID_ONE) - 0.5));
    expect(values.length).toBeGreaterThan(90);
    // Other orders of sums move a value by 10^-8 of a grid step or less.
    expect(Math.min(...distances)).toBeGreaterThan(1e-6);
  });
});
