import { expect, test } from "vitest";
import { differentiate, gradientName } from "../differentiate.ts";
import { OPERATORS } from "../ops/table.ts";
import { openGraph } from "../runtime.ts";
import { isFloat } from "../tensor.ts";
import type { Graph, GraphNode, Tensor } from "../types.ts";
import { evaluate } from "./evaluate.ts";
import { CASES, feedsOf, graphOf, type OperatorCase, sample } from "./testing/cases.ts";

/** Central differences lose h^2 to curvature and 2^-53 / h to rounding. */
const STEP = 2 ** -18;
const TOLERANCE = 1e-6;
/** Elements of an input that are checked: all of a small one, a spread of a large one. */
const MOST_ELEMENTS = 24;

/** The inputs that the operator's table promises a gradient for. */
function targetsOf({ op, inputs }: OperatorCase): string[] {
  const { gradients } = OPERATORS.get(op)!;
  if (gradients.startsWith("none")) return [];
  const listed = gradients.startsWith("all")
    ? inputs.map((_, i) => i)
    : (gradients.match(/^[\d, ]+/)![0].match(/\d/g) ?? []).map(Number);
  // A power of a negative base has no derivative by its exponent.
  const isBaseNegative = op === "Pow" && (inputs[0]!.data as Float64Array).some((x) => x <= 0);
  return listed.filter((i) => inputs[i]?.dtype === "double" && !(isBaseNegative && i === 1)).map((i) => `x${i}`);
}

/** The case with a loss: the sum of its real outputs, each element times a fixed weight. */
function withLoss(operatorCase: OperatorCase, results: Readonly<Record<string, Tensor>>): Graph {
  const graph = graphOf(operatorCase, Object.values(results));
  const real = Object.entries(results).filter(([, { dtype }]) => isFloat(dtype));
  const node = (op: string, inputs: string[], output: string): GraphNode => ({
    ...{ name: output, op, inputs, outputs: [output] },
    attributes: op === "ReduceSum" ? { keepdims: { kind: "int", value: 0 } } : {},
  });
  const sums = real.flatMap(([name]) => [
    node("Mul", [name, `weight ${name}`], `weighted ${name}`),
    node("ReduceSum", [`weighted ${name}`], `sum ${name}`),
  ]);
  const total = real
    .slice(1)
    .map(([name], i) => node("Add", [i === 0 ? `sum ${real[0]![0]}` : `total ${i}`, `sum ${name}`], `total ${i + 1}`));
  const loss = node("Identity", [real.length === 1 ? `sum ${real[0]![0]}` : `total ${real.length - 1}`], "loss");
  const weights = real.map(([name, { dims }], i) => [`weight ${name}`, sample(dims, 90 + i)] as const);
  return {
    ...graph,
    initializers: new Map([...graph.initializers, ...weights]),
    outputs: [{ name: "loss", dtype: "double", dims: [] }],
    nodes: [...graph.nodes, ...sums, ...total, loss],
  };
}

function shifted(feeds: Readonly<Record<string, Tensor>>, name: string, index: number, by: number) {
  const data = (feeds[name]!.data as Float64Array).slice();
  data[index]! += by;
  return { feeds: { ...feeds, [name]: { ...feeds[name]!, data } }, at: data[index]! };
}

/** Largest difference from central differences, relative to the largest gradient element. */
function worstDifference(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  name: string,
  gradient: Tensor,
): number {
  const values = gradient.data as Float64Array;
  const scale = Math.max(1, ...values.map(Math.abs));
  const stride = Math.max(1, Math.floor(values.length / MOST_ELEMENTS));
  let worst = 0;
  for (let i = 0; i < values.length; i += stride) {
    if (!Number.isFinite(feeds[name]!.data[i] as number)) continue;
    const [up, down] = [shifted(feeds, name, i, STEP), shifted(feeds, name, i, -STEP)];
    const loss = (of: Readonly<Record<string, Tensor>>) => evaluate(graph, of, ["loss"]).loss!.data[0] as number;
    const slope = (loss(up.feeds) - loss(down.feeds)) / (up.at - down.at);
    worst = Math.max(worst, Math.abs(slope - values[i]!) / scale);
  }
  return worst;
}

/** At a jump there is no slope; a reduction of nothing is refused by name. */
const WITHOUT_SLOPE = ["halves", "no axes means none"];

interface Prepared {
  readonly operatorCase: OperatorCase;
  readonly results: Readonly<Record<string, Tensor>>;
  readonly targets: readonly string[];
}

function prepared(operatorCase: OperatorCase): Prepared {
  const names = Array.from({ length: operatorCase.outputs }, (_, i) => `y${i}`);
  const results = evaluate(graphOf(operatorCase, []), feedsOf(operatorCase), names);
  return { operatorCase, results, targets: targetsOf(operatorCase) };
}

function isDifferentiable({ operatorCase, results, targets }: Prepared): boolean {
  const outputs = Object.values(results);
  const areFinite = outputs.every(({ data }) => Array.from(data, Number).every(Number.isFinite));
  const isReal = outputs.some(({ dtype }) => isFloat(dtype));
  return targets.length > 0 && areFinite && isReal && !WITHOUT_SLOPE.includes(operatorCase.about);
}

const differentiable = CASES.map(prepared).filter(isDifferentiable);

test("every operator with a gradient has a case", () => {
  const covered = new Set(differentiable.map(({ operatorCase }) => operatorCase.op));
  const promised = [...OPERATORS.values()].filter(({ gradients }) => !gradients.startsWith("none"));
  expect(promised.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
});

test.each(differentiable.map((of) => [of.operatorCase.op, of.operatorCase.about, of] as const))(
  "the gradient of %s (%s) is that of finite differences, and ONNX Runtime's",
  async (_op, _about, { operatorCase, results, targets }) => {
    const graph = withLoss(operatorCase, results);
    const feeds = feedsOf(operatorCase);
    const differentiated = differentiate(graph, { loss: "loss", wrt: targets });
    const wanted = targets.map(gradientName);
    const gradients = evaluate(differentiated, feeds, wanted);
    const session = await openGraph(differentiated);
    const theirs = await session.run(feeds, wanted);
    await session.release();
    for (const name of targets) {
      const ours = gradients[gradientName(name)]!;
      expect(ours.dims).toEqual(feeds[name]!.dims);
      expect(worstDifference(graph, feeds, name, ours)).toBeLessThanOrEqual(TOLERANCE);
      const other = theirs[gradientName(name)]!.data as Float64Array;
      const scale = Math.max(1e-300, ...other.map(Math.abs));
      const apart = (ours.data as Float64Array).map((x, i) => Math.abs(x - other[i]!) / scale);
      expect(Math.max(0, ...apart)).toBeLessThanOrEqual(1e-11);
    }
  },
);
