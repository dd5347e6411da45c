import type { Tensor } from "../../types.ts";
import { broadcastAll, type Call, input, type Operator, realInput, refusal } from "../call.ts";
import { comparison } from "../elementwise.ts";
import { allocate, bool } from "../tensors.ts";

function not(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  if (dtype !== "bool") throw refusal(call, "unsupported-type", `${dtype} is not bool`);
  return [
    bool(
      (data as Uint8Array).map((x) => (x === 0 ? 1 : 0)),
      dims,
    ),
  ];
}

function where(call: Call): readonly Tensor[] {
  const [condition, a, b] = broadcastAll(call, [input(call, 0), input(call, 1), input(call, 2)]) as Tensor[];
  if (condition!.dtype !== "bool" || a!.dtype !== b!.dtype) {
    throw refusal(call, "unsupported-type", "a bool condition and two values of one type are needed");
  }
  const data = allocate(a!.dtype, a!.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (condition!.data[i] ? a! : b!).data[i]!;
  return [{ dtype: a!.dtype, dims: a!.dims, data }];
}

/** min and max are inputs from opset 11 on; NaN stays NaN. */
function clip(call: Call): readonly Tensor[] {
  const { dtype, dims, data } = input(call, 0);
  const [low, high] = [bound(call, 1, "min"), bound(call, 2, "max")];
  const out = allocate(dtype, data.length);
  for (let i = 0; i < out.length; i++) {
    let value = data[i]!;
    if (low !== undefined && value < low) value = low;
    if (high !== undefined && value > high) value = high;
    out[i] = value;
  }
  return [{ dtype, dims, data: out }];
}

function bound(call: Call, index: number, attribute: "min" | "max"): number | bigint | undefined {
  const given = call.inputs[index];
  if (given) return given.data[0];
  const found = call.node.attributes[attribute];
  return found?.kind === "float" ? Math.fround(found.value) : undefined;
}

function isNan(call: Call): readonly Tensor[] {
  const { tensor, data } = realInput(call, 0);
  return [
    bool(
      Uint8Array.from(data, (x) => (Number.isNaN(x) ? 1 : 0)),
      tensor.dims,
    ),
  ];
}

export const LOGIC: Readonly<Record<string, Operator>> = {
  Equal: comparison((a, b) => a === b),
  Less: comparison((a, b) => a < b),
  Greater: comparison((a, b) => a > b),
  LessOrEqual: comparison((a, b) => a <= b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  And: comparison((a, b) => a === 1 && b === 1, ["bool"]),
  Or: comparison((a, b) => a === 1 || b === 1, ["bool"]),
  Not: not,
  Where: where,
  Clip: clip,
  IsNaN: isNan,
};
