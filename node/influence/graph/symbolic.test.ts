import { expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";
import { GraphError } from "./errors.ts";
import { OPERATORS } from "./ops/table.ts";
import { evaluate } from "./reference/evaluate.ts";
import { CASES, feedsOf, graphOf, type OperatorCase } from "./reference/testing/cases.ts";
import { inferShapes } from "./shapes.ts";
import { isFloat } from "./tensor.ts";
import type { Dim, Graph } from "./types.ts";

/** The case's graph with a name for every size above 1 of a float input: equal sizes have equal names. */
function named(graph: Graph): Graph {
  const inputs = graph.inputs.map((info) => {
    const dims = info.dims.map((d): Dim => (isFloat(info.dtype) && typeof d === "number" && d > 1 ? `n${d}` : d));
    return { ...info, dims };
  });
  return { ...graph, inputs };
}

function withLoss(graph: Graph): Graph {
  const b = GraphBuilder.from(graph);
  return b.build([b.call("Sin", ["y0"], {}, ["loss"])[0]!]);
}

/** Integers of the case as constants, as shapes and axes are in exported models. */
function withConstants(given: OperatorCase): Graph {
  const graph = graphOf(given, []);
  const feeds = feedsOf(given);
  const constants = graph.inputs.filter((i) => !isFloat(i.dtype));
  return {
    ...graph,
    inputs: graph.inputs.filter((i) => isFloat(i.dtype)),
    initializers: new Map([...graph.initializers, ...constants.map((i) => [i.name, feeds[i.name]!] as const)]),
  };
}

const differentiable = CASES.filter((given) => {
  const first = given.inputs[0];
  if (OPERATORS.get(given.op)!.gradients.startsWith("none") || !first || !isFloat(first.dtype)) return false;
  return isFloat(evaluate(graphOf(given, []), feedsOf(given), ["y0"]).y0!.dtype);
});

const bindings = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`n${n}`, n]));
let compared = 0;

test.each(differentiable.map((c) => [c.op, c.about, c] as const))(
  "%s (%s) with names for sizes: the same gradient and shapes, or a request to bind them",
  (_op, _about, given) => {
    const plain = withConstants(given);
    const feeds = feedsOf(given);
    let full: Graph;
    try {
      full = differentiate(withLoss(named(plain)), { loss: "loss", wrt: ["x0"] });
    } catch (error) {
      expect(error).toBeInstanceOf(GraphError);
      expect((error as GraphError).message).toMatch(/bind|known|constant|must be|no axes to reduce/);
      return;
    }
    const expected = evaluate(differentiate(withLoss(plain), { loss: "loss", wrt: ["x0"] }), feeds);
    const found = evaluate(full, feeds);
    const shapes = inferShapes(full, bindings);
    for (const name of ["loss", gradientName("x0")]) {
      expect(found[name]).toEqual(expected[name]);
      const dims = shapes.get(name)!.dims;
      if (!dims.some((d) => typeof d === "string")) expect(dims).toEqual(expected[name]!.dims);
    }
    compared++;
  },
);

test("most cases need no numbers", () => {
  expect(compared / differentiable.length).toBeGreaterThan(0.8);
});
