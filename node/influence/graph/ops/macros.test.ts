import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../builder.ts";
import { differentiate } from "../differentiate.ts";
import { loadGraph } from "../load.ts";
import { evaluate } from "../reference/evaluate.ts";
import { double, sizeOf } from "../tensor.ts";
import { type RawField, rawModel, rawNode, rawValue } from "../testing/raw-model.ts";
import type { Graph, Tensor } from "../types.ts";
import { MACROS } from "./macros.ts";
import { OPERATORS } from "./table.ts";

interface Case {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
  readonly expected: readonly number[];
}

const DOUBLE = 11;
const sample = (dims: readonly number[], seed = 0) =>
  double(
    Array.from({ length: sizeOf(dims) }, (_, i) => 1.5 * Math.sin(2.1 * i + 0.4 + seed)),
    dims,
  );
const values = (t: Tensor) => Array.from(t.data as Float64Array);

const x = sample([2, 3]);
const y = sample([2, 3], 1);
const image = sample([2, 4, 4, 5]);
const perChannel = [1, 2, 3, 4].map((seed) => sample([4], seed));
const variance = double([0.5, 1, 2, 3]);
const each = (of: (v: number, i: number) => number, t = x) => values(t).map(of);
const rows = (of: (row: number[]) => number) => [values(x).slice(0, 3), values(x).slice(3)].map(of);
const relu6 = (v: number) => Math.min(Math.max(v, 0), 6);
const softplus = (v: number) => Math.log1p(Math.exp(v));

/** Normalises groups of elements: `group` tells where one belongs. */
function normalise(t: Tensor, group: (i: number) => number, channel: (i: number) => number): number[] {
  const all = values(t);
  const members = (g: number) => all.filter((_, i) => group(i) === g);
  return all.map((v, i) => {
    const own = members(group(i));
    const mean = own.reduce((a, b) => a + b) / own.length;
    const spread = own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length;
    const [scale, bias] = perChannel as [Tensor, Tensor];
    return (
      ((v - mean) / Math.sqrt(spread + 1e-5)) * (scale.data[channel(i)] as number) + (bias.data[channel(i)] as number)
    );
  });
}

/** 3 x 2 windows of the image with stride [2, 1] and pads [1, 0, 1, 1]. */
function pool(of: (window: number[]) => number): number[] {
  const out: number[] = [];
  for (let plane = 0; plane < 8; plane++) {
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 5; j++) {
        const window: number[] = [];
        for (let tap = 0; tap < 6; tap++) {
          const [row, column] = [2 * i + Math.floor(tap / 2) - 1, j + (tap % 2)];
          if (row >= 0 && row < 4 && column < 5) window.push(image.data[plane * 20 + row * 5 + column] as number);
        }
        out.push(of(window));
      }
    }
  }
  return out;
}

const POOL = { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] };
const channel = (i: number) => Math.floor(i / 20) % 4;

const CASES: readonly Case[] = [
  { op: "Sum", inputs: [x, y, x], expected: each((v, i) => 2 * v + values(y)[i]!) },
  { op: "Mean", inputs: [x, y], expected: each((v, i) => (v + values(y)[i]!) / 2) },
  { op: "Elu", inputs: [x], expected: each((v) => (v < 0 ? Math.expm1(v) : v)) },
  { op: "Celu", inputs: [x], expected: each((v) => (v < 0 ? Math.expm1(v) : v)) },
  {
    op: "Selu",
    inputs: [x],
    expected: each((v) => 1.0507009873554805 * (v < 0 ? 1.6732632423543772 * Math.expm1(v) : v)),
  },
  { op: "Mish", inputs: [x], expected: each((v) => v * Math.tanh(softplus(v))) },
  { op: "Softsign", inputs: [x], expected: each((v) => v / (1 + Math.abs(v))) },
  { op: "HardSigmoid", inputs: [x], expected: each((v) => Math.min(Math.max(0.2 * v + 0.5, 0), 1)) },
  { op: "HardSwish", inputs: [x], expected: each((v) => (v * relu6(v + 3)) / 6) },
  {
    op: "PRelu",
    inputs: [x, double([0.1, 0.2, 0.3])],
    expected: each((v, i) => (v < 0 ? [0.1, 0.2, 0.3][i % 3]! * v : v)),
  },
  {
    op: "BatchNormalization",
    inputs: [image, ...perChannel.slice(0, 3), variance],
    expected: each((v, i) => {
      const [scale, bias, mean] = perChannel.map((t) => t.data[channel(i)] as number) as [number, number, number];
      return ((v - mean) / Math.sqrt((variance.data[channel(i)] as number) + 1e-5)) * scale + bias;
    }, image),
  },
  {
    op: "InstanceNormalization",
    inputs: [image, perChannel[0]!, perChannel[1]!],
    expected: normalise(image, (i) => Math.floor(i / 20), channel),
  },
  {
    op: "GroupNormalization",
    inputs: [image, perChannel[0]!, perChannel[1]!],
    attributes: { num_groups: 2 },
    expected: normalise(image, (i) => Math.floor(i / 40), channel),
  },
  { op: "MaxPool", inputs: [image], attributes: POOL, expected: pool((window) => Math.max(...window)) },
  { op: "AveragePool", inputs: [image], attributes: POOL, expected: pool((w) => w.reduce((a, b) => a + b) / w.length) },
  {
    op: "AveragePool",
    inputs: [image],
    attributes: { ...POOL, count_include_pad: 1 },
    expected: pool((w) => w.reduce((a, b) => a + b) / 6),
  },
  {
    op: "ReduceL1",
    inputs: [x],
    attributes: { axes: [1], keepdims: 0 },
    expected: rows((r) => r.reduce((a, b) => a + Math.abs(b), 0)),
  },
  { op: "ReduceLogSum", inputs: [double([1, 2, 3])], expected: [Math.log(6)] },
  {
    op: "ReduceLogSumExp",
    inputs: [x],
    attributes: { axes: [1], keepdims: 0 },
    expected: rows((r) => Math.log(r.reduce((a, b) => a + Math.exp(b), 0))),
  },
];

