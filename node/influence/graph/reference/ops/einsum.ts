import { sizeOf } from "../../tensor.ts";
import type { Tensor } from "../../types.ts";
import { type Call, input, type Operator, realInput, refusal, text } from "../call.ts";
import { multiply } from "../multiply.ts";
import { gathered, transposed } from "../strided.ts";
import { allocateReal, stridesOf } from "../tensors.ts";

interface Equation {
  /** One label an axis; the axes of an ellipsis are "0", "1", ... from the right. */
  readonly terms: readonly (readonly string[])[];
  readonly output: readonly string[];
  /** Labels that are summed over, in order of first appearance. */
  readonly summed: readonly string[];
}

function labelsOf(call: Call, term: string, rank: number): string[] {
  const [head, tail, ...more] = term.split("...");
  if (more.length > 0 || !/^[A-Za-z]*$/.test((head ?? "") + (tail ?? ""))) {
    throw refusal(call, "malformed", `"${term}" is no einsum term`);
  }
  if (tail === undefined) return [...(head ?? "")];
  const hidden = rank - head!.length - tail.length;
  const names = Array.from({ length: Math.max(0, hidden) }, (_, i) => String(hidden - 1 - i));
  return [...head!, ...names, ...tail];
}

function parse(call: Call): Equation {
  const [left, right, ...more] = text(call, "equation", "").replaceAll(" ", "").split("->");
  const parts = left!.split(",");
  if (more.length > 0 || parts.length !== call.inputs.length) throw refusal(call, "malformed", "bad einsum equation");
  const terms = parts.map((part, i) => labelsOf(call, part, input(call, i).dims.length));
  if (terms.some((labels, i) => labels.length !== input(call, i).dims.length)) {
    throw refusal(call, "bad-shape", "an einsum term names another number of axes than its operand has");
  }
  const all = [...new Set(terms.flat())];
  const ellipsis = all.filter((label) => /\d/.test(label)).sort((a, b) => Number(b) - Number(a));
  const count = (label: string) => terms.flat().filter((other) => other === label).length;
  const output =
    right === undefined
      ? [...ellipsis, ...all.filter((label) => !/\d/.test(label) && count(label) === 1).sort()]
      : right.includes("...")
        ? [...right.split("...")[0]!, ...ellipsis, ...right.split("...")[1]!]
        : [...right];
  return { terms, output, summed: all.filter((label) => !output.includes(label)) };
}

/** The size of each label; an axis of 1 under an ellipsis broadcasts. */
function sizesOf(call: Call, { terms, output }: Equation): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [i, labels] of terms.entries()) {
    for (const [axis, label] of labels.entries()) {
      const dim = input(call, i).dims[axis]!;
      const known = sizes.get(label);
      if (known === undefined || known === 1) sizes.set(label, dim);
      else if (dim !== known && dim !== 1) throw refusal(call, "bad-shape", `einsum: ${label} is ${known} and ${dim}`);
    }
  }
  const unknown = output.find((label) => !sizes.has(label));
  if (unknown) throw refusal(call, "malformed", `einsum: nothing has the output label ${unknown}`);
  return sizes;
}

/** An operand's stride along each label: repeated labels walk the diagonal, absent or broadcast ones stand still. */
function labelStrides(tensor: Tensor, labels: readonly string[], wanted: readonly string[]): number[] {
  const strides = stridesOf(tensor.dims);
  return wanted.map((label) =>
    labels.reduce((sum, own, axis) => (own === label && tensor.dims[axis] !== 1 ? sum + strides[axis]! : sum), 0),
  );
}

type Sizes = ReadonlyMap<string, number>;

const dimsOf = (labels: readonly string[], sizes: Sizes) => labels.map((label) => sizes.get(label)!);

function arranged(call: Call, index: number, labels: readonly string[], equation: Equation, sizes: Sizes): Tensor {
  const { tensor } = realInput(call, index);
  const strides = labelStrides(tensor, equation.terms[index]!, labels);
  return gathered(tensor.dtype, tensor.data, { dims: dimsOf(labels, sizes), strides, offset: 0 });
}

/** Two operands that share every summed label: a stack of matrix products. */
function asProducts(call: Call, equation: Equation, sizes: Sizes): Tensor {
  const { terms, output, summed } = equation;
  const inFirst = (label: string) => terms[0]!.includes(label);
  const inSecond = (label: string) => terms[1]!.includes(label);
  const batch = output.filter((label) => inFirst(label) && inSecond(label));
  const rows = output.filter((label) => !inSecond(label));
  const columns = output.filter((label) => !inFirst(label));
  const a = arranged(call, 0, [...batch, ...rows, ...summed], equation, sizes);
  const b = arranged(call, 1, [...batch, ...summed, ...columns], equation, sizes);
  const [m, k, n] = [rows, summed, columns].map((labels) => sizeOf(dimsOf(labels, sizes))) as [number, number, number];
  const stack = sizeOf(dimsOf(batch, sizes));
  const out = allocateReal(stack * m * n);
  for (let i = 0; i < stack; i++) {
    multiply(
      { data: a.data as Float64Array, offset: i * m * k, rows: m, columns: k, rowStride: k, columnStride: 1 },
      { data: b.data as Float64Array, offset: i * k * n, rows: k, columns: n, rowStride: n, columnStride: 1 },
      out,
      i * m * n,
    );
  }
  const labels = [...batch, ...rows, ...columns];
  const order = output.map((label) => labels.indexOf(label));
  return transposed({ dtype: a.dtype, dims: dimsOf(labels, sizes), data: out }, order);
}

/** Any number of operands: products from the left, summed in row-major order of the summed labels. */
function bySums(call: Call, equation: Equation, sizes: Sizes): Tensor {
  const { output, summed } = equation;
  const labels = [...output, ...summed];
  const operands = call.inputs.map((_, i) => arranged(call, i, labels, equation, sizes).data as Float64Array);
  const dims = dimsOf(output, sizes);
  const out = allocateReal(sizeOf(dims));
  const count = sizeOf(dimsOf(summed, sizes));
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let at = i * count; at < (i + 1) * count; at++) {
      let product = operands[0]![at]!;
      for (let o = 1; o < operands.length; o++) product *= operands[o]![at]!;
      sum += product;
    }
    out[i] = sum;
  }
  return { dtype: realInput(call, 0).tensor.dtype, dims, data: out };
}

function einsum(call: Call): readonly Tensor[] {
  const equation = parse(call);
  const sizes = sizesOf(call, equation);
  const isProduct =
    equation.terms.length === 2 &&
    equation.summed.every((label) => equation.terms.every((term) => term.includes(label)));
  return [isProduct ? asProducts(call, equation, sizes) : bySums(call, equation, sizes)];
}

export const EINSUM: Readonly<Record<string, Operator>> = { Einsum: einsum };
