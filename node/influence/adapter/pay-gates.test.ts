import { describe, expect, test } from "vitest";
import { DISTANCE_ONE, GATE_ONE } from "../types.ts";
import { payGates, type RowTraits } from "./pay-gates.ts";

const cosine = (x: number) => Math.floor(x * DISTANCE_ONE);
/** Eight contributions of ten rows each, as honest ones are: orders around 800, cosines around .17. */
const HONEST: readonly RowTraits[] = Array.from({ length: 80 }, (_, i) => {
  return { order: 500 + ((i * 197) % 600), textCosine: cosine(0.1 + ((i * 37) % 14) / 100), contribution: i % 8 };
});
const others = (count: number, traits: Omit<RowTraits, "contribution">, contribution = 8): RowTraits[] =>
  Array.from({ length: count }, () => ({ ...traits, contribution }));
const gatesOf = (more: readonly RowTraits[]) => [...payGates([...HONEST, ...more]).gates];

describe("gates", () => {
  test("honest rows are paid in full", () => {
    expect(gatesOf([])).toEqual(Array(80).fill(GATE_ONE));
  });

  test("rows whose words stand in no order are not paid, and a third of the usual order not in full", () => {
    const gates = gatesOf([...others(10, { order: 40, textCosine: cosine(0.15) })]);
    expect(gates.slice(80)).toEqual(Array(10).fill(0));
    const third = gatesOf(others(10, { order: 280, textCosine: cosine(0.15) })).slice(80);
    expect(third.every((gate) => gate > 0 && gate < GATE_ONE)).toBe(true);
    expect(gates.slice(0, 80)).toEqual(Array(80).fill(GATE_ONE));
  });

  test("one row of great order does not carry a contribution of none", () => {
    const one = { order: 8000, textCosine: 0, contribution: 8 };
    expect(gatesOf([one, ...others(9, { order: 0, textCosine: 0 })])[81]).toBe(0);
  });

  test("a base that finds no order in anything judges nobody", () => {
    const flat = HONEST.map((row) => ({ ...row, order: row.order / 8 }));
    expect([...payGates([...flat, ...others(10, { order: 0, textCosine: 0 })]).gates]).toEqual(
      Array(90).fill(GATE_ONE),
    );
  });

  test("a row that repeats an earlier text is not paid, its neighbours are", () => {
    const [copy, ...rest] = gatesOf([
      { order: 800, textCosine: cosine(0.8), contribution: 8 },
      ...others(9, { order: 800, textCosine: cosine(0.15) }),
    ]).slice(80);
    expect(copy).toBe(0);
    expect(rest).toEqual(Array(9).fill(GATE_ONE));
  });

  test("a contribution that is nearer to earlier texts throughout is not paid, in one account or in five", () => {
    const near = { order: 800, textCosine: cosine(0.42) };
    expect(
      gatesOf(others(20, near))
        .slice(80)
        .every((gate) => gate === 0),
    ).toBe(true);
    const accounts = Array.from({ length: 5 }, (_, i) => others(4, near, 8 + i)).flat();
    expect(
      gatesOf(accounts)
        .slice(80)
        .every((gate) => gate === 0),
    ).toBe(true);
  });

  test("where all texts are much alike, likeness shuts nobody out but copies", () => {
    const alike = HONEST.map((row) => ({ ...row, textCosine: row.textCosine + cosine(0.55) }));
    const gates = [...payGates([...alike, { order: 800, textCosine: DISTANCE_ONE, contribution: 8 }]).gates];
    expect(gates.slice(0, 80)).toEqual(Array(80).fill(GATE_ONE));
    expect(gates[80]).toBe(0);
  });

  test("no rows, one row", () => {
    expect([...payGates([]).gates]).toEqual([]);
    expect([...payGates([{ order: 0, textCosine: 0, contribution: 0 }]).gates]).toEqual([GATE_ONE]);
  });
});
