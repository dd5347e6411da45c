import { createHash } from "node:crypto";
import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { HASHED_NGRAM_512 } from "../encoder.ts";
import { evaluate } from "../graph/reference/index.ts";
import { exp, tanh } from "../graph/reference/math/exponential.ts";
import { log } from "../graph/reference/math/logarithm.ts";
import { type Matrix, multiply } from "../graph/reference/multiply.ts";
import { openGraph, type Provider } from "../graph/runtime.ts";
import { dot8Over } from "../kernel/dot8.ts";
import { DEPTH_STEP, dotForms, type FormName, rowDotsOver } from "../kernel/row-dots.ts";
import { sharedMemory } from "../kernel/wasm.ts";
import { int8Exponent, int8Mantissas } from "../quantise.ts";
import { encodeSketch, PRIME_A, PRIME_B, sketches } from "../sketch.ts";
import { decoderGraphs, encoderGraph, type GoldenGraph, headGraph } from "./graphs.ts";
import { bitBytes, gridBytes, int8s, joined, reals } from "./values.ts";

/** A computation with a digest that every machine must reach, by definition and by the fast way of this machine. */
export interface GoldenCase {
  readonly name: string;
  /** What part of the machine the fast way runs on. */
  readonly part: "graph" | "kernel" | "engine";
  readonly reference: () => Uint8Array;
  /** Bytes, and the provider that made them where there is a choice. */
  readonly fast: (provider: Provider) => Promise<{ readonly bytes: Uint8Array; readonly provider?: Provider }>;
}

/** All outputs on the 2^-24 grid, and those of 256 elements or more also as int8 rows. */
function roundedBytes(outputs: readonly Float64Array[]): Uint8Array {
  return joined(
    outputs.flatMap((values) => {
      if (values.length < 256) return [gridBytes(values)];
      const exponent = int8Exponent(values);
      return [gridBytes(values), Uint8Array.of(exponent & 255), new Uint8Array(int8Mantissas(values, exponent).buffer)];
    }),
  );
}

function graphCase(name: string, make: () => GoldenGraph): GoldenCase {
  return {
    name,
    part: "graph",
    reference: () => {
      const { graph, feeds, outputs } = make();
      const values = evaluate(graph, feeds, outputs);
      return roundedBytes(outputs.map((output) => values[output]!.data as Float64Array));
    },
    fast: async (wanted) => {
      const { graph, feeds, outputs } = make();
      const session = await openGraph(graph, wanted);
      try {
        const values = await session.run(feeds, outputs);
        const bytes = roundedBytes(outputs.map((output) => values[output]!.data as Float64Array));
        return { bytes, provider: session.provider };
      } finally {
        await session.release();
      }
    },
  };
}

const SCORES = { rows: 50, depth: 96, vectors: 3 };

const [AT_ROWS, AT_VECTORS, AT_OUT] = [0, 8192, 16_384] as const;

function scoreMemory() {
  const memory = sharedMemory(65_536);
  new Int8Array(memory.buffer).set(int8s("score rows", SCORES.rows * SCORES.depth), AT_ROWS);
  return memory;
}

/** By the kernel of adapters and pairs of rows. */
function eightWays(): Uint8Array {
  const { rows, depth, vectors } = SCORES;
  const memory = scoreMemory();
  new Int16Array(memory.buffer, AT_VECTORS, vectors * depth).set(int8s("score vectors", vectors * depth));
  dot8Over(memory)[vectors]!(AT_ROWS, AT_VECTORS, AT_OUT, depth / 16, rows, 2 * depth);
  return new Uint8Array(memory.buffer).slice(AT_OUT, AT_OUT + 4 * rows * vectors);
}

/** By a form of the index's kernel. */
function pairwise(form: FormName): Uint8Array {
  const { rows, depth, vectors } = SCORES;
  const memory = scoreMemory();
  const { place, dots } = rowDotsOver(memory, form);
  const query = int8s("score vectors", vectors * depth);
  const one = (b: number) => query.subarray(b * depth, (b + 1) * depth);
  place(
    Array.from({ length: vectors }, (_, b) => one(b)),
    AT_VECTORS,
    depth,
  );
  const [half, plane] = [rows / 2, 4 * rows];
  dots[vectors]!(AT_ROWS, half * depth, AT_VECTORS, AT_OUT, 4 * half, depth / DEPTH_STEP, half, depth, plane);
  const planes = new Int32Array(memory.buffer, AT_OUT, rows * vectors);
  const out = planes.slice().map((_, i) => planes[(i % vectors) * rows + Math.floor(i / vectors)]!);
  return new Uint8Array(out.buffer);
}

