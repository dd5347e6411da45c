import fc from "fast-check";
import { expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { differentiate, gradientName } from "./differentiate.ts";
import { encodeGraph } from "./encode.ts";
import { toFloat64 } from "./float64.ts";
import { loadGraph } from "./load.ts";
import { perSample } from "./per-sample.ts";
import { evaluate } from "./reference/evaluate.ts";
import { openGraph } from "./runtime.ts";
import { inferShapes } from "./shapes.ts";
import { double, repeatForBatch, sizeOf } from "./tensor.ts";
import type { Graph, Tensor } from "./types.ts";

/** A graph of random smooth operators over x [batch, 3, 4], with weights of many shapes; the loss is per sample. */

interface Value {
  readonly name: string;
  /** Dimensions after the batch. */
  readonly dims: readonly number[];
}

const BATCH = 2;
const RANK = 2;
const UNARY = ["Tanh", "Sigmoid", "Sin", "Softplus", "Gelu", "Erf", "Softmax", "LogSoftmax"];
const BINARY = ["Add", "Sub", "Mul"];

class Drawing {
  readonly b = new GraphBuilder("random");
  readonly weights = new Map<string, Tensor>();
  private readonly pool: Value[] = [];
  private readonly draws: readonly number[];
  private at = 0;

  constructor(draws: readonly number[]) {
    this.draws = draws;
    this.pool.push({ name: this.b.input("x", "double", ["batch", 3, 4]), dims: [3, 4] });
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.draws[this.at++ % this.draws.length]! % list.length]!;
  }

  private weight(dims: readonly number[]): string {
    const name = `w${this.weights.size}`;
    const data = Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(1 + i * 2.3 + this.weights.size));
    this.weights.set(name, double(data, dims));
    return this.b.input(name, "double", dims);
  }

  private push(name: string, dims: readonly number[]): number {
    return this.pool.push({ name, dims });
  }

  /** Weights whose shape broadcasts to the value's: with all axes, some, ones among them, or none. */
  private broadcastWeight({ dims }: Value): string {
    const shapes = [[...dims], dims.slice(1), dims.slice(-1), [1, ...dims], dims.map((d, k) => (k === 0 ? 1 : d)), []];
    return this.weight(this.pick(shapes));
  }

  /** Adds a value; answers how many there are. */
  step(): number {
    const x = this.pick(this.pool);
    const [rows, columns] = x.dims as [number, number];
    switch (
      this.pick(["unary", "binary", "weight", "matmul", "left", "turn", "reshape", "normalise", "mean", "concat"])
    ) {
      case "unary":
        return this.push(this.b.node(this.pick(UNARY), [x.name]), x.dims);
      case "binary": {
        const other = this.pick(this.pool.filter((v) => String(v.dims) === String(x.dims)));
        return this.push(this.b.node(this.pick(BINARY), [x.name, other.name]), x.dims);
      }
      case "weight":
        return this.push(this.b.node(this.pick(BINARY), [x.name, this.broadcastWeight(x)]), x.dims);
      case "matmul":
        return this.push(this.b.node("MatMul", [x.name, this.weight([columns, 3])]), [rows, 3]);
      case "left":
        return this.push(this.b.node("MatMul", [this.weight([4, rows]), x.name]), [4, columns]);
      case "turn":
        return this.push(this.b.node("Transpose", [x.name], { perm: [0, 2, 1] }), [columns, rows]);
      case "reshape": {
        const flat = this.b.node("Reshape", [x.name, this.b.ints([-1, columns])]);
        const product = this.b.node("MatMul", [flat, this.weight([columns, 2])]);
        const biased = this.b.node("Add", [product, this.weight([2])]);
        return this.push(this.b.node("Reshape", [biased, this.b.ints([-1, rows, 2])]), [rows, 2]);
      }
      case "normalise":
        return this.push(
          this.b.node("LayerNormalization", [x.name, this.weight([columns]), this.weight([columns])]),
          x.dims,
        );
      case "mean": {
        const mean = this.b.node("ReduceMean", [x.name, this.b.ints([1])], { keepdims: 0 });
        const product = this.b.node("MatMul", [mean, this.weight([columns, columns])]);
        const row = this.b.node("Unsqueeze", [product, this.b.ints([1])]);
        return this.push(this.b.node("Add", [x.name, row]), x.dims);
      }
      default: {
        const both = this.b.node("Concat", [x.name, x.name], { axis: 1 });
        return this.push(
          this.b.node("Slice", [both, this.b.ints([1]), this.b.ints([rows + 1]), this.b.ints([1])]),
          x.dims,
        );
      }
    }
  }

  finish(): Graph {
    const last = this.pool.at(-1)!;
    const used = this.b.node("MatMul", [last.name, this.weight([last.dims[1]!, RANK])]);
    this.b.call("ReduceMean", [this.b.node("Tanh", [used]), this.b.ints([1, 2])], { keepdims: 0 }, ["loss"]);
    return this.b.build(["loss"]);
  }
}

