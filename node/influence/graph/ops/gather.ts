import type { Dim } from "../types.ts";
import type { Call, Emission, Gradient, Operator } from "./operator.ts";
import { unknownDim, withInts } from "./rules.ts";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

/**
 * The transpose of Gather: zeros of the shape `sizes` (one int64 vector of one element an axis) to which `values` is
 * added at `indices` along `axis`. `values` has the axes of `indices` in the place of that axis.
 */
export function scatterAlong(
  e: Emission,
  values: string,
  indices: string,
  axis: number,
  sizes: readonly string[],
  indexRank = 1,
): string {
  const rank = sizes.length;
  const order = [axis, ...range(0, axis), ...range(axis + 1, rank)];
  const shape = e.op(
    "Concat",
    order.map((k) => sizes[k]!),
    { axis: 0 },
  );
  const zeros = e.op("Expand", [e.scalar(0), shape]);
  const perm = [...range(axis, axis + indexRank), ...range(0, axis), ...range(axis + indexRank, rank - 1 + indexRank)];
  const rows = axis === 0 ? values : e.op("Transpose", [values], { perm });
  const at = e.op("Unsqueeze", [indices, e.ints64([-1])]);
  const sum = e.op("ScatterND", [zeros, at, rows], { reduction: "add" });
  return axis === 0 ? sum : e.op("Transpose", [sum], { perm: range(0, rank).map((k) => order.indexOf(k)) });
}

function gatherInts(call: Call): readonly Dim[] | undefined {
  const list = call.value(0).ints;
  const at = call.numbers(1);
  if (!list || !at || call.rank(0) !== 1 || call.rank(1) > 1) return undefined;
  return at.map((k) => list[k < 0 ? k + list.length : k] ?? call.fail(`index ${k} of ${list.length}`));
}

function requireIndices(call: Call, i: number): void {
  if (!["int64", "int32"].includes(call.value(i).dtype))
    call.fail(`indices of type ${call.value(i).dtype}`, "unsupported-type");
}

/** The full indices of a GatherND with batch_dims: the batch position before each index. */
function withBatchPositions(g: Gradient, batchDims: number): string {
  const rank = g.rank(1);
  let indices = g.x(1);
  if (batchDims === 0) return indices;
  const lead = range(0, rank - 1).map((k) => g.sizeOf(g.x(1), g.dims(1), k));
  const shape = g.op("Concat", [...lead, g.ints64([1])], { axis: 0 });
  for (const k of range(0, batchDims).toReversed()) {
    const size = g.op("Reshape", [g.sizeOf(g.x(1), g.dims(1), k), g.ints64([])]);
    const all = g.op("Range", [g.b.scalar(0, "int64"), size, g.b.scalar(1, "int64")]);
    const column = g.reshape(
      all,
      range(0, rank).map((j) => (j === k ? -1 : 1)),
    );
    indices = g.op("Concat", [g.op("Expand", [column, shape]), indices], { axis: -1 });
  }
  return indices;
}

const reductionOf = (call: Call) => {
  const reduction = call.string("reduction", "none");
  if (reduction !== "none" && reduction !== "add") call.fail(`reduction ${reduction}`, "unsupported-operator");
  return reduction;
};