const scores: GoldenCase = {
  name: "int8 scores",
  part: "kernel",
  reference: () => {
    const { rows, depth, vectors } = SCORES;
    const [index, query] = [int8s("score rows", rows * depth), int8s("score vectors", vectors * depth)];
    const out = new Int32Array(rows * vectors);
    for (let i = 0; i < out.length; i++) {
      const [row, vector] = [Math.floor(i / vectors), i % vectors];
      for (let k = 0; k < depth; k++) out[i]! += index[row * depth + k]! * query[vector * depth + k]!;
    }
    return new Uint8Array(out.buffer);
  },
  fast: async () => {
    const all = [eightWays(), ...dotForms().map(pairwise)];
    return { bytes: all.find((bytes) => !equalBytes(bytes, all[0]!)) ?? all[0]! };
  },
};

function matrix(name: string, rows: number, columns: number): Matrix {
  const data = reals(name, [rows, columns]).data as Float64Array;
  return { data, offset: 0, rows, columns, rowStride: columns, columnStride: 1 };
}

const product: GoldenCase = {
  name: "float64 product",
  part: "kernel",
  reference: () => {
    const [a, b] = [matrix("product a", 19, 70), matrix("product b", 70, 21)];
    const out = new Float64Array(a.rows * b.columns);
    for (let i = 0; i < out.length; i++) {
      const [row, column] = [Math.floor(i / b.columns), i % b.columns];
      for (let k = 0; k < a.columns; k++) out[i]! += a.data[row * a.columns + k]! * b.data[k * b.columns + column]!;
    }
    return bitBytes(out);
  },
  fast: async () => {
    const [a, b] = [matrix("product a", 19, 70), matrix("product b", 70, 21)];
    const out = new Float64Array(a.rows * b.columns);
    multiply(a, b, out, 0);
    return { bytes: bitBytes(out) };
  },
};

const SEEDS = [1, 2].map((n) => new Uint8Array(32).fill(n));
const witness = () => Float64Array.from(int8s("sketch witness", 700), (x, i) => x * 2 ** (i % 40));

/** The definition of one sketch in unbounded integers over the platform's SHA-256. */
function plainSketch(seed: Uint8Array, values: Float64Array): Uint8Array {
  let sum = 0n;
  for (let i = 0; i < values.length; i++) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(i / 8)));
    const word = createHash("sha256")
      .update(seed)
      .update(counter)
      .digest()
      .readUInt32BE(4 * (i % 8));
    sum += BigInt(word) * BigInt(values[i]!);
  }
  const modulo = (prime: number) => Number(((sum % BigInt(prime)) + BigInt(prime)) % BigInt(prime));
  return encodeSketch({ a: modulo(PRIME_A), b: modulo(PRIME_B) });
}

const sketch: GoldenCase = {
  name: "sketches",
  part: "kernel",
  reference: () => joined(SEEDS.map((seed) => plainSketch(seed, witness()))),
  fast: async () => ({ bytes: joined(sketches(witness(), SEEDS).map(encodeSketch)) }),
};

/** One implementation: the digest says whether this machine's engine and Unicode tables are the expected ones. */
function engineCase(name: string, bytes: () => Uint8Array): GoldenCase {
  return { name, part: "engine", reference: bytes, fast: async () => ({ bytes: bytes() }) };
}

const TEXTS = ["My card hasn't arrived yet", "Straße İstanbul ﬁ ǅ Ω 漢字", "e\u0301 é 42 €", ""];

function functionBits(): Uint8Array {
  const xs = reals("functions", [300], 30).data as Float64Array;
  return joined(
    [exp, tanh, (x: number) => log(Math.abs(x) + 2 ** -30), Math.sqrt].map((f) =>
      bitBytes(xs.map((x) => f(Math.abs(x)))),
    ),
  );
}

export const GOLDEN_CASES: readonly GoldenCase[] = [
  graphCase("head and its gradient", headGraph),
  graphCase("encoder", encoderGraph),
  graphCase("decoder and its per-sample gradients", decoderGraphs),
  scores,
  product,
  sketch,
  engineCase("hashed n-grams", () => joined(TEXTS.map((text) => gridBytes(HASHED_NGRAM_512.encode(text))))),
  engineCase("exp, log, tanh, sqrt", functionBits),
];

export function digestOf(bytes: Uint8Array): string {
  return Buffer.from(sha256(bytes)).toString("hex");
}
