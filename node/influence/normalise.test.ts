import { expect, test } from "vitest";
import { normaliseText } from "./normalise.ts";

test("composes, lower-cases, collapses and trims", () => {
  expect(normaliseText("  Cafe\u0301\t\n IS  ")).toBe("caf\u00e9 is");
});

test("behavior: is idempotent", () => {
  const once = normaliseText(" A\u00a0 b\u2003C ");
  expect(normaliseText(once)).toBe(once);
});
