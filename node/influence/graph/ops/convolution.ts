import type { Dim } from "../types.ts";
import type { Call, Emission, Operator } from "./operator.ts";
import { requireFloat } from "./rules.ts";

export interface Geometry {
  readonly spatial: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly group: number;
  /** Sizes of the output's spatial axes. */
  readonly out: readonly number[];
}

function numeric(call: Call, dims: readonly Dim[], what: string): number[] {
  return dims.map((d) => (typeof d === "number" ? d : call.fail(`bind the ${what} dimension ${d}`)));
}

function padding(call: Call, size: readonly number[], kernel: readonly number[], strides: readonly number[]) {
  const mode = call.string("auto_pad", "NOTSET");
  const n = size.length;
  if (mode === "NOTSET") {
    const pads = call.ints("pads") ?? new Array<number>(2 * n).fill(0);
    return { before: pads.slice(0, n), after: pads.slice(n) };
  }
  if (mode === "VALID") return { before: size.map(() => 0), after: size.map(() => 0) };
  if (mode !== "SAME_UPPER" && mode !== "SAME_LOWER") call.fail(`auto_pad ${mode}`, "unsupported-operator");
  const total = size.map((d, k) => Math.max(0, (Math.ceil(d / strides[k]!) - 1) * strides[k]! + kernel[k]! - d));
  const small = total.map((t) => Math.floor(t / 2));
  const large = total.map((t, k) => t - small[k]!);
  return mode === "SAME_UPPER" ? { before: small, after: large } : { before: large, after: small };
}

export function geometryOf(call: Call, kernel: readonly number[]): Geometry {
  const spatial = call.rank(0) - 2;
  if (spatial !== 1 && spatial !== 2) call.fail(`${spatial} spatial axes`, "unsupported-operator");
  if (kernel.length !== spatial) call.fail(`a kernel of ${kernel.length} axes for ${spatial}`);
  const size = numeric(call, call.dims(0).slice(2), "spatial");
  const strides = call.ints("strides") ?? kernel.map(() => 1);
  const dilations = call.ints("dilations") ?? kernel.map(() => 1);
  const reach = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
  const { before, after } = padding(call, size, reach, strides);
  const out = size.map((d, i) => Math.floor((d + before[i]! + after[i]! - reach[i]!) / strides[i]!) + 1);
  if (out.some((d) => d < 1)) call.fail("the kernel is larger than the padded input");
  return { spatial, kernel, strides, dilations, before, after, group: call.int("group", 1), out };
}

/** Indices into one padded spatial axis, position-major: out x kernel. */
function windowIndices(geometry: Geometry, axis: number): number[] {
  const { out, kernel, strides, dilations } = geometry;
  return Array.from({ length: out[axis]! * kernel[axis]! }, (_, i) => {
    const k = kernel[axis]!;
    return Math.floor(i / k) * strides[axis]! + (i % k) * dilations[axis]!;
  });
}

/** The input, padded with `outside`, with every spatial axis in the place of its windows: out x kernel. */
export function unfold(e: Emission, geometry: Geometry, outside: number): string {
  const { spatial, before, after } = geometry;
  const padded = [...before, ...after].some((p) => p);
  const pads = e.ints64([0, 0, ...before, 0, 0, ...after]);
  let value = padded ? e.op("Pad", [e.x(0), pads, e.scalar(outside)]) : e.x(0);
  for (let axis = 0; axis < spatial; axis++) {
    value = e.op("Gather", [value, e.ints64(windowIndices(geometry, axis))], { axis: axis + 2 });
  }
  return value;
}

/** Windows of the padded input: [batch, positions, channels x kernel] for each group. */
function windows(e: Emission, geometry: Geometry, channels: number): string {
  const { out, kernel, group } = geometry;
  const value = unfold(e, geometry, 0);
  const split = out.flatMap((o, i) => [o, kernel[i]!]);
  const grouped = e.reshape(value, [-1, group, channels / group, ...split]);
  const positions = out.map((_, i) => 3 + 2 * i);
  const taps = out.map((_, i) => 4 + 2 * i);
  const turned = e.op("Transpose", [grouped], { perm: [0, 1, ...positions, 2, ...taps] });
  const count = out.reduce((a, b) => a * b, 1);
  const depth = kernel.reduce((a, b) => a * b, channels / group);
  return e.reshape(turned, [-1, group, count, depth]);
}

function convolutionOf(call: Call): Geometry {
  if (call.rank(1) !== call.rank(0)) call.fail("input and weight of unlike rank");
  return geometryOf(call, numeric(call, call.dims(1).slice(2), "kernel"));
}

function compose(e: Emission): string[] {
  const geometry = convolutionOf(e);
  const { group, out, kernel } = geometry;
  const [channels] = numeric(e, [e.dims(0)[1]!], "channel") as [number];
  const [features] = numeric(e, [e.dims(1)[0]!], "feature") as [number];
  const depth = kernel.reduce((a, b) => a * b, channels / group);
  const weight = e.op("Transpose", [e.reshape(e.x(1), [group, features / group, depth])], { perm: [0, 2, 1] });
  const product = e.op("MatMul", [windows(e, geometry, channels), weight]);
  const turned = e.op("Transpose", [product], { perm: [0, 1, 3, 2] });
  const shaped = e.reshape(turned, [-1, features, ...out]);
  if (!e.has(2)) return [shaped];
  return [e.op("Add", [shaped, e.reshape(e.x(2), [features, ...out.map(() => 1)])])];
}

export const CONVOLUTION: readonly Operator[] = [
  {
    name: "Conv",
    inputs: [2, 3],
    gradients: "all",
    composed: true,
    infer(call) {
      requireFloat(call);
      const { out, group } = convolutionOf(call);
      const [channels, features, depth] = numeric(
        call,
        [call.dims(0)[1]!, call.dims(1)[0]!, call.dims(1)[1]!],
        "channel",
      );
      if (channels !== depth! * group || features! % group !== 0) call.fail(`${channels} channels in ${group} groups`);
      return [{ dtype: call.value(0).dtype, dims: [call.dims(0)[0]!, features!, ...out] }];
    },
    compose,
  },
];
