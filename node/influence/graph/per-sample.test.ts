import { describe, expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { differentiate } from "./differentiate.ts";
import { perSample } from "./per-sample.ts";
import { evaluate } from "./reference/evaluate.ts";
import { double, int64, repeatForBatch } from "./tensor.ts";
import type { Graph, Tensor } from "./types.ts";

const BATCH = 3;
const filled = (dims: readonly number[], seed = 1): Tensor => {
  const count = dims.reduce((a, b) => a * b, 1);
  return double(
    Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + seed)),
    dims,
  );
};

interface Case {
  readonly x: Tensor;
  readonly w: readonly number[];
  readonly build: (b: GraphBuilder) => string;
  /** Dimensions of x in the graph. */
  readonly dims: readonly (number | string)[];
}

function graphOf({ x, w, build, dims }: Case): Graph {
  const b = new GraphBuilder();
  b.input("x", x.dtype, dims);
  b.input("w", "double", w);
  return b.build([b.call("Sin", [build(b)], {}, ["loss"])[0]!]);
}

const f = (dims: readonly number[]) => filled(dims);
const CASES: Record<string, Case> = {
  "a bias": { x: f([3, 2]), dims: ["batch", 2], w: [2], build: (b) => b.node("Add", ["x", "w"]) },
  "a scalar": { x: f([3, 2]), dims: ["batch", 2], w: [], build: (b) => b.node("Mul", ["x", "w"]) },
  "a bias with a one for the batch": {
    x: f([3, 2]),
    dims: ["batch", 2],
    w: [1, 2],
    build: (b) => b.node("Add", ["w", "x"]),
  },
  "a matrix on rows": { x: f([3, 2]), dims: ["batch", 2], w: [2, 4], build: (b) => b.node("MatMul", ["x", "w"]) },
  "a matrix on sequences": {
    x: f([3, 5, 2]),
    dims: ["batch", "seq", 2],
    w: [2, 4],
    build: (b) => b.node("MatMul", ["x", "w"]),
  },
  "a matrix with the batch in the second axis": {
    x: f([5, 3, 2]),
    dims: ["seq", "batch", 2],
    w: [2, 4],
    build: (b) => b.node("MatMul", ["x", "w"]),
  },
  "a bias with the batch in the second axis": {
    x: f([5, 3, 2]),
    dims: ["seq", "batch", 2],
    w: [5, 1, 2],
    build: (b) => b.node("Add", ["x", "w"]),
  },
  "a matrix from the left": {
    x: f([3, 5, 2]),
    dims: ["batch", 5, 2],
    w: [4, 5],
    build: (b) => b.node("MatMul", ["w", b.node("Reshape", ["x", b.ints([-1, 5, 2])])]),
  },
  Gemm: { x: f([3, 2]), dims: ["batch", 2], w: [4, 2], build: (b) => b.node("Gemm", ["x", "w"], { transB: 1 }) },
  "a parameter made from the parameter": {
    ...{ x: f([3, 2]), dims: ["batch", 2], w: [4, 4] },
    build: (b) => {
      const [a, c] = b.call("Split", [b.node("Transpose", ["w"], { perm: [1, 0] }), b.ints([2, 2])], { axis: 0 }, 2);
      const soft = b.node("Softmax", [b.node("Concat", [a!, b.constant(f([1, 4]))], { axis: 0 })], { axis: 1 });
      const cut = b.node("Slice", [soft, b.ints([1]), b.ints([3]), b.ints([0])]);
      const mean = b.node("ReduceMean", [c!, b.ints([0])], { keepdims: 1 });
      const matrix = b.node("Add", [cut, b.node("Reshape", [mean, b.ints([4])])]);
      return b.node("MatMul", ["x", b.node("MatMul", [matrix, "w"])]);
    },
  },
  "a table": {
    x: int64([1, 0, 1, 2, 2, -1], [3, 2]),
    dims: ["batch", "seq"],
    w: [3, 4],
    build: (b) => b.node("Gather", ["w", "x"]),
  },
  "a table read with the batch in the second axis": {
    x: int64([1, 0, 1, 2, 2, 0], [2, 3]),
    dims: ["seq", "batch"],
    w: [3, 4],
    build: (b) => b.node("Gather", ["w", "x"]),
  },
  "rows of a table by constants": {
    x: f([3, 2]),
    dims: ["batch", 2],
    w: [5, 2],
    build: (b) => b.node("Add", [b.node("Unsqueeze", ["x", b.ints([1])]), b.node("Gather", ["w", b.ints([4, 0, 4])])]),
  },
  "a first token for every sample": {
    ...{ x: f([3, 5, 2]), dims: ["batch", "seq", 2], w: [1, 1, 2] },
    build: (b) => {
      const shape = b.node("Concat", [b.node("Shape", ["x"], { start: 0, end: 1 }), b.ints([1, 2])], { axis: 0 });
      return b.node("Concat", [b.node("Expand", ["w", shape]), "x"], { axis: 1 });
    },
  },
  "a kernel": {
    x: f([3, 2, 5]),
    dims: ["batch", 2, 5],
    w: [4, 2, 3],
    build: (b) => b.node("Conv", ["x", "w"], { pads: [1, 1] }),
  },
  "batch and sequence merged": {
    ...{ x: f([3, 5, 2]), dims: ["batch", 5, 2], w: [2, 2] },
    build: (b) =>
      b.node("Mul", [
        b.node("MatMul", [b.node("Reshape", ["x", b.ints([-1, 2])]), "w"]),
        b.node("ReduceSum", ["w", b.ints([0])], { keepdims: 0 }),
      ]),
  },
  "sequence and batch merged": {
    ...{ x: f([5, 3, 2]), dims: ["seq", "batch", 2], w: [2, 4] },
    build: (b) => b.node("MatMul", [b.node("Reshape", ["x", b.ints([-1, 2])]), "w"]),
  },
};

