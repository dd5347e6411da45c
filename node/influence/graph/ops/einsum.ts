import type { Dim } from "../types.ts";
import type { Call, Operator } from "./operator.ts";
import { requireFloat } from "./rules.ts";

interface Equation {
  readonly terms: readonly string[];
  readonly out: string;
}

/** Letters without ellipsis, none repeated in one term: every gradient is then an Einsum again. */
function equationOf(call: Call): Equation {
  const equation = call.string("equation", "").replaceAll(" ", "");
  const match = /^([A-Za-z,]*)(?:->([A-Za-z]*))?$/.exec(equation);
  if (!match) call.fail(`equation ${equation}`, "unsupported-operator");
  const terms = match[1]!.split(",");
  if (terms.length !== call.inputs.length)
    call.fail(`${terms.length} terms for ${call.inputs.length} inputs`, "malformed");
  const letters = [...terms.join("")].sort();
  const once = letters.filter((c) => letters.indexOf(c) === letters.lastIndexOf(c)).join("");
  const out = match[2] ?? once;
  for (const term of [...terms, out]) {
    if (new Set(term).size !== term.length)
      call.fail(`equation ${equation} repeats a letter in a term`, "unsupported-operator");
  }
  return { terms, out };
}

function sizesOf(call: Call, { terms }: Equation): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  terms.forEach((term, i) => {
    if (term.length !== call.rank(i)) call.fail(`term ${term} for rank ${call.rank(i)}`);
    [...term].forEach((c, k) => {
      const d = call.dims(i)[k]!;
      const other = sizes.get(c);
      if (typeof other === "number" && typeof d === "number" && other !== d) call.fail(`${c} is ${other} and ${d}`);
      if (typeof other !== "number") sizes.set(c, d);
    });
  });
  return sizes;
}

export const EINSUM: readonly Operator[] = [
  {
    name: "Einsum",
    inputs: [1, 4096],
    gradients: "all",
    infer(call) {
      requireFloat(call);
      const equation = equationOf(call);
      const sizes = sizesOf(call, equation);
      const dims = [...equation.out].map((c) => sizes.get(c) ?? call.fail(`no term has ${c}`));
      return [{ dtype: call.value(0).dtype, dims }];
    },
    gradient(g) {
      const { terms, out } = equationOf(g);
      return terms.map((term, i) => {
        if (!g.needs(i)) return undefined;
        const others = terms.flatMap((t, k) => (k === i ? [] : [{ t, x: g.x(k) }]));
        const reached = [...term].filter((c) => out.includes(c) || others.some(({ t }) => t.includes(c))).join("");
        const equation = `${[out, ...others.map(({ t }) => t)].join(",")}->${reached}`;
        const gradient = g.op("Einsum", [g.dy(), ...others.map(({ x }) => x)], { equation });
        if (reached === term) return gradient;
        const missing = [...term].flatMap((c, k) => (reached.includes(c) ? [] : [k]));
        return g.op("Expand", [g.op("Unsqueeze", [gradient, g.ints64(missing)]), g.shapeOf(i)]);
      });
    },
  },
];
