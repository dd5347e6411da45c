import { expect, test } from "vitest";
import { SeenCache } from "./seen.ts";

test("SeenCache remembers at least a generation and at most two", () => {
  const seen = new SeenCache(3);
  for (const key of ["a", "b", "c", "d"]) seen.add(key);
  expect(["a", "b", "c", "d"].map((key) => seen.has(key))).toEqual([true, true, true, true]);
  for (const key of ["e", "f", "g"]) seen.add(key);
  expect(["a", "c", "d", "g"].map((key) => seen.has(key))).toEqual([false, false, true, true]);
  seen.delete("d");
  expect(seen.has("d")).toBe(false);
});
