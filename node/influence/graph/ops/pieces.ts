import { addDims, subtractDims } from "../dims.ts";
import type { Dim } from "../types.ts";
import { scatterAlong } from "./gather.ts";
import type { Call, Gradient, Operator } from "./operator.ts";
import { sameTypes, unknownDim, withInts } from "./rules.ts";

function concatDims(call: Call): Dim[] {
  const axis = call.axis(call.int("axis", 0), call.rank(0));
  const dims = [...call.dims(0)];
  for (let i = 1; i < call.inputs.length; i++) {
    const other = call.dims(i);
    if (other.length !== dims.length) call.fail("operands of unlike rank");
    other.forEach((d, k) => {
      if (k === axis) dims[k] = addDims(dims[k]!, d);
      else if (typeof d === "number" && typeof dims[k] === "number" && d !== dims[k]) {
        call.fail(`shapes [${dims}] and [${other}] differ beside axis ${axis}`);
      } else if (typeof d === "number") dims[k] = d;
    });
  }
  return dims;
}

function concatInts(call: Call): Dim[] | undefined {
  if (call.rank(0) !== 1 || call.inputs.some((v) => !v?.ints)) return undefined;
  return call.inputs.flatMap((v) => v?.ints ?? []);
}

function concatGradient(g: Gradient): (string | undefined)[] {
  const axis = g.axis(g.int("axis", 0), g.rank(0));
  const sizes = g.inputs.map((v, i) => g.sizeOf(g.x(i), v!.dims, axis));
  const known = g.inputs.map((v) => v!.dims[axis]!);
  const split = known.every((d) => typeof d === "number") ? g.ints64(known) : g.op("Concat", sizes, { axis: 0 });
  return g.b.call("Split", [g.dy(), split], { axis }, g.inputs.length);
}

interface Cut {
  readonly axis: number;
  readonly start: Dim;
  readonly end: Dim;
  readonly step: number;
}

/** starts, ends, axes, steps of Slice, where starts and ends are known. */
function cutsOf(call: Call): Cut[] | undefined {
  const [starts, ends] = [call.value(1).ints, call.value(2).ints];
  if (!starts || !ends) return undefined;
  const axes = sliceAxes(call);
  const steps = call.has(4) ? call.known(4, "steps") : axes.map(() => 1);
  return axes.map((axis, i) => {
    const step = steps[i]!;
    if (step === 0) call.fail("a step of 0");
    return { axis, start: starts[i]!, end: ends[i]!, step };
  });
}

function sliceAxes(call: Call): number[] {
  const rank = call.rank(0);
  const count = call.dims(1)[0];
  if (typeof count !== "number") call.fail("the number of starts is unknown");
  const axes = call.has(3) ? call.known(3, "axes") : Array.from({ length: count }, (_, k) => k);
  return axes.map((a) => call.axis(a, rank));
}

/** Number of elements of start:end:step on an axis of size d; undefined where only a run can tell. */
function cutSize({ start, end, step }: Cut, d: Dim): Dim | undefined {
  if (typeof d === "number" && typeof start === "number" && typeof end === "number") {
    const [low, high] = step > 0 ? [0, d] : [-1, d - 1];
    const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + d : v, low), high);
    return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
  }
  if (step !== 1) return undefined;
  const FAR = 2 ** 31 - 1;
  const whole = (typeof end === "number" && end >= FAR) || end === d;
  if (start === 0) {
    if (whole) return d;
    if (typeof end === "string") return end;
    return end < 0 ? addDims(d, end) : undefined;
  }
  if (!whole) return typeof end === "string" && typeof start === "string" ? subtractDims(end, start) : undefined;
  if (typeof start === "number" && start < 0) return undefined;
  return subtractDims(d, start);
}

function inferSlice(call: Call) {
  const { dtype, ints } = call.value(0);
  const dims = [...call.dims(0)];
  const cuts = cutsOf(call);
  if (!cuts) {
    for (const axis of sliceAxes(call)) dims[axis] = unknownDim(call, axis);
    return [{ dtype, dims }];
  }
  for (const cut of cuts) dims[cut.axis] = cutSize(cut, dims[cut.axis]!) ?? unknownDim(call, cut.axis);
  return [withInts({ dtype, dims }, ints && dims.length === 1 ? sliceInts(cuts, ints) : undefined)];
}

function sliceInts(cuts: readonly Cut[], ints: readonly Dim[]): readonly Dim[] | undefined {
  let out = ints;
  for (const { start, end, step } of cuts) {
    if (typeof start !== "number" || typeof end !== "number") return undefined;
    const d = out.length;
    const [low, high] = step > 0 ? [0, d] : [-1, d - 1];
    const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + d : v, low), high);
    const kept: Dim[] = [];
    for (let k = clamp(start); step > 0 ? k < clamp(end) : k > clamp(end); k += step) kept.push(out[k]!);
    out = kept;
  }
  return out;
}

/** Zeros around the piece where sizes are known; else a scatter of the same slice of every index. */
function sliceGradient(g: Gradient): (string | undefined)[] {
  const none = g.node.inputs.slice(1).map(() => undefined);
  const cuts = cutsOf(g);
  const dims = g.dims(0);
  if (
    cuts?.every(({ step, axis, start }) => step === 1 && typeof dims[axis] === "number" && typeof start === "number")
  ) {
    const before = dims.map(() => 0);
    const after = dims.map(() => 0);
    for (const { axis, start } of cuts) {
      const d = dims[axis] as number;
      const first = Math.min(Math.max((start as number) < 0 ? (start as number) + d : (start as number), 0), d);
      before[axis] = first;
      after[axis] = d - first - (g.result().dims[axis] as number);
    }
    return [g.op("Pad", [g.dy(), g.ints64([...before, ...after]), g.scalar(0)]), ...none];
  }
  return [sliceScatter(g), ...none];
}

