import { describe, expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { differentiate } from "./differentiate.ts";
import { linearLayers } from "./layers.ts";
import { injectLora, withParameters } from "./parameters.ts";
import { perSample } from "./per-sample.ts";
import { evaluate } from "./reference/evaluate.ts";
import { double, repeatForBatch } from "./tensor.ts";
import type { Graph, Tensor } from "./types.ts";

const filled = (dims: readonly number[], seed: number): Tensor => {
  const count = dims.reduce((a, b) => a * b, 1);
  return double(
    Array.from({ length: count }, (_, i) => Math.sin(i * 1.3 + seed)),
    dims,
  );
};

/** The ways in which exporters write a layer: stored [in, out], stored [out, in] and transposed, Gemm, shared. */
function layered(): Graph {
  const b = new GraphBuilder();
  b.input("x", "double", ["batch", 3]);
  b.initializer("plain.weight", filled([3, 4], 1));
  b.initializer("turned.weight", filled([5, 4], 2));
  b.initializer("gemm.weight", filled([3, 5], 3));
  b.initializer("gemm.bias", filled([3], 4));
  b.initializer("onnx::MatMul_7", filled([3, 3], 5));
  b.initializer("anonymous.bias", filled([3], 6));
  const plain = b.node("Tanh", [b.node("MatMul", ["x", "plain.weight"])]);
  const turned = b.node("Tanh", [b.node("MatMul", [plain, b.node("Transpose", ["turned.weight"], { perm: [1, 0] })])]);
  const gemm = b.node("Tanh", [b.node("Gemm", [turned, "gemm.weight", "gemm.bias"], { transB: 1 })]);
  const anonymous = b.node("Add", [b.node("MatMul", [gemm, "onnx::MatMul_7"]), "anonymous.bias"]);
  const again = b.node("MatMul", [anonymous, "plain.weight"]);
  return b.build([b.call("Identity", [again], {}, ["y"])[0]!]);
}

const x = filled([2, 3], 9);

describe("linear layers", () => {
  test("are found in every form, and called as their weight or bias is", () => {
    const layers = linearLayers(layered());
    expect(
      layers.map(({ name, weight, inputs, outputs, transposed }) => [name, weight, inputs, outputs, transposed]),
    ).toEqual([
      ["plain", "plain.weight", 3, 4, false],
      ["turned", "turned.weight", 4, 5, true],
      ["gemm", "gemm.weight", 5, 3, true],
      ["anonymous", "onnx::MatMul_7", 3, 3, false],
      ["plain#2", "plain.weight", 3, 4, false],
    ]);
  });

  test("input times matrix is the output, but for a bias", () => {
    const graph = layered();
    for (const { input, output, weight, transposed, inputs, outputs, name } of linearLayers(graph)) {
      const values = evaluate(graph, { x }, [input, output]);
      const w = graph.initializers.get(weight)!.data as Float64Array;
      const bias = name === "gemm" ? (graph.initializers.get("gemm.bias")!.data as Float64Array) : undefined;
      for (let o = 0; o < outputs; o++) {
        let sum = bias?.[o] ?? 0;
        for (let i = 0; i < inputs; i++) {
          sum += (values[input]!.data[i] as number) * w[transposed ? o * inputs + i : i * outputs + o]!;
        }
        expect(values[output]!.data[o]).toBeCloseTo(sum, 12);
      }
    }
  });

  test("a product of two values of the graph is none", () => {
    const b = new GraphBuilder();
    b.input("x", "double", ["batch", 3, 3]);
    expect(linearLayers(b.build([b.node("MatMul", ["x", "x"])]))).toEqual([]);
  });
});

describe("LoRA", () => {
  const targets = ["plain", "turned", "gemm", "anonymous", "plain#2"];
  const { graph, parameters } = injectLora(layered(), { targets, rank: 2, alpha: 6 });
  const feeds = (scale: number) =>
    Object.fromEntries(
      parameters.map(({ name, dims }, i) => {
        const { data } = filled(dims, i);
        return [
          name,
          double(
            (data as Float64Array).map((v) => (name.endsWith(".B") ? scale * v : v)),
            dims,
          ),
        ];
      }),
    );

  test("A is [inputs, rank] and B [rank, outputs], both graph inputs", () => {
    expect(parameters.slice(0, 4)).toEqual([
      { name: "lora.plain.A", dims: [3, 2] },
      { name: "lora.plain.B", dims: [2, 4] },
      { name: "lora.turned.A", dims: [4, 2] },
      { name: "lora.turned.B", dims: [2, 5] },
    ]);
    expect(graph.inputs.map((i) => i.name)).toEqual(["x", ...parameters.map((p) => p.name)]);
  });

  test("B = 0 leaves outputs as they were, to the last bit", () => {
    expect(evaluate(graph, { x, ...feeds(0) }).y).toEqual(evaluate(layered(), { x }).y);
  });

  test("is the model whose matrices have (alpha / rank) A B added", () => {
    const values = feeds(0.1);
    const old = layered();
    const initializers = new Map(old.initializers);
    for (const layer of linearLayers(old).filter((l) => l.name !== "plain#2")) {
      const [A, B] = ["A", "B"].map((p) => values[`lora.${layer.name}.${p}`]!.data as Float64Array);
      const merged = (initializers.get(layer.weight)!.data as Float64Array).slice();
      for (let i = 0; i < layer.inputs; i++) {
        for (let o = 0; o < layer.outputs; o++) {
          const at = layer.transposed ? o * layer.inputs + i : i * layer.outputs + o;
          merged[at]! += 3 * (A![2 * i]! * B![o]! + A![2 * i + 1]! * B![layer.outputs + o]!);
        }
      }
      initializers.set(layer.weight, double(merged, initializers.get(layer.weight)!.dims));
    }
    const shared = { "lora.plain#2.A": values["lora.plain.A"]!, "lora.plain#2.B": values["lora.plain.B"]! };
    const expected = evaluate({ ...old, initializers }, { x }).y!.data as Float64Array;
    const found = evaluate(graph, { x, ...values, ...shared }).y!.data as Float64Array;
    found.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i]!, 12);
    });
  });

  test("a regular expression chooses by name; what matches nothing is refused with the names there are", () => {
    const chosen = injectLora(layered(), { targets: "^(plain|gemm)$", rank: 1, alpha: 1 });
    expect(chosen.parameters.map((p) => p.name)).toEqual([
      "lora.plain.A",
      "lora.plain.B",
      "lora.gemm.A",
      "lora.gemm.B",
    ]);
    expect(() => injectLora(layered(), { targets: ["other"], rank: 1, alpha: 1 })).toThrow(
      "no linear layer is called other; there are: plain, turned, gemm, anonymous, plain#2",
    );
    expect(() => injectLora(layered(), { targets: "^other", rank: 1, alpha: 1 })).toThrow(
      "no linear layer matches ^other",
    );
  });

  test("gradients of one adapter per sample sum to the batch gradient", () => {
    const names = parameters.map((p) => p.name);
    const values = feeds(0.1);
    const copies = Object.fromEntries(names.map((name) => [name, repeatForBatch(values[name]!, 2)]));
    const batch = evaluate(differentiate(graph, { loss: "y", wrt: names }), { x, ...values });
    const each = evaluate(differentiate(perSample(graph, names, "batch"), { loss: "y", wrt: names }), { x, ...copies });
    for (const name of names) {
      const whole = batch[`grad:${name}`]!.data as Float64Array;
      const parts = each[`grad:${name}`]!.data as Float64Array;
      whole.forEach((v, i) => {
        expect(parts[i]! + parts[whole.length + i]!).toBeCloseTo(v, 12);
      });
    }
  });
});

test("weights become inputs by name", () => {
  const graph = withParameters(layered(), ["gemm.bias"]);
  expect(graph.inputs.at(-1)).toEqual({ name: "gemm.bias", dtype: "double", dims: [3] });
  expect(() => withParameters(layered(), ["x"])).toThrow("the graph has no weight x");
});
