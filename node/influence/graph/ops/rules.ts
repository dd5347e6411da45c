import type { Dim, DType } from "../types.ts";
import type { Call, Value } from "./operator.ts";

/** Multidirectional broadcasting (ONNX Broadcasting.md). Two unlike names may still be equal: a name of their own. */
export function broadcastDims(call: Call, a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => {
    const p = a[k - rank + a.length] ?? 1;
    const q = b[k - rank + b.length] ?? 1;
    if (p === q || q === 1) return p;
    if (p === 1) return q;
    if (typeof p === "number" && typeof q === "number") call.fail(`shapes [${a}] and [${b}] do not broadcast`);
    if (typeof p === "number") return p;
    if (typeof q === "number") return q;
    return unknownDim(call, k);
  });
}

export function broadcastAll(call: Call, from = 0): Dim[] {
  return call.inputs.slice(from).reduce<Dim[]>((dims, v) => (v ? broadcastDims(call, dims, v.dims) : dims), []);
}

export function sameTypes(call: Call, first: number, last: number): DType {
  const { dtype } = call.value(first);
  for (let i = first; i <= last; i++) {
    const other = call.inputs[i];
    if (other && other.dtype !== dtype) call.fail(`inputs of types ${dtype} and ${other.dtype}`, "unsupported-type");
  }
  return dtype;
}

export function requireFloat(call: Call, i = 0): void {
  const { dtype } = call.value(i);
  if (dtype !== "float" && dtype !== "double") call.fail(`input ${i} of type ${dtype}`, "unsupported-type");
}

/** The elements of input i, repeated where it is one element. */
export function elements(call: Call, i: number, count: number): readonly Dim[] | undefined {
  const ints = call.inputs[i]?.ints;
  if (!ints) return undefined;
  if (ints.length === count) return ints;
  return ints.length === 1 ? Array.from({ length: count }, () => ints[0]!) : undefined;
}

/** Follows an elementwise integer operator of one known result shape of rank <= 1. */
export function followInts(
  call: Call,
  dims: readonly Dim[],
  of: (...elements: Dim[]) => Dim | undefined,
): readonly Dim[] | undefined {
  if (dims.length > 1) return undefined;
  const count = dims[0] ?? 1;
  if (typeof count !== "number") return undefined;
  const inputs = call.inputs.map((_, i) => elements(call, i, count));
  const out: Dim[] = [];
  for (let k = 0; k < count; k++) {
    const at: Dim[] = [];
    for (const list of inputs) {
      const d = list?.[k];
      if (d === undefined) return undefined;
      at.push(d);
    }
    const result = of(...at);
    if (result === undefined) return undefined;
    out.push(result);
  }
  return out;
}

export function withInts(value: Value, ints: readonly Dim[] | undefined): Value {
  return ints ? { ...value, ints } : value;
}

/** A size that only running the graph tells, named after the output that has it. */
export function unknownDim(call: Call, axis: number, output = 0): Dim {
  return `?${`${call.node.outputs[output]}.${axis}`.replace(/[^\w.]/g, "_")}`;
}
