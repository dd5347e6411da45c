import { InferenceSession } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { type AttributeInput, GraphBuilder } from "./builder.ts";
import { encodeGraph } from "./encode.ts";
import { toFloat64 } from "./float64.ts";
import { loadGraph } from "./load.ts";
import { openGraph } from "./runtime.ts";
import { double, int64, TYPE_NUMBERS } from "./tensor.ts";
import { rawModel, rawNode, rawValue } from "./testing/raw-model.ts";
import type { DType, Feeds, Graph, Tensor } from "./types.ts";

/** What onnxruntime-node 1.30 does on a CPU with float64, and how graphs here get round it. */

type Input = readonly [name: string, tensor: Tensor];

function call(op: string, inputs: readonly Input[], attributes: Readonly<Record<string, AttributeInput>> = {}): Graph {
  const b = new GraphBuilder();
  for (const [name, { dtype, dims }] of inputs) b.input(name, dtype, dims);
  const names = inputs.map(([name]) => name);
  return b.build([b.call(op, names, attributes, ["y"])[0]!]);
}

async function run(graph: Graph, inputs: readonly Input[] | Feeds): Promise<Float64Array> {
  const session = await openGraph(graph);
  const { y } = await session.run(Array.isArray(inputs) ? Object.fromEntries(inputs) : (inputs as Feeds));
  await session.release();
  return y!.data as Float64Array;
}

const lacks = (graph: Graph) =>
  expect(InferenceSession.create(encodeGraph(graph))).rejects.toThrow(/NOT_IMPLEMENTED|not.*implement/i);

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));

/** erf to 17 digits, computed with 40. */
const ERF = [
  [-7, -1.0],
  [-2.5, -0.999593047982555],
  [-1.0, -0.8427007929497149],
  [-0.999, -0.8422852702064969],
  [-0.3, -0.3286267594591274],
  [1e-9, 1.1283791670955127e-9],
  [0.0625, 0.07043197772238707],
  [0.5, 0.5204998778130465],
  [1.0, 0.8427007929497149],
  [1.25, 0.9229001282564583],
  [2.0, 0.9953222650189527],
  [3.75, 0.9999998862727434],
  [5.5, 0.9999999999999927],
] as const;

describe("operators that ONNX Runtime lacks in float64 are compositions of those that it has", () => {
  const x = double(ERF.map(([v]) => v));

  test("Erf, to 3e-16 of its value", async () => {
    const graph = call("Erf", [["x", x]]);
    await lacks(graph);
    const y = await run(graph, { x });
    const errors = ERF.map(([, exact], i) => Math.abs(y[i]! - exact) / Math.abs(exact));
    expect(Math.max(...errors)).toBeLessThan(3e-16);
  });

  test("exact Gelu, from Erf", async () => {
    const graph = call("Gelu", [["x", x]]);
    await lacks(graph);
    const scaled = double(ERF.map(([v]) => v * Math.SQRT2));
    const exact = ERF.map(([v, erf]) => (v * Math.SQRT2 * (1 + erf)) / 2);
    expect(largest(await run(graph, { x: scaled }), exact)).toBeLessThan(2e-15);
  });

  test("tanh-Gelu, which is there but float32-accurate, from Tanh", async () => {
    const wide = double(Array.from({ length: 41 }, (_, i) => i / 5 - 4));
    const exact = Array.from(wide.data as Float64Array, (v) => {
      return 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
    });
    const graph = call("Gelu", [["x", wide]], { approximate: "tanh" });
    expect(largest(await run(graph, { x: wide }), exact)).toBeLessThan(1e-15);
  });

  test("OneHot, negative indices and values included", async () => {
    const inputs = [
      ["i", int64([0, 2, -1, 5])],
      ["depth", int64([3], [])],
      ["values", double([0.5, 2])],
    ] as const;
    const graph = call("OneHot", inputs, { axis: 0 });
    const rows = [
      [2, 0.5, 0.5, 0.5],
      [0.5, 0.5, 0.5, 0.5],
      [0.5, 2, 2, 0.5],
    ];
    expect([...(await run(graph, inputs))]).toEqual(rows.flat());
  });

  test("Conv with strides, dilations, pads and groups, as a product of windows", async () => {
    const image = double(
      Array.from({ length: 2 * 4 * 5 * 6 }, (_, i) => Math.sin(i)),
      [2, 4, 5, 6],
    );
    const kernel = double(
      Array.from({ length: 6 * 2 * 2 * 3 }, (_, i) => Math.cos(i)),
      [6, 2, 2, 3],
    );
    const bias = double([1, 2, 3, 4, 5, 6]);
    const inputs = [
      ["x", image],
      ["w", kernel],
      ["b", bias],
    ] as const;
    const graph = call("Conv", inputs, { strides: [2, 1], dilations: [1, 2], pads: [1, 0, 0, 2], group: 2 });
    await lacks(graph);
    expect(graph.outputs[0]!.dims).toEqual([2, 6, 3, 4]);
    expect(largest(await run(graph, inputs), directConv(image, kernel, bias))).toBeLessThan(1e-13);
  });

  test("Softplus, without overflow at either end", async () => {
    const graph = call("Softplus", [["x", double([-800, -1, 0, 1, 800])]]);
    const y = await run(graph, { x: double([-800, -1, 0, 1, 800]) });
    const exact = [0, Math.log1p(Math.exp(-1)), Math.LN2, 1 + Math.log1p(Math.exp(-1)), 800];
    expect(largest(y, exact)).toBeLessThan(1e-15);
  });

  test("nothing of a float64 graph is left that has no float64 kernel", () => {
    const inputs = [["x", double([1, 2, 3, 4], [1, 2, 2])]] as const;
    for (const op of ["Erf", "Gelu", "Softplus", "LeakyRelu", "GlobalAveragePool"]) {
      expect(toFloat64(call(op, inputs)).nodes.map((n) => n.op)).not.toContain(op);
    }
  });
});

