import { expect, test } from "vitest";
import { EVALUATIONS } from "./registry.ts";

test.each(Object.keys(EVALUATIONS))("registry: %s loads, goes by its name and says what it measures", async (name) => {
  const { evaluation } = await EVALUATIONS[name]!();
  expect(evaluation.name).toBe(name);
  expect(evaluation.describe).not.toBe("");
});
