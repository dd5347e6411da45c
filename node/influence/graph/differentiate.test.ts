import { describe, expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { differentiate } from "./differentiate.ts";
import { GraphError } from "./errors.ts";
import { evaluate } from "./reference/evaluate.ts";
import { double, int64 } from "./tensor.ts";
import type { Graph } from "./types.ts";

const x = double([1, 2, 3, 4, 5, 6], [2, 3]);

function square(): Graph {
  const b = new GraphBuilder();
  b.input("x", "double", ["batch", 3]);
  b.initializer("w", double([1, 10, 100]));
  const product = b.call("Mul", ["x", "w"], {}, ["product"])[0]!;
  const squares = b.node("Mul", [product, product]);
  return b.build([b.call("ReduceSum", [squares, b.ints([1])], { keepdims: 0 }, ["loss"])[0]!]);
}

function refusal(make: () => unknown): [string, string] {
  try {
    make();
  } catch (error) {
    if (error instanceof GraphError) return [error.code, error.message];
    throw error;
  }
  throw new Error("nothing was refused");
}

test("a gradient has the name and shape of what it is by, and belongs to the sum of the loss", () => {
  const graph = differentiate(square(), { loss: "loss", wrt: ["w", "x"] });
  expect(graph.outputs.map((o) => [o.name, o.dims])).toEqual([
    ["loss", ["batch"]],
    ["grad:w", [3]],
    ["grad:x", ["batch", 3]],
  ]);
  const results = evaluate(graph, { x });
  expect([...(results["grad:w"]!.data as Float64Array)]).toEqual([2 * 17, 2 * 290, 2 * 4500]);
  expect([...(results["grad:x"]!.data as Float64Array)]).toEqual([2, 400, 60000, 8, 1000, 120000]);
});

test("a probe is an output together with its gradient", () => {
  const graph = differentiate(square(), { loss: "loss", wrt: [], probes: ["product"] });
  const results = evaluate(graph, { x });
  expect([...(results.product!.data as Float64Array)]).toEqual([1, 20, 300, 4, 50, 600]);
  expect([...(results["grad:product"]!.data as Float64Array)]).toEqual([2, 40, 600, 8, 100, 1200]);
});

test("gradients can be differentiated again", () => {
  const b = GraphBuilder.from(differentiate(square(), { loss: "loss", wrt: ["x"] }));
  const total = b.call("ReduceSum", ["grad:x"], { keepdims: 0 }, ["total"])[0]!;
  const second = differentiate(b.build([total]), { loss: "total", wrt: ["w"] });
  expect([...(evaluate(second, { x })["grad:w"]!.data as Float64Array)]).toEqual([4 * 5, 4 * 7 * 10, 4 * 9 * 100]);
});

test("what the loss does not depend on has a gradient of zeros", () => {
  const b = GraphBuilder.from(square());
  b.input("idle", "double", ["batch", 2]);
  const graph = differentiate(b.build(["loss"]), { loss: "loss", wrt: ["idle"] });
  const results = evaluate(graph, { x, idle: double([1, 2, 3, 4], [2, 2]) });
  expect(results["grad:idle"]).toEqual(double([0, 0, 0, 0], [2, 2]));
});

describe("refusals", () => {
  test("a value that does not exist", () => {
    expect(refusal(() => differentiate(square(), { loss: "loss", wrt: ["v"] }))).toEqual([
      "no-such-value",
      "the graph has no value v",
    ]);
  });

  test("an integer", () => {
    const b = new GraphBuilder();
    b.input("i", "int64", [2]);
    const graph = b.build([b.call("Cast", ["i"], { to: 11 }, ["loss"])[0]!]);
    expect(refusal(() => differentiate(graph, { loss: "loss", wrt: ["i"] }))).toEqual([
      "not-differentiable",
      "i is int64",
    ]);
  });

  test("an operator without a gradient on the way, by its node", () => {
    const b = new GraphBuilder();
    b.input("x", "double", [4]);
    const [largest] = b.call("TopK", ["x", b.ints([2])], {}, ["largest", "places"]);
    const graph = b.build([largest!]);
    expect(refusal(() => differentiate(graph, { loss: "largest", wrt: ["x"] }))).toEqual([
      "not-differentiable",
      "TopK node largest: has no gradient",
    ]);
  });

  test("dimensions of unlike names that may broadcast, until they are bound", () => {
    const b = new GraphBuilder();
    b.input("x", "double", ["batch", "a"]);
    b.input("y", "double", ["batch", "b"]);
    const graph = b.build([b.call("Mul", ["x", "y"], {}, ["loss"])[0]!]);
    const [code, message] = refusal(() => differentiate(graph, { loss: "loss", wrt: ["x"] }));
    expect([code, message.includes("bind the dimensions")]).toEqual(["bad-shape", true]);
    const bound = differentiate(graph, { loss: "loss", wrt: ["x"], bindings: { a: 1, b: 3 } });
    const results = evaluate(bound, { x: double([2, 3], [2, 1]), y: x });
    expect([...(results["grad:x"]!.data as Float64Array)]).toEqual([6, 15]);
  });
});

test("repeated indices add up in the gradient of a gathered table", () => {
  const b = new GraphBuilder();
  b.input("table", "double", [4, 2]);
  b.input("rows", "int64", ["batch"]);
  const graph = b.build([b.call("Gather", ["table", "rows"], {}, ["loss"])[0]!]);
  const results = evaluate(differentiate(graph, { loss: "loss", wrt: ["table"] }), {
    table: double(new Float64Array(8), [4, 2]),
    rows: int64([1, 3, 1, -1]),
  });
  expect([...(results["grad:table"]!.data as Float64Array)]).toEqual([0, 0, 2, 2, 0, 0, 2, 2]);
});
