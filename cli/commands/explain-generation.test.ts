import { expect, test } from "vitest";
import type { GenerationExplanation } from "../../node/explain/index.ts";
import { generationText } from "./explain-generation.ts";

const HALF = 500_000_000_000_000_000n;

const EXPLANATION: GenerationExplanation = {
  ...{ requestId: "ab".repeat(32), model: "writer", answer: " of the village", feeUopen: "1000000" },
  ...{ contributorsUopen: "340000", fidelity: String(2n * HALF) },
  pools: { influence: "221000", tokens: "102000", heldOut: "17000" },
  heldOut: [{ snapshot: "tales/1", items: 2, uopen: "17000" }],
  rows: [
    {
      ...{ contributionId: "c0".repeat(20), contributor: "open1a", item: 3, itemId: "ff", row: 5, isProven: true },
      ...{ isOwner: true, views: [{ checkpoint: 7, queryScale: 1, rowScale: 4, dot: -90 }], benefit: 0, harmLimit: 0 },
      factors: { score: "-360", share: String(HALF) },
      ...{ remainder: "0", cap: String(HALF), weight: String(HALF), recomputed: "110500", paid: "110500" },
    },
  ],
  tokens: [
    {
      ...{ contributionId: "d1".repeat(20), contributor: "open1b", item: 0, document: 0, credit: "3276800" },
      spans: [{ text: " of the village", start: 0, end: 3, rarity: 3_276_800, credited: 3_276_800, documents: 1 }],
      ...{ share: String(HALF), remainder: "0", cap: String(HALF), weight: String(HALF) },
      ...{ recomputed: "51000", paid: "51000" },
    },
  ],
  checks: [{ name: "the output is the model's", holds: false }],
  equal: false,
};

test("the text of a generator's explanation has both pools, their factors and what failed", () => {
  const lines = generationText(EXPLANATION).split("\n");
  const line = (start: string) => lines.find((each) => each.includes(start)) ?? "";
  expect(line("c0c0c0")).toMatch(/3 .*7: 1 x 4 x -90 .*-360 .*50\.00 % .*110500 .*110500/);
  expect(line("d1d1d1")).toMatch(/" of the village" .*50\.0 .*50\.00 % .*51000/);
  expect(line("held out, tales/1")).toContain("to 2 items");
  expect(line("the output is the model's")).toMatch(/^NO/);
});
