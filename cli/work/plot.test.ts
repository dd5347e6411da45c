import { describe, expect, test } from "vitest";
import { sparkline } from "./plot.ts";

describe("sparkline", () => {
  test("default", () => {
    expect(sparkline([3, 2, 1.5, 1, 1])).toBe("█▅▃▁▁");
  });

  test("behavior: equal values, one value, none", () => {
    expect([sparkline([2, 2]), sparkline([7]), sparkline([])]).toEqual(["▁▁", "▁", ""]);
  });

  test("behavior: many values share bars, in order", () => {
    const line = sparkline(Array.from({ length: 1_000 }, (_, i) => i));
    expect(line).toHaveLength(72);
    expect([...line].sort().join("")).toBe(line);
  });
});
