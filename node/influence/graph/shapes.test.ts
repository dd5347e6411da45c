import { describe, expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { GraphError } from "./errors.ts";
import { inferShapes } from "./shapes.ts";
import { double, float } from "./tensor.ts";

function shapeOf(write: (b: GraphBuilder) => string, bindings = {}): readonly (number | string)[] {
  const b = new GraphBuilder();
  b.input("x", "double", ["batch", "seq", 12]);
  const name = write(b);
  return inferShapes(b.build([name]), bindings).get(name)!.dims;
}

describe("names of dimensions are followed through the integers that shapes are made of", () => {
  test("a reshape to computed sizes", () => {
    const write = (b: GraphBuilder) => {
      const size = (axis: number) => b.node("Gather", [b.node("Shape", ["x"]), b.scalar(axis, "int64")]);
      const sizes = [size(0), size(1)].map((s) => b.node("Unsqueeze", [s, b.ints([0])]));
      const tail = [b.ints([4]), b.node("Div", [b.ints([12]), b.ints([4])])];
      return b.node("Reshape", ["x", b.node("Concat", [...sizes, ...tail], { axis: 0 })]);
    };
    expect(shapeOf(write)).toEqual(["batch", "seq", 4, 3]);
  });

  test("merging and splitting with -1", () => {
    const merged = (b: GraphBuilder) => b.node("Reshape", ["x", b.ints([-1, 4])]);
    expect(shapeOf(merged)).toEqual(["3*batch*seq", 4]);
    expect(shapeOf((b) => b.node("Flatten", ["x"], { axis: 2 }))).toEqual(["batch*seq", 12]);
  });

  test("a mask expanded as TorchScript writes it: Equal to -1, Where, Expand", () => {
    const write = (b: GraphBuilder) => {
      const shape = b.node("Shape", ["x"], { start: 0, end: 2 });
      const free = b.node("Mul", [
        b.node("ConstantOfShape", [b.ints([2])], {
          value: { kind: "tensor", value: { dtype: "int64", dims: [1], data: BigInt64Array.of(1n) } },
        }),
        b.ints([-1]),
      ]);
      return b.node("Expand", [b.scalar(1), b.node("Where", [b.node("Equal", [shape, free]), b.ints([1, 1]), shape])]);
    };
    expect(shapeOf(write)).toEqual(["batch", "seq"]);
  });

  test("slices, pads and joins of named axes", () => {
    const cut = (b: GraphBuilder) =>
      b.node("Slice", ["x", b.ints([1]), b.ints([Number.MAX_SAFE_INTEGER]), b.ints([1])]);
    expect(shapeOf(cut)).toEqual(["batch", "seq-1", 12]);
    expect(shapeOf((b) => b.node("Concat", ["x", cut(b)], { axis: 1 }))).toEqual(["batch", "2*seq-1", 12]);
    expect(shapeOf((b) => b.node("Pad", ["x", b.ints([0, 2, 0, 0, 0, 1])]))).toEqual(["batch", "seq+2", 13]);
  });

  test("bound names are numbers everywhere", () => {
    expect(shapeOf((b) => b.node("Reshape", ["x", b.ints([-1, 4])]), { batch: 2, seq: 5 })).toEqual([30, 4]);
  });
});

describe("what can't be is refused by node", () => {
  test.each([
    ["shapes that do not broadcast", (b: GraphBuilder) => b.node("Add", ["x", b.constant(double([1, 2, 3, 4, 5]))])],
    ["inner sizes that differ", (b: GraphBuilder) => b.node("MatMul", ["x", b.constant(double([1, 2], [2, 1]))])],
    ["an axis that is not there", (b: GraphBuilder) => b.node("Softmax", ["x"], { axis: 3 })],
    ["a reshape to another size", (b: GraphBuilder) => b.node("Reshape", [b.constant(double([1, 2, 3])), b.ints([2])])],
    ["a permutation that is none", (b: GraphBuilder) => b.node("Transpose", ["x"], { perm: [0, 0, 1] })],
    [
      "sizes of a split of another sum",
      (b: GraphBuilder) => b.call("Split", ["x", b.ints([5, 6])], { axis: 2 }, 2)[0]!,
    ],
  ])("%s", (_, write) => {
    const refused = () => shapeOf(write);
    expect(refused).toThrow(GraphError);
    expect(refused).toThrow(/node \w+_\d+: /);
  });
});

test("a value beyond memory, and a dimension that grows without end, are refused", () => {
  const huge = (b: GraphBuilder) => b.node("Expand", [b.scalar(1), b.ints([2 ** 20, 2 ** 20])]);
  expect(() => shapeOf(huge)).toThrow("Expand node Expand_0: a result of shape [1048576,1048576]");
  const growing = (b: GraphBuilder) => {
    let size = b.node("Size", ["x"]);
    for (let i = 0; i < 40; i++)
      size = b.node("Mul", [b.node("Add", [size, b.node("Shape", ["x"], { end: 1 })]), size]);
    return size;
  };
  expect(() => shapeOf(growing)).toThrow(/too large a factor/);
});

describe("the builder", () => {
  test("refuses a name twice, and a float where an integer attribute is meant", () => {
    const b = new GraphBuilder();
    b.input("x", "double", [2]);
    expect(() => b.initializer("x", double([1]))).toThrow("the name x is assigned twice");
    expect(() => b.node("LeakyRelu", ["x"], { alpha: 0.5 })).toThrow("wrap a float with float()");
    expect(b.node("LeakyRelu", ["x"], { alpha: float(0.5) })).toBe("LeakyRelu_0");
  });

  test("stores equal small constants once, and keeps what outputs need only", () => {
    const b = new GraphBuilder();
    b.input("x", "double", [2]);
    expect(b.scalar(2)).toBe(b.scalar(2));
    expect(b.scalar(0)).not.toBe(b.scalar(-0));
    b.node("Exp", ["x"]);
    const graph = b.build([b.node("Neg", ["x"])]);
    expect(graph.nodes.map((n) => n.op)).toEqual(["Neg"]);
    expect(graph.initializers.size).toBe(0);
  });
});
