import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { encodeGraph } from "./encode.ts";
import { GraphError } from "./errors.ts";
import { MAX_MODEL_BYTES, MAX_NAME_BYTES, MAX_RANK } from "./limits.ts";
import { loadGraph, loadGraphFile } from "./load.ts";
import { openGraph } from "./runtime.ts";
import { double, float, int64, scalar } from "./tensor.ts";
import { type RawMessage, rawModel, rawNode, rawValue } from "./testing/raw-model.ts";

function refusal(bytes: Uint8Array): GraphError {
  try {
    loadGraph(bytes);
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error("the model was accepted");
}

const X = rawValue(11, "x", ["batch", 2]);
const Y = rawValue(12, "y", ["batch", 2]);
const withNode = (...args: Parameters<typeof rawNode>) => rawModel([rawNode(...args), X, Y]);
const bytesOf = (values: Float32Array | Uint16Array) => new Uint8Array(values.buffer);

/** x + w for a tensor proto named w. */
const withWeight = (tensor: RawMessage) =>
  rawModel([rawNode("Add", ["x", "w"], ["y"]), [5, [[8, "w"], ...tensor]], X, Y]);

describe("operators", () => {
  test("an unsupported operator is named with its node", () => {
    const error = refusal(withNode("Loop", ["x"], ["y"], { name: "decoder/loop" }));
    expect([error.code, error.op, error.node]).toEqual(["unsupported-operator", "Loop", "decoder/loop"]);
    expect(error.message).toMatchInlineSnapshot(`"the operator Loop of node decoder/loop is not supported"`);
  });

  test("a node without a name goes by its output", () => {
    expect(refusal(withNode("If", ["x"], ["y"])).message).toMatchInlineSnapshot(
      `"the operator If of node y is not supported"`,
    );
  });

  test.each(["com.microsoft", "ai.onnx.ml"])("operators of the domain %s are refused by name", (domain) => {
    const error = refusal(withNode("Gelu", ["x"], ["y"], { domain }));
    expect(error.message).toBe(`the operator ${domain}.Gelu of node y is not supported`);
  });

  test("a function of the model is refused with advice", () => {
    const fields: RawMessage = [rawNode("Block", ["x"], ["y"], { domain: "local" }), X, Y];
    const error = refusal(rawModel(fields, 21, [[25, [[1, "Block"]]]]));
    expect(error.message).toContain("inline it before export");
  });

  test("an unknown attribute is refused, for it may change the function", () => {
    const error = refusal(withNode("Softmax", ["x"], ["y"], { attributes: { temperature: 2 } }));
    expect(error.message).toMatchInlineSnapshot(`"Softmax node y: attribute temperature is not supported"`);
  });

  test.each([12, 22, 0])("operator set %i is refused", (opset) => {
    const error = refusal(rawModel([rawNode("Neg", ["x"], ["y"]), X, Y], opset));
    expect(error.message).toBe(`operator set ${opset}; supported are 13 to 21`);
  });
});

describe("structure", () => {
  test.each([
    ["a value before it exists", [rawNode("Neg", ["z"], ["y"]), X, Y], "malformed"],
    ["a name assigned twice", [rawNode("Neg", ["x"], ["y"]), rawNode("Exp", ["x"], ["y"]), X, Y], "malformed"],
    ["an output that nothing makes", [rawNode("Neg", ["x"], ["z"]), X, Y], "no-such-value"],
    ["a missing input", [rawNode("Add", ["x"], ["y"]), X, Y], "malformed"],
    ["sparse weights", [rawNode("Neg", ["x"], ["y"]), [15, []], X, Y], "unsupported-type"],
    ["a text input", [rawNode("Neg", ["x"], ["y"]), rawValue(11, "x", [2], 8), Y], "unsupported-type"],
    ["a long name", [rawNode("Neg", ["x"], ["y".repeat(MAX_NAME_BYTES + 1)]), X, Y], "too-large"],
    ["a high rank", [rawValue(11, "x", new Array(MAX_RANK + 1).fill(1)), Y], "too-large"],
  ] as [string, RawMessage, string][])("%s is refused", (_, fields, code) => {
    expect(refusal(rawModel(fields)).code).toBe(code);
  });

  test("whatever the bytes are, the outcome is a graph or a GraphError", () => {
    const b = new GraphBuilder();
    b.input("x", "double", ["batch", 3]);
    const y = b.node("Softmax", [b.node("MatMul", ["x", b.constant(double([1, 2, 3, 4, 5, 6], [3, 2]))])], {
      axis: -1,
    });
    const good = encodeGraph(b.build([y]));
    const position = fc.nat(good.length - 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(position, fc.nat(255)), { maxLength: 4 }), position, (changes, cut) => {
        const bytes = good.slice(0, cut % 3 === 0 ? cut : good.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          loadGraph(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphError);
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  test("a file beyond the limit is refused by its size, unread", () => {
    const folder = mkdtempSync(join(tmpdir(), "graph-"));
    const path = join(folder, "large.onnx");
    const file = openSync(path, "w");
    ftruncateSync(file, 2 * MAX_MODEL_BYTES);
    closeSync(file);
    expect(() => loadGraphFile(path)).toThrow(`a model of 2147483648 bytes; at most ${MAX_MODEL_BYTES} are read`);
    rmSync(folder, { recursive: true });
  });
});

describe("weights", () => {
  const dims: RawMessage = [[1, 2]];
  const f32 = (values: number[]): RawMessage => [...dims, [2, 1], [9, bytesOf(Float32Array.from(values))]];

  test.each([
    ["float32 in raw_data", f32([0.5, -2])],
    ["float32 in float_data", [...dims, [2, 1], [4, { f32: 0.5 }], [4, { f32: -2 }]]],
    ["float16 in raw_data", [...dims, [2, 10], [9, bytesOf(Uint16Array.of(0x3800, 0xc000))]]],
    ["float16 in int32_data", [...dims, [2, 10], [5, 0x3800], [5, 0xc000]]],
    ["bfloat16 in raw_data", [...dims, [2, 16], [9, bytesOf(Uint16Array.of(0x3f00, 0xc000))]]],
  ] as [string, RawMessage][])("%s", (_, tensor) => {
    expect(loadGraph(withWeight(tensor)).initializers.get("w")).toEqual({
      dtype: "float",
      dims: [2],
      data: Float64Array.of(0.5, -2),
    });
  });

  test("the smallest float16 is exact", () => {
    const tensor: RawMessage = [...dims, [2, 10], [9, bytesOf(Uint16Array.of(0x0001, 0x83ff))]];
    const { data } = loadGraph(withWeight(tensor)).initializers.get("w")!;
    expect([...(data as Float64Array)]).toEqual([2 ** -24, -1023 * 2 ** -24]);
  });

  test.each([
    ["NaN", [1, Number.NaN]],
    ["infinity", [1, Number.POSITIVE_INFINITY]],
  ])("%s is refused by the weight's name", (_, values) => {
    const error = refusal(withWeight(f32(values)));
    expect(error.code).toBe("not-finite");
    expect(error.message).toMatch(/^weight w: element 1 is/);
  });

  test("a mask may hold infinities", () => {
    expect(loadGraph(withWeight(f32([0, Number.NEGATIVE_INFINITY]))).initializers.has("w")).toBe(true);
  });

  test.each([
    ["data in another file", [...dims, [2, 1], [14, 1]], "external-data"],
    ["a location of external data", [...dims, [2, 1], [13, [[1, "location"]]]], "external-data"],
    [
      "too few elements",
      [
        [1, 3],
        [2, 1],
        [9, new Uint8Array(8)],
      ],
      "malformed",
    ],
    [
      "a negative dimension",
      [
        [1, -2],
        [2, 1],
      ],
      "malformed",
    ],
    [
      "more elements than memory",
      [
        [1, 2 ** 40],
        [2, 1],
        [9, new Uint8Array(8)],
      ],
      "too-large",
    ],
    ["text", [...dims, [2, 8]], "unsupported-type"],
  ] as [string, RawMessage, string][])("%s: refused", (_, tensor, code) => {
    expect(refusal(withWeight(tensor)).code).toBe(code);
  });
});

describe("operator sets", () => {
  const reduced = (opset: number, node: RawMessage) =>
    loadGraph(rawModel([...node, X, rawValue(12, "y", ["batch"])], opset));

  test("axes of reductions before 18 become an input", () => {
    const graph = reduced(13, [rawNode("ReduceMean", ["x"], ["y"], { attributes: { axes: [1], keepdims: 0 } })]);
    const [node] = graph.nodes;
    expect(graph.initializers.get(node!.inputs[1]!)).toEqual(int64([1]));
    expect(graph.outputs[0]!.dims).toEqual(["batch"]);
  });

  test("Split without sizes says how many parts it makes", () => {
    const graph = reduced(13, [rawNode("Split", ["x"], ["z", "y"], { attributes: { axis: 1 } })]);
    expect(graph.nodes[0]!.attributes.num_outputs).toEqual({ kind: "int", value: 2 });
  });

  test("constants become initializers, and float16 casts become float casts", () => {
    const constant = rawNode("Constant", [], ["c"], { attributes: { value_ints: [2, 3] } });
    const graph = reduced(17, [constant, rawNode("Cast", ["c"], ["y"], { attributes: { to: 10 } })]);
    expect(graph.initializers.get("c")).toEqual(int64([2, 3]));
    expect(graph.nodes[0]!.attributes).toEqual({ to: { kind: "int", value: 1 } });
  });
});

test("an encoded graph loads as it was, and ONNX Runtime loads it", async () => {
  const b = new GraphBuilder("round trip");
  b.input("x", "float", ["batch", 4]);
  b.initializer("w", { dtype: "float", dims: [4, 2], data: Float64Array.from([1, 2, 3, 4, 5, 6, 7, 0.5]) });
  const y = b.node("LeakyRelu", [b.node("MatMul", ["x", "w"])], { alpha: float(0.25) });
  const mask = b.node("Less", [y, b.constant(scalar(3, "float"))]);
  const kept = b.node("Where", [mask, y, b.scalar(0, "float")]);
  const [low, high] = b.call("Split", [kept, b.ints([1, 1])], { axis: 1 }, 2);
  const graph = b.build([b.node("Concat", [high!, low!], { axis: -1 }), mask]);
  const back = loadGraph(encodeGraph(graph));
  expect(back).toEqual(graph);
  const session = await openGraph(encodeGraph(graph));
  const { [graph.outputs[0]!.name]: result } = await session.run({ x: double([1, 0, 0, 0], [1, 4]) });
  await session.release();
  expect([...(result!.data as Float64Array)]).toEqual([2, 1]);
});
