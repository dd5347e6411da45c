import { GraphError } from "./errors.ts";
import { MAX_TERMS } from "./limits.ts";
import type { Dim } from "./types.ts";

/**
 * Arithmetic on dimensions. A symbolic dimension is the canonical text of a polynomial with integer coefficients over
 * names ("batch", "2*batch*seq", "seq-1"), so that equal sizes are equal texts. Text outside this grammar is an atom.
 */
type Polynomial = Map<string, number>;

const ATOM = /^[A-Za-z_?][\w.:?]*$/;
const TERM = /^(?:(\d+)|(?:(\d+)\*)?([A-Za-z_?][\w.:?]*(?:\*[A-Za-z_?][\w.:?]*)*))$/;

function parse(dim: Dim): Polynomial {
  if (typeof dim === "number") return new Map(dim === 0 ? [] : [["", dim]]);
  const out: Polynomial = new Map();
  for (const part of dim.split(/(?=[+-])/)) {
    const sign = part.startsWith("-") ? -1 : 1;
    const match = TERM.exec(part.replace(/^[+-]/, ""));
    if (!match) return new Map([[dim, 1]]);
    const key = (match[3] ?? "").split("*").sort().join("*");
    out.set(key, (out.get(key) ?? 0) + sign * Number(match[1] ?? match[2] ?? 1));
  }
  return out;
}

function print(polynomial: Polynomial): Dim {
  const terms = [...polynomial].filter(([, c]) => c !== 0).sort(([a], [b]) => (a === b ? 0 : a > b ? -1 : 1));
  if (terms.length > MAX_TERMS || terms.some(([, c]) => !Number.isSafeInteger(c))) {
    throw new GraphError("too-large", `a dimension of ${terms.length} terms or too large a factor`);
  }
  if (terms.length === 0) return 0;
  if (terms.length === 1 && terms[0]![0] === "") return terms[0]![1];
  terms.sort(([, a], [, b]) => Math.sign(b) - Math.sign(a));
  const text = terms.map(([key, c]) => {
    const size = Math.abs(c);
    const body = key === "" ? `${size}` : size === 1 ? key : `${size}*${key}`;
    return `${c < 0 ? "-" : "+"}${body}`;
  });
  return text.join("").replace(/^\+/, "");
}

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a + b;
  const out = parse(a);
  for (const [key, c] of parse(b)) out.set(key, (out.get(key) ?? 0) + c);
  return print(out);
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a * b;
  const out: Polynomial = new Map();
  for (const [ka, ca] of parse(a)) {
    for (const [kb, cb] of parse(b)) {
      const key = [...ka.split("*"), ...kb.split("*")]
        .filter((k) => k !== "")
        .sort()
        .join("*");
      out.set(key, (out.get(key) ?? 0) + ca * cb);
    }
  }
  return print(out);
}

export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims(a, multiplyDims(b, -1));
}

/** a / b where b is one term that divides every term of a; undefined otherwise. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  if (a === b) return 1;
  const divisor = [...parse(b)];
  if (divisor.length !== 1) return undefined;
  const [names, factor] = divisor[0]!;
  const out: Polynomial = new Map();
  for (const [key, c] of parse(a)) {
    const left = key.split("*");
    for (const name of names.split("*").filter((k) => k !== "")) {
      const at = left.indexOf(name);
      if (at < 0) return undefined;
      left.splice(at, 1);
    }
    if (c % factor !== 0) return undefined;
    out.set(left.filter((k) => k !== "").join("*"), c / factor);
  }
  return print(out);
}

export function productOfDims(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>(multiplyDims, 1);
}

/** The dimension with numbers in the place of bound names. */
export function bindDim(dim: Dim, bindings: Readonly<Record<string, number>>): Dim {
  if (typeof dim === "number") return dim;
  if (dim in bindings) return bindings[dim]!;
  let out: Dim = 0;
  for (const [key, c] of parse(dim)) {
    const factors = key === "" ? [] : key.split("*");
    out = addDims(out, productOfDims([c, ...factors.map((name) => bindings[name] ?? name)]));
  }
  return out;
}

/** Whether the dimension, a product or sum of names, contains this name. */
export function mentions(dim: Dim, name: string): boolean {
  return dim === name || (typeof dim === "string" && [...parse(dim).keys()].some((k) => k.split("*").includes(name)));
}

/** A name that dims arithmetic understands: other characters become "_". */
export function atomOf(name: string): string {
  if (ATOM.test(name)) return name;
  const clean = name.replace(/[^\w.:]/g, "_");
  return ATOM.test(clean) ? clean : `_${clean}`;
}
