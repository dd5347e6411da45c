import { describe, expect, test } from "vitest";
import { pooled } from "./pooled.ts";

describe("work a few at a time", () => {
  test("default: results are in the order of the inputs, never more than the limit under way", async () => {
    let running = 0;
    let most = 0;
    const results = await pooled(3, [5, 1, 4, 2, 3], async (input) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < input; i++) await Promise.resolve();
      running--;
      return 10 * input;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(3);
  });

  test("behavior: after a failure nothing more is begun", async () => {
    const begun: number[] = [];
    const failing = pooled(1, [1, 2, 3], async (input) => {
      begun.push(input);
      if (input === 2) throw new Error("two");
    });
    await expect(failing).rejects.toThrow("two");
    expect(begun).toEqual([1, 2]);
  });
});
