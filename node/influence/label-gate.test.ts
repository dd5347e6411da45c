import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { payGates } from "./label-gate.ts";

const confirmed = 65535;
const contradicted = 255 * 256;

/** Contribution of `good` confirmed items and `bad` contradicted ones. */
const items = (good: number, bad: number) => [
  ...new Array<number>(good).fill(confirmed),
  ...new Array<number>(bad).fill(contradicted),
];

/** Gates of contributions of [confirmed, contradicted] items, each contribution's in a list. */
function gatesOf(contributions: readonly (readonly [number, number])[]): number[][] {
  const judgements = contributions.map(([good, bad]) => items(good, bad));
  const numbers = judgements.flatMap((list, contribution) => list.map(() => contribution));
  const gates = [...payGates(judgements.flat(), numbers)];
  return judgements.map((list) => gates.splice(0, list.length));
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("payGates", () => {
  test("default: where all contributions are contradicted alike, all is paid", () => {
    expect(
      gatesOf([
        [8, 2],
        [16, 4],
      ])
        .flat()
        .every((gate) => gate === 65535),
    ).toBe(true);
  });

  test("behavior: without judges nothing is held back, and a closed gate stays closed", () => {
    expect([...payGates([65535, 65535, 0], [0, 1, 1])]).toEqual([65535, 65535, 0]);
  });

  test("behavior: a contribution that strangers contradict throughout earns nothing, honest ones all", () => {
    const [honest, hostile] = gatesOf([
      [85, 15],
      [0, 10],
    ]);
    expect(honest!.every((gate) => gate === 65535)).toBe(true);
    expect(hostile!.every((gate) => gate === 0)).toBe(true);
  });

  test("behavior: beyond three allowances confirmed items count less as well", () => {
    const [, mixed, worse] = gatesOf([
      [850, 150],
      [5, 2],
      [2, 8],
    ]);
    expect(mixed!.slice(0, 5).every((gate) => gate === 65535)).toBe(true);
    expect(mixed![5]!).toBeLessThan(45_000);
    expect(worse![0]!).toBeLessThan(20_000);
  });

  test("behavior: no way to split a contribution pays its contradicted items better", () => {
    const some = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(some, some, (a, b) => {
        const crowd = [850, 150] as const;
        const bad = ([good]: readonly [number, number], gates: readonly number[]) => total(gates.slice(good));
        const both = [a[0] + b[0], a[1] + b[1]] as const;
        const [, whole] = gatesOf([crowd, both]);
        const [, first, second] = gatesOf([crowd, a, b]);
        expect(bad(a, first!) + bad(b, second!)).toBeLessThanOrEqual(bad(both, whole!) + a[1] + b[1]);
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});