function drawn(draws: readonly number[]): Drawing & { graph: Graph } {
  const drawing = new Drawing(draws);
  for (let i = 0; i < 6; i++) drawing.step();
  return Object.assign(drawing, { graph: drawing.finish() });
}

const x = double(
  Array.from({ length: 12 * BATCH }, (_, i) => Math.cos(i * 1.9)),
  [BATCH, 3, 4],
);
const arbitrary = fc.array(fc.nat(1000), { minLength: 30, maxLength: 30 });
const total = (t: Tensor) => (t.data as Float64Array).reduce((a, b) => a + b, 0);
const OPTIONS = { numRuns: 40, seed: 11 };

test("gradients are those of central differences along a direction", () => {
  fc.assert(
    fc.property(arbitrary, (draws) => {
      const { graph, weights } = drawn(draws);
      const wrt = ["x", ...weights.keys()];
      const values: Record<string, Tensor> = { x, ...Object.fromEntries(weights) };
      const gradients = evaluate(differentiate(graph, { loss: "loss", wrt }), values);
      const STEP = 1e-5;
      const moved = (by: number) =>
        Object.fromEntries(
          wrt.map((name) => {
            const { dims, data } = values[name]!;
            return [
              name,
              double(
                (data as Float64Array).map((v, i) => v + by * Math.sin(i + 1)),
                dims,
              ),
            ];
          }),
        );
      const slope =
        (total(evaluate(graph, moved(STEP)).loss!) - total(evaluate(graph, moved(-STEP)).loss!)) / (2 * STEP);
      const along = wrt.map((name) =>
        (gradients[gradientName(name)]!.data as Float64Array).reduce((sum, v, i) => sum + v * Math.sin(i + 1), 0),
      );
      const expected = along.reduce((a, b) => a + b, 0);
      expect(Math.abs(slope - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
    }),
    OPTIONS,
  );
});

test("per-sample gradients are those of every sample alone", () => {
  fc.assert(
    fc.property(arbitrary, (draws) => {
      const { graph, weights } = drawn(draws);
      const wrt = [...weights.keys()];
      const copies = Object.fromEntries([...weights].map(([name, t]) => [name, repeatForBatch(t, BATCH)]));
      const each = evaluate(differentiate(perSample(graph, wrt, "batch"), { loss: "loss", wrt }), { x, ...copies });
      const alone = differentiate(graph, { loss: "loss", wrt });
      for (let s = 0; s < BATCH; s++) {
        const row = double((x.data as Float64Array).slice(12 * s, 12 * s + 12), [1, 3, 4]);
        const one = evaluate(alone, { x: row, ...Object.fromEntries(weights) });
        for (const name of wrt) {
          const expected = one[gradientName(name)]!.data as Float64Array;
          const found = (each[gradientName(name)]!.data as Float64Array).slice(
            s * expected.length,
            (s + 1) * expected.length,
          );
          const worst = Math.max(...expected.map((v, i) => Math.abs(v - found[i]!)));
          expect(worst).toBeLessThan(1e-12);
        }
      }
    }),
    OPTIONS,
  );
});

test("a graph with its gradients survives encoding, keeps its shapes, and ONNX Runtime agrees with the reference", async () => {
  await fc.assert(
    fc.asyncProperty(arbitrary, async (draws) => {
      const { graph, weights } = drawn(draws);
      const wrt = [...weights.keys()];
      const full = toFloat64(differentiate(graph, { loss: "loss", wrt }));
      const back = loadGraph(encodeGraph(full));
      expect({ ...back, outputs: [] }).toEqual({ ...full, outputs: [] });
      const values = { x, ...Object.fromEntries(weights) };
      const exact = evaluate(full, values);
      const session = await openGraph(full);
      const fast = await session.run(values);
      await session.release();
      const shapes = inferShapes(full, { batch: BATCH });
      for (const { name } of full.outputs) {
        expect(fast[name]!.dims).toEqual(shapes.get(name)!.dims);
        const difference = (exact[name]!.data as Float64Array).map((v, i) => Math.abs(v - Number(fast[name]!.data[i])));
        expect(Math.max(...difference)).toBeLessThan(1e-12);
      }
    }),
    OPTIONS,
  );
});
