import { expect, test } from "vitest";
import { DEFAULT_TIMEOUTS, MAX_TIMEOUT_MS, timeoutMs } from "./timeouts.ts";

test("each round waits longer, up to a limit; the commit pause does not grow", () => {
  expect([0, 1, 4].map((round) => timeoutMs(DEFAULT_TIMEOUTS, "propose", round))).toEqual([1500, 2000, 3500]);
  expect([0, 2].map((round) => timeoutMs(DEFAULT_TIMEOUTS, "prevote", round))).toEqual([500, 1000]);
  expect([0, 2].map((round) => timeoutMs(DEFAULT_TIMEOUTS, "precommit", round))).toEqual([500, 1000]);
  expect(timeoutMs(DEFAULT_TIMEOUTS, "commit", 9)).toBe(DEFAULT_TIMEOUTS.commitMs);
  expect(timeoutMs(DEFAULT_TIMEOUTS, "propose", 2 ** 31 - 1)).toBe(MAX_TIMEOUT_MS);
});
