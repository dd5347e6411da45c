import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { axisOf, type Call, float, int, type Operator, realInput, refusal } from "../call.ts";
import { broadcastDims, expanded } from "../strided.ts";

/** A scale or bias repeated over one normalised group. */
function perElement(call: Call, index: number, shape: readonly number[]): Float64Array {
  const { tensor } = realInput(call, index);
  const common = broadcastDims([tensor.dims, shape]);
  if (common?.length !== shape.length || sizeOf(common) !== sizeOf(shape)) {
    throw refusal(call, "bad-shape", `input ${index} of [${tensor.dims}] does not fit [${shape}]`);
  }
  return expanded(tensor, shape).data as Float64Array;
}

/**
 * Over all axes from `axis` on: mean, then the mean of squared differences (two passes, sums in index order), then
 * (x - mean) / sqrt(variance + epsilon) * scale + bias. Outputs 1 and 2 are the mean and 1 / sqrt(variance + epsilon).
 */
function layerNormalization(call: Call): readonly Tensor[] {
  const { tensor, data } = realInput(call, 0);
  const { dtype, dims } = tensor;
  const axis = axisOf(call, int(call, "axis", -1), dims.length);
  const epsilon = float(call, "epsilon", Math.fround(1e-5));
  const shape = dims.slice(axis);
  const count = sizeOf(shape);
  const scale = perElement(call, 1, shape);
  const bias = call.inputs[2] ? perElement(call, 2, shape) : undefined;
  const out = new Float64Array(data.length);
  const groups = count === 0 ? 0 : data.length / count;
  const [means, inverses] = [new Float64Array(groups), new Float64Array(groups)];
  for (let g = 0; g < groups; g++) {
    const start = g * count;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += data[start + i]!;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += (data[start + i]! - mean) * (data[start + i]! - mean);
    const deviation = Math.sqrt(squares / count + epsilon);
    for (let i = 0; i < count; i++) {
      const scaled = ((data[start + i]! - mean) / deviation) * scale[i]!;
      out[start + i] = bias ? scaled + bias[i]! : scaled;
    }
    means[g] = mean;
    inverses[g] = 1 / deviation;
  }
  const reduced = dims.map((dim, i) => (i < axis ? dim : 1));
  return [
    { dtype, dims, data: out },
    { dtype, dims: reduced, data: means },
    { dtype, dims: reduced, data: inverses },
  ];
}

export const NORMALISATIONS: Readonly<Record<string, Operator>> = { LayerNormalization: layerNormalization };