/** Axes of reductions are attributes before opset 18; everything else is the same in 17 and 21. */
function loaded({ op, inputs, attributes = {} }: Case): Graph {
  const names = inputs.map((_, i) => `x${i}`);
  const ports = inputs.map((t, i): RawField => rawValue(11, names[i]!, t.dims, DOUBLE));
  const opset = "axes" in attributes ? 17 : 21;
  return loadGraph(
    rawModel([rawNode(op, names, ["y"], { attributes }), ...ports, rawValue(12, "y", [], DOUBLE)], opset),
  );
}

const feedsOf = ({ inputs }: Case) => Object.fromEntries(inputs.map((t, i) => [`x${i}`, t]));

test("every operator that loading replaces has a case, and the evaluator's set has none of them", () => {
  const numeric = [...MACROS.keys()].filter((name) => name !== "Xor");
  expect([...new Set(CASES.map((c) => c.op))].sort()).toEqual(numeric.sort());
  expect([...MACROS.keys()].filter((name) => OPERATORS.has(name))).toEqual([]);
});

describe.each(CASES.map((c) => [c.op, c] as const))("%s", (_, given) => {
  const graph = loaded(given);

  test("is its definition, by operators of the set", () => {
    expect(graph.nodes.filter((n) => !OPERATORS.has(n.op))).toEqual([]);
    const found = values(evaluate(graph, feedsOf(given)).y!);
    expect(found.length).toBe(given.expected.length);
    found.forEach((v, i) => {
      expect(v).toBeCloseTo(given.expected[i]!, 12);
    });
  });

  test("has the slope of finite differences", () => {
    const wrt = given.inputs.map((_, i) => `x${i}`);
    const b = GraphBuilder.from(graph);
    const loss = b.call("Sin", ["y"], {}, ["loss"])[0]!;
    const full = b.build([loss]);
    const gradients = evaluate(differentiate(full, { loss, wrt }), feedsOf(given));
    const moved = (by: number) => {
      const shifted = given.inputs.map((t) =>
        double(
          values(t).map((v, i) => v + by * Math.cos(i)),
          t.dims,
        ),
      );
      const feeds = Object.fromEntries(shifted.map((t, i) => [`x${i}`, t]));
      return values(evaluate(full, feeds).loss!).reduce((a, b) => a + b, 0);
    };
    const slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
    const along = wrt.flatMap((name) => values(gradients[`grad:${name}`]!).map((g, i) => g * Math.cos(i)));
    expect(along.reduce((a, b) => a + b, 0)).toBeCloseTo(slope, 6);
  });
});

test("Xor", () => {
  const fields = [
    rawNode("Xor", ["a", "b"], ["y"]),
    rawValue(11, "a", [4], 9),
    rawValue(11, "b", [4], 9),
    rawValue(12, "y", [4], 9),
  ];
  const bools = (bits: number[]): Tensor => ({ dtype: "bool", dims: [4], data: Uint8Array.from(bits) });
  const { y: result } = evaluate(loadGraph(rawModel(fields)), { a: bools([0, 0, 1, 1]), b: bools([0, 1, 0, 1]) });
  expect([...(result!.data as Uint8Array)]).toEqual([0, 1, 1, 0]);
});
