import { expect, test } from "vitest";
import { OPERATORS as SUPPORTED } from "../ops/table.ts";
import { openGraph } from "../runtime.ts";
import type { Graph, Tensor } from "../types.ts";
import { evaluate } from "./evaluate.ts";
import { OPERATORS } from "./operators.ts";
import { CASES, feedsOf, graphOf, type OperatorCase } from "./testing/cases.ts";

/** ONNX Runtime sums in other orders and has its own exp: relative to the largest element of an output. */
const TOLERANCE = 1e-12;

/** The reference's outputs, and the graph that declares their types and shapes. */
function referenceOf(operatorCase: OperatorCase): { graph: Graph; outputs: Record<string, Tensor> } {
  const names = Array.from({ length: operatorCase.outputs }, (_, i) => `y${i}`);
  const outputs = evaluate(graphOf(operatorCase, []), feedsOf(operatorCase), names);
  return {
    graph: graphOf(
      operatorCase,
      names.map((name) => outputs[name]!),
    ),
    outputs,
  };
}

function difference(ours: Tensor, theirs: Tensor): number {
  const finite = Array.from(theirs.data, Number).filter(Number.isFinite);
  const scale = Math.max(1e-300, ...finite.map(Math.abs));
  let worst = 0;
  for (let i = 0; i < ours.data.length; i++) {
    const [a, b] = [Number(ours.data[i]), Number(theirs.data[i])];
    if (Object.is(a, b) || a === b) continue;
    worst = Math.max(worst, Number.isFinite(a - b) ? Math.abs(a - b) / scale : Number.POSITIVE_INFINITY);
  }
  return worst;
}

test("every operator of the supported set has an evaluator and a case", () => {
  expect([...OPERATORS.keys()].sort()).toEqual([...SUPPORTED.keys()].sort());
  expect([...new Set(CASES.map(({ op }) => op))].sort()).toEqual([...SUPPORTED.keys()].sort());
});

test.each(CASES.map((operatorCase) => [operatorCase.op, operatorCase.about, operatorCase] as const))(
  "%s (%s) agrees with ONNX Runtime in float64",
  async (_op, _about, operatorCase) => {
    const { graph, outputs } = referenceOf(operatorCase);
    const session = await openGraph(graph);
    const theirs = await session.run(feedsOf(operatorCase));
    await session.release();
    for (const [name, ours] of Object.entries(outputs)) {
      expect(theirs[name]!.dtype).toBe(ours.dtype);
      expect(theirs[name]!.dims).toEqual(ours.dims);
      expect(difference(ours, theirs[name]!)).toBeLessThanOrEqual(TOLERANCE);
    }
  },
);
