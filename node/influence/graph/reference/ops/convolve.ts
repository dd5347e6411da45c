import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { type Call, int, ints, type Operator, realInput, refusal, text } from "../call.ts";
import { multiply } from "../multiply.ts";
import { allocateReal, stridesOf } from "../tensors.ts";

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly out: readonly number[];
}

/** Padding before and after one axis. */
function padding(call: Call, axis: number, spatial: readonly number[], of: Omit<Window, "before" | "out">) {
  const mode = text(call, "auto_pad", "NOTSET");
  const pads = ints(call, "pads") ?? new Array<number>(2 * spatial.length).fill(0);
  if (mode === "VALID") return [0, 0] as const;
  if (mode === "NOTSET") return [pads[axis]!, pads[spatial.length + axis]!] as const;
  const reach = (of.kernel[axis]! - 1) * of.dilations[axis]! + 1;
  const wanted = Math.ceil(spatial[axis]! / of.strides[axis]!);
  const total = Math.max(0, (wanted - 1) * of.strides[axis]! + reach - spatial[axis]!);
  const low = mode === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
  return [low, total - low] as const;
}

function windowOf(call: Call, spatial: readonly number[], kernel: readonly number[]): Window {
  const ones = spatial.map(() => 1);
  const of = { kernel, strides: ints(call, "strides") ?? ones, dilations: ints(call, "dilations") ?? ones };
  const pads = spatial.map((_, axis) => padding(call, axis, spatial, of));
  const out = spatial.map((size, axis) => {
    const reach = (kernel[axis]! - 1) * of.dilations[axis]! + 1;
    return Math.floor((size + pads[axis]![0] + pads[axis]![1] - reach) / of.strides[axis]!) + 1;
  });
  if (out.some((size) => size < 1)) throw refusal(call, "bad-shape", `the kernel [${kernel}] exceeds [${spatial}]`);
  return { ...of, before: pads.map(([low]) => low), out };
}

/** Coordinates of a row-major position. */
function coordinates(position: number, dims: readonly number[]): number[] {
  return stridesOf(dims).map((stride, axis) => Math.floor(position / stride) % dims[axis]!);
}

/** One group's patches [channels x kernel, positions]; outside the image is zero. */
function patches(
  image: Float64Array,
  start: number,
  channels: number,
  spatial: readonly number[],
  window: Window,
): Float64Array {
  const { kernel, strides, dilations, before } = window;
  const [taps, positions, area] = [sizeOf(kernel), sizeOf(window.out), sizeOf(spatial)];
  const places = stridesOf(spatial);
  const out = allocateReal(channels * taps * positions);
  const outputs = Array.from({ length: positions }, (_, p) => coordinates(p, window.out));
  for (let tap = 0; tap < taps; tap++) {
    const offset = coordinates(tap, kernel);
    for (let p = 0; p < positions; p++) {
      let at = 0;
      for (let axis = 0; axis < spatial.length && at >= 0; axis++) {
        const x = outputs[p]![axis]! * strides[axis]! + offset[axis]! * dilations[axis]! - before[axis]!;
        at = x < 0 || x >= spatial[axis]! ? -1 : at + x * places[axis]!;
      }
      if (at < 0) continue;
      for (let c = 0; c < channels; c++) out[(c * taps + tap) * positions + p] = image[start + c * area + at]!;
    }
  }
  return out;
}

/** By im2col: each output is one sum over (channel, kernel position) in row-major order, padding as zeros, then bias. */
function conv(call: Call): readonly Tensor[] {
  const { tensor: x, data: images } = realInput(call, 0);
  const { tensor: w, data: weights } = realInput(call, 1);
  const [batch, channels, ...spatial] = x.dims as [number, number, ...number[]];
  const [maps, perGroup, ...kernel] = w.dims as [number, number, ...number[]];
  const groups = int(call, "group", 1);
  if (perGroup * groups !== channels || maps % groups !== 0 || kernel.length !== spatial.length) {
    throw refusal(call, "bad-shape", `weights [${w.dims}] do not fit images [${x.dims}] in ${groups} groups`);
  }
  const window = windowOf(call, spatial, kernel);
  const [depth, positions, rows] = [perGroup * sizeOf(kernel), sizeOf(window.out), maps / groups];
  const out = allocateReal(batch * maps * positions);
  for (let n = 0; n < batch; n++) {
    for (let g = 0; g < groups; g++) {
      const start = (n * channels + g * perGroup) * sizeOf(spatial);
      const columns = patches(images, start, perGroup, spatial, window);
      multiply(
        { data: weights, offset: g * rows * depth, rows, columns: depth, rowStride: depth, columnStride: 1 },
        { data: columns, offset: 0, rows: depth, columns: positions, rowStride: positions, columnStride: 1 },
        out,
        (n * maps + g * rows) * positions,
      );
    }
  }
  if (call.inputs[2]) {
    const { data: bias } = realInput(call, 2);
    for (let i = 0; i < out.length; i++) out[i]! += bias[Math.floor(i / positions) % maps]!;
  }
  return [{ dtype: x.dtype, dims: [batch, maps, ...window.out], data: out }];
}

/** The mean over all spatial axes, summed in index order. */
function globalAveragePool(call: Call): readonly Tensor[] {
  const { tensor, data } = realInput(call, 0);
  const [batch, channels, ...spatial] = tensor.dims as [number, number, ...number[]];
  const area = sizeOf(spatial);
  const out = allocateReal(batch * channels);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < area; k++) sum += data[i * area + k]!;
    out[i] = sum / area;
  }
  return [{ dtype: tensor.dtype, dims: [batch, channels, ...spatial.map(() => 1)], data: out }];
}

export const CONVOLUTIONS: Readonly<Record<string, Operator>> = { Conv: conv, GlobalAveragePool: globalAveragePool };