/** Convolution by its definition, for the attributes of the test above. */
function directConv(x: Tensor, w: Tensor, b: Tensor): number[] {
  const out: number[] = [];
  const pixel = (n: number, c: number, i: number, j: number) =>
    i < 0 || i >= 5 || j < 0 || j >= 6 ? 0 : (x.data[((n * 4 + c) * 5 + i) * 6 + j] as number);
  for (let n = 0; n < 2; n++) {
    for (let f = 0; f < 6; f++) {
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 4; j++) {
          let sum = b.data[f] as number;
          for (let tap = 0; tap < 12; tap++) {
            const [c, ki, kj] = [Math.floor(tap / 6), Math.floor(tap / 3) % 2, tap % 3];
            const weight = w.data[f * 12 + tap] as number;
            sum += weight * pixel(n, Math.floor(f / 3) * 2 + c, 2 * i + ki - 1, j + 2 * kj);
          }
          out.push(sum);
        }
      }
    }
  }
  return out;
}

test.each(["MatMulInteger", "QLinearMatMul", "ConvInteger", "DynamicQuantizeLinear"])(
  "%s, whose u8 x s8 products saturate on some processors, is refused by name",
  (op) => {
    const u8 = TYPE_NUMBERS["uint8" satisfies DType];
    const fields = [
      rawNode(op, ["a", "b"], ["y"]),
      rawValue(11, "a", [1, 2], u8),
      rawValue(11, "b", [2, 1], 3),
      rawValue(12, "y", [1, 1], 6),
    ];
    expect(() => loadGraph(rawModel(fields))).toThrow(`the operator ${op} of node y is not supported`);
  },
);

describe("memory", () => {
  const x = double([1, 2, 3]);

  test("an output never aliases an input or the output of another run", async () => {
    const session = await openGraph(call("Identity", [["x", x]]));
    const first = await session.run({ x });
    (first.y!.data as Float64Array).fill(-1);
    const second = await session.run({ x });
    await session.release();
    expect([...(x.data as Float64Array)]).toEqual([1, 2, 3]);
    expect([...(second.y!.data as Float64Array)]).toEqual([1, 2, 3]);
    expect([...(first.y!.data as Float64Array)]).toEqual([-1, -1, -1]);
  });

  test("shared memory, which the runtime refuses, is fed as a copy", async () => {
    const shared: Tensor = { dtype: "double", dims: [3], data: new Float64Array(new SharedArrayBuffer(24)) };
    (shared.data as Float64Array).set([4, 5, 6]);
    expect([...(await run(call("Neg", [["x", x]]), { x: shared }))]).toEqual([-4, -5, -6]);
  });
});

test("a run blocks its thread from beginning to end: sessions belong in workers", async () => {
  const size = 600;
  const x = double(new Float64Array(size * size).fill(1e-3), [size, size]);
  const b = new GraphBuilder();
  b.input("x", "double", [size, size]);
  const product = b.node("MatMul", ["x", "x"]);
  const session = await openGraph(b.build([b.call("MatMul", [product, "x"], {}, ["y"])[0]!]));
  const began = performance.now();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await session.run({ x }, ["y"]);
  clearInterval(timer);
  const elapsedMs = performance.now() - began;
  await session.release();
  expect(elapsedMs).toBeGreaterThan(10);
  expect(ticks).toBeLessThanOrEqual(elapsedMs / 4);
});