function sliceScatter(g: Gradient): string {
  const axes = sliceAxes(g);
  const dims = [...g.result().dims];
  const zero = g.b.scalar(0, "int64");
  const one = g.b.scalar(1, "int64");
  let gradient = g.dy();
  axes.forEach((axis, i) => {
    const size = g.op("Reshape", [g.sizeOf(g.x(0), g.dims(0), axis), g.ints64([])]);
    const all = g.op("Range", [zero, size, one]);
    const part = (input: number) => g.op("Slice", [g.x(input), g.ints64([i]), g.ints64([i + 1])]);
    const step = g.has(4) ? part(4) : g.ints64([1]);
    const indices = g.op("Slice", [all, part(1), part(2), g.ints64([0]), step]);
    const sizes = dims.map((_, k) => (k === axis ? g.sizeOf(g.x(0), g.dims(0), axis) : g.sizeOf(gradient, dims, k)));
    gradient = scatterAlong(g, gradient, indices, axis, sizes);
    dims[axis] = g.dims(0)[axis]!;
  });
  return gradient;
}

function splitSizes(call: Call): Dim[] {
  const axis = call.axis(call.int("axis", 0), call.rank(0));
  const count = call.node.outputs.length;
  if (call.has(1)) {
    const sizes = call.value(1).ints ?? Array.from({ length: count }, (_, i) => unknownDim(call, axis, i));
    if (sizes.length !== count) call.fail(`${sizes.length} sizes for ${count} outputs`);
    const sum = sizes.reduce<Dim>(addDims, 0);
    if (typeof sum === "number" && typeof call.dims(0)[axis] === "number" && sum !== call.dims(0)[axis]) {
      call.fail(`sizes [${sizes}] of ${call.dims(0)[axis]}`);
    }
    return [...sizes];
  }
  const total = call.dims(0)[axis]!;
  if (typeof total !== "number") call.fail(`bind ${total}: it is split into ${count} parts`);
  const part = Math.ceil(total / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, total - i * part)));
}

function splitGradient(g: Gradient): (string | undefined)[] {
  const axis = g.axis(g.int("axis", 0), g.rank(0));
  const parts = g.node.outputs.map((name, i) => {
    if (g.hasDy(i)) return g.dy(i);
    return g.op("Expand", [g.scalar(0), g.shape(name, g.result(i).dims)]);
  });
  return [
    parts.length === 1 ? parts[0] : g.op("Concat", parts, { axis }),
    ...g.node.inputs.slice(1).map(() => undefined),
  ];
}

function padsOf(call: Call): { before: number[]; after: number[] } {
  const rank = call.rank(0);
  const pads = call.known(1, "pads");
  const axes = call.has(3) ? call.known(3, "axes").map((a) => call.axis(a, rank)) : call.dims(0).map((_, k) => k);
  if (pads.length !== 2 * axes.length) call.fail(`${pads.length} pads for ${axes.length} axes`);
  const before = call.dims(0).map(() => 0);
  const after = call.dims(0).map(() => 0);
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    after[axis] = pads[i + axes.length]!;
  });
  return { before, after };
}

export const PIECES: readonly Operator[] = [
  {
    name: "Concat",
    inputs: [1, 4096],
    gradients: "all",
    infer(call) {
      const dtype = sameTypes(call, 0, call.inputs.length - 1);
      return [withInts({ dtype, dims: concatDims(call) }, concatInts(call))];
    },
    gradient: concatGradient,
  },
  { name: "Slice", inputs: [3, 5], gradients: "0", infer: inferSlice, gradient: sliceGradient },
  {
    name: "Split",
    inputs: [1, 2],
    outputs: [1, 4096],
    gradients: "0",
    infer(call) {
      const axis = call.axis(call.int("axis", 0), call.rank(0));
      const { dtype, dims, ints } = call.value(0);
      let from = 0;
      return splitSizes(call).map((size) => {
        const part = { dtype, dims: dims.map((d, k) => (k === axis ? size : d)) };
        const known = ints && dims.length === 1 && typeof size === "number";
        const own = known ? ints.slice(from, from + size) : undefined;
        from += typeof size === "number" ? size : 0;
        return withInts(part, own);
      });
    },
    gradient: splitGradient,
  },
  {
    name: "Pad",
    inputs: [2, 4],
    gradients: "0 (mode constant)",
    infer(call) {
      const mode = call.string("mode", "constant");
      if (mode !== "constant") call.fail(`mode ${mode}`, "unsupported-operator");
      const { before, after } = padsOf(call);
      if ([...before, ...after].some((p) => p < 0)) call.fail("negative pads", "unsupported-operator");
      const dims = call.dims(0).map((d, k) => addDims(d, before[k]! + after[k]!));
      return [{ dtype: call.value(0).dtype, dims }];
    },
    gradient(g) {
      const { before, after } = padsOf(g);
      const FAR = Number.MAX_SAFE_INTEGER;
      const ends = g.ints64(after.map((p) => (p === 0 ? FAR : -p)));
      const axes = g.ints64(before.map((_, k) => k));
      return [g.op("Slice", [g.dy(), g.ints64(before), ends, axes]), ...g.node.inputs.slice(1).map(() => undefined)];
    },
  },
];