describe("each copy of the parameter gets the gradient of its own sample", () => {
  test.each(Object.keys(CASES))("%s", (name) => {
    const given = CASES[name]!;
    const graph = graphOf(given);
    const axis = given.dims.indexOf("batch");
    const w = filled(given.w, 2);
    const lifted = differentiate(perSample(graph, ["w"], "batch"), { loss: "loss", wrt: ["w"] });
    const each = evaluate(lifted, { x: given.x, w: repeatForBatch(w, BATCH) });
    const alone = differentiate(graph, { loss: "loss", wrt: ["w"] });
    const whole = evaluate(alone, { x: given.x, w });
    expect(each.loss!.data).toEqual(whole.loss!.data);
    expect(each["grad:w"]!.dims).toEqual([BATCH, ...given.w]);
    for (let s = 0; s < BATCH; s++) {
      const expected = evaluate(alone, { x: sample(given.x, axis, s), w })["grad:w"]!.data as Float64Array;
      const found = (each["grad:w"]!.data as Float64Array).slice(s * expected.length, (s + 1) * expected.length);
      found.forEach((v, i) => {
        expect(v).toBeCloseTo(expected[i]!, 12);
      });
    }
  });
});

/** One sample of a tensor, the axis kept. */
function sample(x: Tensor, axis: number, s: number): Tensor {
  const b = new GraphBuilder();
  b.input("x", x.dtype, x.dims);
  const cut = b.node("Slice", ["x", b.ints([s]), b.ints([s + 1]), b.ints([axis])]);
  return evaluate(b.build([cut]), { x })[cut]!;
}

describe("refusals", () => {
  const given = CASES["a bias"]!;

  test("a name that is no input, and a batch that no input has", () => {
    expect(() => perSample(graphOf(given), ["v"], "batch")).toThrow("v is no input: see withParameters");
    expect(() => perSample(graphOf(given), ["w"], "rows")).toThrow("no input has the dimension rows");
  });

  test("a parameter that varies along the batch already", () => {
    const graph = graphOf({ ...given, dims: ["batch", 2], w: [3, 2] });
    expect(() => perSample(graph, ["w"], "batch")).toThrow("w varies along the batch");
  });

  test("data whose batch went where nobody can follow", () => {
    const build = (b: GraphBuilder) => b.node("MatMul", ["w", b.node("Reshape", ["x", b.ints([-1, 5, 2])])]);
    const graph = graphOf({ x: f([3, 5, 2]), dims: ["batch", "seq", 2], w: [4, 5], build });
    expect(() => perSample(graph, ["w"], "batch")).toThrow("nobody can say where Reshape_0 has the batch");
  });

  test("an operator that mixes parameter and data in its own way, by name", () => {
    const build = (b: GraphBuilder) => b.node("Concat", [b.node("Reshape", ["x", b.ints([-1])]), "w"], { axis: 0 });
    expect(() => perSample(graphOf({ ...given, build }), ["w"], "batch")).toThrow(
      "per-sample Concat node Concat_0: takes a parameter together with data",
    );
  });
});
