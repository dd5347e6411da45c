import { describe, expect, test } from "vitest";
import { Pace } from "./pace.ts";

describe("how many requests wait at a time", () => {
  test("default: few at first, twice as many with each round, up to the most", () => {
    const pace = new Pace({ most: 20, batch: 50 });
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) {
      const size = pace.next({ waiting: 0, left: 1000 });
      rounds.push(size);
      pace.found({ settled: size, missed: 0 });
    }
    expect(rounds).toEqual([4, 8, 16, 20, 20]);
  });

  test("behavior: transactions are whole batches, or the rest", () => {
    const pace = new Pace({ most: 40, batch: 12 });
    pace.found({ settled: 36, missed: 0 });
    expect(pace.next({ waiting: 0, left: 1000 })).toBe(12);
    expect(pace.next({ waiting: 28, left: 1000 })).toBe(12);
    expect(pace.next({ waiting: 29, left: 1000 })).toBe(0);
    expect(pace.next({ waiting: 29, left: 3 })).toBe(3);
    expect(pace.next({ waiting: 29, left: 0 })).toBe(0);
  });

  test("behavior: refunds halve it, never below a quarter of the most", () => {
    const pace = new Pace({ most: 40, batch: 50 });
    pace.found({ settled: 36, missed: 0 });
    pace.found({ settled: 10, missed: 3 });
    expect(pace.next({ waiting: 0, left: 100 })).toBe(20);
    for (let i = 0; i < 10; i++) pace.found({ settled: 0, missed: 1 });
    expect(pace.next({ waiting: 0, left: 100 })).toBe(10);
  });
});
