import { describe, expect, test } from "vitest";
import { expNegative, naturalLog } from "../../../exact-math.ts";
import { erf } from "./erf.ts";
import { exp, sigmoid, tanh } from "./exponential.ts";
import { log, log1p, softplus } from "./logarithm.ts";
import { pow } from "./power.ts";
import { cos, sin } from "./trigonometry.ts";

/** Evenly spaced points, off round numbers. */
function points(low: number, high: number, count = 2000): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.377)) / count);
}

/** Largest relative difference in units of 2^-52. */
function worst(ours: (x: number) => number, theirs: (x: number) => number, xs: readonly number[]): number {
  return Math.max(...xs.map((x) => Math.abs(ours(x) - theirs(x)) / (Math.abs(theirs(x)) * Number.EPSILON)));
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe("within a few ulp of the platform's functions", () => {
  test.each([
    ["exp", exp, Math.exp, [...points(-707, 709), ...points(-1, 1)], 3],
    ["tanh", tanh, Math.tanh, [...points(-1.5, 1.5), ...points(-30, 30)], 5],
    ["sigmoid", sigmoid, (x: number) => 1 / (1 + Math.exp(-x)), points(-30, 30), 5],
    ["log", log, Math.log, [...points(0.5, 0.99), ...points(1.01, 2), ...points(1e-9, 1e9)], 4],
    ["log1p", log1p, Math.log1p, points(0, 1), 4],
    ["softplus", softplus, (x: number) => Math.log1p(Math.exp(x)), points(-30, 30), 5],
    ["sin", sin, Math.sin, [...points(-7, 7), ...points(-6e5, 6e5), 1e22, 1.7e308], 2],
    ["cos", cos, Math.cos, [...points(-7, 7), ...points(-6e5, 6e5), 1e22, 1.7e308], 2],
  ] as const)("%s", (_name, ours, theirs, xs, ulps) => {
    expect(worst(ours, theirs, xs)).toBeLessThanOrEqual(ulps);
  });

  test("pow, in proportion to the exponent it raises e to", () => {
    for (const x of points(0.01, 50, 60)) {
      for (const y of points(-20, 20, 60)) {
        const ulps = Math.abs(pow(x, y) / x ** y - 1) / Number.EPSILON;
        expect(ulps).toBeLessThanOrEqual(4 + 3 * Math.abs(y * Math.log(x)));
      }
    }
  });

  // Values to 30 digits from mpmath, rounded to double.
  test.each([
    [1e-300, 1.1283791670955126e-300],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [0.9999, 0.8426592780487595],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2.75, 0.9998993780778804],
    [4, 0.9999999845827421],
    [5.9, 1],
  ])("erf(%d)", (x, expected) => {
    expect(Math.abs(erf(x) / expected - 1)).toBeLessThanOrEqual(3 * Number.EPSILON);
    expect(erf(-x)).toBe(-erf(x));
  });

  test("erf has no step where its method changes", () => {
    expect(erf(1) - erf(1 - 2 ** -40)).toBeCloseTo(0.4151074974205947 * 2 ** -40, 15);
  });
});

describe("special values", () => {
  test("exp and log", () => {
    expect([exp(nan), exp(infinity), exp(-infinity), exp(0), exp(710)]).toEqual([nan, infinity, 0, 1, infinity]);
    expect(exp(-745)).toBe(5e-324);
    expect([log(nan), log(0), log(-1), log(infinity), log(1)]).toEqual([nan, -infinity, nan, infinity, 0]);
    expect(log(5e-324)).toBeCloseTo(-744.4400719213812, 12);
    for (const x of points(-700, 0, 200)) expect(exp(x)).toBe(expNegative(x));
    for (const x of points(0.01, 100, 200)) expect(log(x)).toBe(naturalLog(x));
  });

  test("bounded functions reach their limits, NaN stays NaN", () => {
    expect([tanh(infinity), tanh(-40), tanh(-0), tanh(nan)]).toEqual([1, -1, -0, nan]);
    expect([sigmoid(infinity), sigmoid(-infinity), sigmoid(nan)]).toEqual([1, 0, nan]);
    expect([softplus(-infinity), softplus(1000), softplus(nan)]).toEqual([0, 1000, nan]);
    expect([erf(infinity), erf(-7), erf(nan), erf(0)]).toEqual([1, -1, nan, 0]);
    expect([sin(infinity), cos(nan), sin(-0), cos(0)]).toEqual([nan, nan, -0, 1]);
  });

  test("pow as in C", () => {
    expect([pow(nan, 0), pow(1, nan), pow(-1, infinity), pow(-2, 3), pow(-2, 0.5)]).toEqual([1, 1, 1, -8, nan]);
    expect([pow(0, -1), pow(-0, -3), pow(-0, 3), pow(0, 2)]).toEqual([infinity, -infinity, -0, 0]);
    expect([pow(2, infinity), pow(0.5, infinity), pow(-infinity, 3), pow(infinity, -2)]).toEqual([
      infinity,
      0,
      -infinity,
      0,
    ]);
    expect([pow(9, 0.5), pow(3, 4), pow(2, -2)]).toEqual([3, 81, 0.25]);
  });
});
