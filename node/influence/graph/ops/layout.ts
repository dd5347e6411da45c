import { divideDims, productOfDims } from "../dims.ts";
import type { Dim } from "../types.ts";
import type { Call, Gradient, Operator, Value } from "./operator.ts";
import { broadcastDims, unknownDim, withInts } from "./rules.ts";

/** Layout changes undo by a reshape to the input's shape. */
const unreshape = (g: Gradient) => [
  g.op("Reshape", [g.dy(), g.shapeOf(0)]),
  ...g.node.inputs.slice(1).map(() => undefined),
];

function keep(call: Call, dims: readonly Dim[]): Value[] {
  const { dtype, ints } = call.value(0);
  return [withInts({ dtype, dims }, ints)];
}

function reshapeDims(call: Call): Dim[] {
  const from = call.dims(0);
  const shape = call.value(1).ints;
  if (!shape) {
    const rank = call.dims(1)[0];
    if (typeof rank !== "number") call.fail("the rank of the result is unknown");
    return Array.from({ length: rank }, (_, k) => unknownDim(call, k));
  }
  const zero = call.int("allowzero", 0) !== 0;
  const dims = shape.map((d, k) => (d === 0 && !zero ? (from[k] ?? call.fail(`no axis ${k} to copy`)) : d));
  const free = dims.indexOf(-1);
  const total = productOfDims(from);
  const fixed = productOfDims(dims.filter((_, k) => k !== free));
  if (free < 0) {
    if (typeof total === "number" && typeof fixed === "number" && total !== fixed) {
      call.fail(`shape [${from}] does not become [${dims}]`);
    }
    return dims;
  }
  const rest = total === 0 && fixed === 0 ? 0 : divideDims(total, fixed);
  if (rest === undefined && typeof total === "number" && typeof fixed === "number") {
    call.fail(`shape [${from}] does not become [${dims}]`);
  }
  dims[free] = rest ?? unknownDim(call, free);
  return dims;
}

function flattenDims(call: Call): Dim[] {
  const dims = call.dims(0);
  const axis = call.int("axis", 1);
  const at = axis < 0 ? axis + dims.length : axis;
  if (at < 0 || at > dims.length) call.fail(`axis ${axis} of rank ${dims.length}`);
  return [productOfDims(dims.slice(0, at)), productOfDims(dims.slice(at))];
}

function squeezeDims(call: Call): Dim[] {
  const dims = call.dims(0);
  const axes = call.has(1)
    ? call.axes(call.known(1, "axes"), dims.length)
    : dims.flatMap((d, k) => (d === 1 ? [k] : typeof d === "number" ? [] : call.fail(`bind ${d}: it may be 1`)));
  for (const k of axes) if (typeof dims[k] === "number" && dims[k] !== 1) call.fail(`axis ${k} is ${dims[k]}, not 1`);
  return dims.filter((_, k) => !axes.includes(k));
}

function unsqueezeDims(call: Call): Dim[] {
  const given = call.known(1, "axes");
  const rank = call.rank(0) + given.length;
  const axes = new Set(call.axes(given, rank));
  const rest = [...call.dims(0)];
  return Array.from({ length: rank }, (_, k) => (axes.has(k) ? 1 : rest.shift()!));
}

function permOf(call: Call): readonly number[] {
  const rank = call.rank(0);
  const perm = call.ints("perm") ?? Array.from({ length: rank }, (_, k) => rank - 1 - k);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((p) => p < 0 || p >= rank)) {
    call.fail(`perm [${perm}] of rank ${rank}`);
  }
  return perm;
}

function tileGradient(g: Gradient): (string | undefined)[] {
  const repeats = g.known(1, "repeats");
  const sizes = repeats.flatMap((r, k) => [g.ints64([r]), g.sizeOf(g.x(0), g.dims(0), k)]);
  if (sizes.length === 0) return [g.dy(), undefined];
  const split = g.op("Reshape", [g.dy(), g.op("Concat", sizes, { axis: 0 })]);
  const axes = g.ints64(repeats.map((_, k) => 2 * k));
  return [g.op("ReduceSum", [split, axes], { keepdims: 0 }), undefined];
}

export const LAYOUT: readonly Operator[] = [
  {
    name: "Reshape",
    inputs: [2, 2],
    gradients: "0",
    infer: (call) => keep(call, reshapeDims(call)),
    gradient: unreshape,
  },
  {
    name: "Flatten",
    inputs: [1, 1],
    gradients: "0",
    infer: (call) => keep(call, flattenDims(call)),
    gradient: unreshape,
  },
  {
    name: "Squeeze",
    inputs: [1, 2],
    gradients: "0",
    infer: (call) => keep(call, squeezeDims(call)),
    gradient: unreshape,
  },
  {
    name: "Unsqueeze",
    inputs: [2, 2],
    gradients: "0",
    infer: (call) => keep(call, unsqueezeDims(call)),
    gradient: unreshape,
  },
  {
    name: "Transpose",
    inputs: [1, 1],
    gradients: "0",
    infer: (call) => {
      const perm = permOf(call);
      const value = { dtype: call.value(0).dtype, dims: perm.map((p) => call.dims(0)[p]!) };
      return [perm.length < 2 ? withInts(value, call.value(0).ints) : value];
    },
    gradient(g) {
      const perm = permOf(g);
      return [g.op("Transpose", [g.dy()], { perm: perm.map((_, k) => perm.indexOf(k)) })];
    },
  },
  {
    name: "Expand",
    inputs: [2, 2],
    gradients: "0",
    infer(call) {
      const { dtype, dims, ints } = call.value(0);
      const shape = call.value(1).ints;
      if (!shape) {
        const rank = call.dims(1)[0];
        if (typeof rank !== "number") return call.fail("the rank of the result is unknown");
        return [{ dtype, dims: Array.from({ length: Math.max(rank, dims.length) }, (_, k) => unknownDim(call, k)) }];
      }
      const out = broadcastDims(call, dims, shape);
      const count = productOfDims(out);
      const repeated = ints?.length === 1 && typeof count === "number" && count <= 1024;
      return [withInts({ dtype, dims: out }, repeated ? Array.from({ length: count }, () => ints[0]!) : undefined)];
    },
    gradient: (g) => [g.toInput(0, g.dy()), undefined],
  },
  {
    name: "Tile",
    inputs: [2, 2],
    gradients: "0",
    infer(call) {
      const repeats = call.value(1).ints ?? call.fail("repeats must be known");
      const dims = call.dims(0).map((d, k) => productOfDims([d, repeats[k] ?? call.fail("one repeat per axis")]));
      return [{ dtype: call.value(0).dtype, dims }];
    },
    gradient: tileGradient,
  },
  {
    name: "Trilu",
    inputs: [1, 2],
    gradients: "0",
    infer(call) {
      if (call.rank(0) < 2) call.fail("needs a matrix");
      return [{ dtype: call.value(0).dtype, dims: call.dims(0) }];
    },
    gradient: (g) => [
      g.op("Trilu", [g.dy(), ...(g.has(1) ? [g.x(1)] : [])], { upper: g.int("upper", 1) }),
      ...(g.node.inputs.length > 1 ? [undefined] : []),
    ],
  },
];
