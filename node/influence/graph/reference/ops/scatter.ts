import { isFloat } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { type Call, input, type Operator, refusal, text } from "../call.ts";
import { elementPlaces, slicePlaces } from "./gather.ts";

type Combine = (old: number, update: number) => number;

const REDUCTIONS: Readonly<Record<string, Combine>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
};

interface Parts {
  readonly data: Tensor;
  readonly updates: Tensor;
  readonly out: Tensor["data"];
  readonly combine: Combine;
}

/** A copy of the data, and how an update meets what is there: in row-major order of the updates. */
function partsOf(call: Call): Parts {
  const [data, updates] = [input(call, 0), input(call, 2)];
  const reduction = text(call, "reduction", "none");
  const combine = REDUCTIONS[reduction];
  if (!combine) throw refusal(call, "unsupported-operator", `reduction ${reduction}`);
  if (data.dtype !== updates.dtype) throw refusal(call, "unsupported-type", `${updates.dtype} into ${data.dtype}`);
  if (reduction !== "none" && !isFloat(data.dtype)) {
    throw refusal(call, "unsupported-type", `reduction ${reduction} of ${data.dtype}`);
  }
  return { data, updates, out: data.data.slice(), combine };
}

function scatterElements(call: Call): readonly Tensor[] {
  const { data, updates, out, combine } = partsOf(call);
  const places = elementPlaces(call, data.dims);
  if (updates.data.length !== places.length) throw refusal(call, "bad-shape", `updates of [${updates.dims}]`);
  const [target, source] = [out as Float64Array, updates.data as Float64Array];
  for (const [i, at] of places.entries()) target[at] = combine(target[at]!, source[i]!);
  return [{ dtype: data.dtype, dims: data.dims, data: out }];
}

function scatterND(call: Call): readonly Tensor[] {
  const { data, updates, out, combine } = partsOf(call);
  const { starts, length } = slicePlaces(call, data.dims, 0);
  if (updates.data.length !== starts.length * length) throw refusal(call, "bad-shape", `updates of [${updates.dims}]`);
  const [target, source] = [out as Float64Array, updates.data as Float64Array];
  for (const [t, start] of starts.entries()) {
    for (let k = 0; k < length; k++) target[start + k] = combine(target[start + k]!, source[t * length + k]!);
  }
  return [{ dtype: data.dtype, dims: data.dims, data: out }];
}

export const SCATTERS: Readonly<Record<string, Operator>> = {
  ScatterElements: scatterElements,
  ScatterND: scatterND,
};