export const GATHER: readonly Operator[] = [
  {
    name: "Gather",
    inputs: [2, 2],
    gradients: "0",
    infer(call) {
      requireIndices(call, 1);
      const { dtype, dims } = call.value(0);
      const axis = call.axis(call.int("axis", 0), dims.length);
      const out = [...dims.slice(0, axis), ...call.dims(1), ...dims.slice(axis + 1)];
      return [withInts({ dtype, dims: out }, gatherInts(call))];
    },
    gradient(g) {
      const axis = g.axis(g.int("axis", 0), g.rank(0));
      const sizes = g.dims(0).map((_, k) => g.sizeOf(g.x(0), g.dims(0), k));
      return [scatterAlong(g, g.dy(), g.x(1), axis, sizes, g.rank(1)), undefined];
    },
  },
  {
    name: "GatherElements",
    inputs: [2, 2],
    gradients: "0",
    infer(call) {
      requireIndices(call, 1);
      call.axis(call.int("axis", 0), call.rank(0));
      if (call.rank(0) !== call.rank(1)) call.fail("data and indices of unlike rank");
      return [{ dtype: call.value(0).dtype, dims: call.dims(1) }];
    },
    gradient: (g) => [
      g.op("ScatterElements", [g.zerosLike(0), g.x(1), g.dy()], { axis: g.int("axis", 0), reduction: "add" }),
      undefined,
    ],
  },
  {
    name: "GatherND",
    inputs: [2, 2],
    gradients: "0",
    infer(call) {
      if (call.value(1).dtype !== "int64") call.fail("indices must be int64", "unsupported-type");
      const batch = call.int("batch_dims", 0);
      const depth = call.dims(1).at(-1);
      if (typeof depth !== "number") return call.fail("the length of an index is unknown");
      if (batch + depth > call.rank(0) || batch >= call.rank(1)) call.fail(`batch_dims ${batch}, indices of ${depth}`);
      return [
        { dtype: call.value(0).dtype, dims: [...call.dims(1).slice(0, -1), ...call.dims(0).slice(batch + depth)] },
      ];
    },
    gradient(g) {
      const indices = withBatchPositions(g, g.int("batch_dims", 0));
      return [g.op("ScatterND", [g.zerosLike(0), indices, g.dy()], { reduction: "add" }), undefined];
    },
  },
  {
    name: "ScatterElements",
    inputs: [3, 3],
    gradients: "0, 2 (reduction none, add)",
    infer(call) {
      requireIndices(call, 1);
      reductionOf(call);
      call.axis(call.int("axis", 0), call.rank(0));
      const { dtype, dims } = call.value(0);
      return [{ dtype, dims }];
    },
    gradient(g) {
      const axis = g.int("axis", 0);
      const zeros = () => g.op("Expand", [g.scalar(0), g.shape(g.x(2), g.dims(2))]);
      const kept = () => g.op("ScatterElements", [g.dy(), g.x(1), zeros()], { axis });
      return [
        g.needs(0) ? (reductionOf(g) === "add" ? g.dy() : kept()) : undefined,
        undefined,
        g.needs(2) ? g.op("GatherElements", [g.dy(), g.x(1)], { axis }) : undefined,
      ];
    },
  },
  {
    name: "ScatterND",
    inputs: [3, 3],
    gradients: "0, 2 (reduction none, add)",
    infer(call) {
      if (call.value(1).dtype !== "int64") call.fail("indices must be int64", "unsupported-type");
      reductionOf(call);
      const { dtype, dims } = call.value(0);
      return [{ dtype, dims }];
    },
    gradient(g) {
      const zeros = () => g.op("Expand", [g.scalar(0), g.shape(g.x(2), g.dims(2))]);
      const kept = () => g.op("ScatterND", [g.dy(), g.x(1), zeros()]);
      return [
        g.needs(0) ? (reductionOf(g) === "add" ? g.dy() : kept()) : undefined,
        undefined,
        g.needs(2) ? g.op("GatherND", [g.dy(), g.x(1)]) : undefined,
      ];
    },
  },
  {
    name: "OneHot",
    inputs: [3, 3],
    gradients: "none",
    composed: true,
    infer(call) {
      const depth = call.value(1).ints?.[0] ?? unknownDim(call, 0);
      const rank = call.rank(0) + 1;
      const axis = call.axis(call.int("axis", -1), rank);
      const rest = [...call.dims(0)];
      const dims = range(0, rank).map((k) => (k === axis ? depth : rest.shift()!));
      return [{ dtype: call.value(2).dtype, dims }];
    },
    /** A position equals the index, or the index counted from the end; values are [off, on]. */
    compose(e) {
      const axis = e.axis(e.int("axis", -1), e.rank(0) + 1);
      const int = (v: number) => e.b.scalar(v, "int64");
      const depth = e.op("Reshape", [e.b.cast(e.x(1), "int64"), e.ints64([])]);
      const positions = e.op("Range", [int(0), depth, int(1)]);
      const column = e.reshape(
        positions,
        range(0, e.rank(0) + 1).map((k) => (k === axis ? -1 : 1)),
      );
      const given = e.op("Unsqueeze", [e.b.cast(e.x(0), "int64"), e.ints64([axis])]);
      const index = e.op("Where", [e.op("Less", [given, int(0)]), e.op("Add", [given, depth]), given]);
      const [off, on] = [0, 1].map((k) => e.op("Gather", [e.x(2), int(k)], { axis: 0 }));
      return [e.op("Where", [e.op("Equal", [column, index]), on!, off!])];
    },
  },
];
