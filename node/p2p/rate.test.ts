import { describe, expect, test } from "vitest";
import { TokenBucket } from "./rate.ts";

describe("TokenBucket", () => {
  test("gives its burst, then refills with time", () => {
    let now = 0;
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, () => now);
    expect([bucket.take(1), bucket.take(1), bucket.take(1), bucket.take(1)]).toEqual([true, true, true, false]);
    expect(bucket.waitMs()).toBe(100);
    now = 100;
    expect(bucket.waitMs()).toBe(0);
    expect(bucket.take(1)).toBe(true);
    now = 1e9;
    expect([bucket.take(3), bucket.take(1)]).toEqual([true, false]);
  });

  test("a take larger than the burst passes once and is paid for later", () => {
    let now = 0;
    const bucket = new TokenBucket({ perSecond: 1_000, burst: 10 }, () => now);
    expect(bucket.take(1_010)).toBe(true);
    now = 999;
    expect(bucket.take(1)).toBe(false);
    now = 1_001;
    expect(bucket.take(1)).toBe(true);
  });
});
