import { describe, expect, test } from "vitest";
import { softmaxInPlace } from "../../exact-math.ts";
import { double, int64 } from "../tensor.ts";
import type { Graph, GraphNode } from "../types.ts";
import { evaluate } from "./evaluate.ts";

function nodeOf(op: string, inputs: string[], outputs: string[], attributes: GraphNode["attributes"] = {}): GraphNode {
  return { name: `${op}_${outputs[0]}`, op, inputs, outputs, attributes };
}

const graph: Graph = {
  name: "small",
  opset: 21,
  inputs: [{ name: "x", dtype: "double", dims: ["batch", 2] }],
  outputs: [{ name: "y", dtype: "double", dims: ["batch", 1] }],
  initializers: new Map([["w", double([2, 3], [2, 1])]]),
  nodes: [
    nodeOf("MatMul", ["x", "w"], ["xw"]),
    nodeOf("Tanh", ["xw"], ["t"]),
    nodeOf("Sub", ["xw", "t"], ["y"]),
    nodeOf("Exp", ["xw"], ["unused"]),
  ],
};
const x = double([1, 2, 0, 0], [2, 2]);

describe("evaluate", () => {
  test("default: the graph's outputs", () => {
    const { y, ...others } = evaluate(graph, { x });
    expect(y!.dims).toEqual([2, 1]);
    expect(y!.data[0]).toBeCloseTo(8 - Math.tanh(8), 14);
    expect(y!.data[1]).toBe(0);
    expect(others).toEqual({});
  });

  test("behavior: inner values and inputs may be asked for; what nobody wants is not computed", () => {
    const broken = { ...graph, nodes: [...graph.nodes, nodeOf("NoSuchOperator", ["t"], ["z"])] };
    const { xw, x: same } = evaluate(broken, { x }, ["xw", "x"]);
    expect(Array.from(xw!.data, Number)).toEqual([8, 0]);
    expect(same).toBe(x);
  });

  test("behavior: a fed value replaces an inner one's initializer only where it is an input", () => {
    const open = { ...graph, inputs: [...graph.inputs, { name: "w", dtype: "double", dims: [2, 1] } as const] };
    expect(Array.from(evaluate(open, { x, w: double([0, 1], [2, 1]) }, ["xw"]).xw!.data, Number)).toEqual([2, 0]);
    expect(Array.from(evaluate(graph, { x, w: double([0, 1], [2, 1]) }, ["xw"]).xw!.data, Number)).toEqual([8, 0]);
  });

  test("behavior: softmax has the bits of the trainer's, so that a referee can follow a head's training", () => {
    const values = Float64Array.from({ length: 77 }, (_, i) => ((i * 7919) % 1009) / 50);
    const softmax = {
      ...graph,
      inputs: [{ name: "v", dtype: "double", dims: [77] } as const],
      nodes: [nodeOf("Softmax", ["v"], ["p"])],
    };
    const { p } = evaluate(softmax, { v: double(values) }, ["p"]);
    softmaxInPlace(values);
    expect(p!.data).toEqual(values);
  });

  test("errors name the node, the input or the value", () => {
    const message = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        const { code, message: text } = error as { code: string; message: string };
        return `${code}: ${text}`;
      }
      return "nothing";
    };
    const broken = { ...graph, nodes: [...graph.nodes, nodeOf("NoSuchOperator", ["t"], ["z"])] };
    expect(message(() => evaluate(broken, { x }, ["z"]))).toMatchInlineSnapshot(
      `"unsupported-operator: no operator NoSuchOperator (node NoSuchOperator_z)"`,
    );
    const initializers = new Map([["shape", int64([2 ** 20, 2 ** 20])]]);
    const large = { ...graph, initializers, nodes: [nodeOf("ConstantOfShape", ["shape"], ["z"])] };
    expect(message(() => evaluate(large, {}, ["z"]))).toMatchInlineSnapshot(
      `"too-large: ConstantOfShape ConstantOfShape_z: a value of 1099511627776 elements; at most 268435456"`,
    );
    expect(message(() => evaluate(graph, {}))).toMatchInlineSnapshot(
      `"no-such-value: MatMul MatMul_xw needs x, which nothing gives"`,
    );
    expect(message(() => evaluate(graph, { x }, ["q"]))).toMatchInlineSnapshot(
      `"no-such-value: no value q in graph small"`,
    );
    expect(message(() => evaluate(graph, { x: double([1, 2, 3], [1, 3]) }))).toMatchInlineSnapshot(
      `"bad-shape: input x has 3 along axis 1, not 2"`,
    );
    expect(message(() => evaluate(graph, { x: { ...x, dtype: "float" } }))).toMatchInlineSnapshot(
      `"bad-shape: input x is float, the graph declares double"`,
    );
  });
});
