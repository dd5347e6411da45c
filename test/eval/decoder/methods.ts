import type { Setting } from "../method.ts";
import { rowProducts } from "../methods/dense.ts";
import { symmetricEigen } from "../methods/eigen.ts";
import { hadamardProjection } from "../methods/hadamard.ts";
import type { Block, GradientView } from "./gradients.ts";
import { dot, fisherScorer, type Rows, rowOf } from "./linear.ts";
import { projectedView } from "./project.ts";

/** Everything that the methods of the harness may look at. */
export interface AdapterInput {
  /** At the adapter of all rows. */
  readonly main: GradientView;
  /** At stages of its training. */
  readonly trajectory: readonly GradientView[];
  /** At adapters of other random halves, for ensembles. */
  readonly ensemble: readonly GradientView[];
  readonly rowTokens: readonly (readonly number[])[];
  readonly queryTokens: readonly (readonly number[])[];
}

export interface AdapterMethod {
  readonly name: string;
  readonly source: string;
  /** Adapters at which a query's gradient is taken; one when absent. */
  adapters?(input: AdapterInput): number;
  settings(input: AdapterInput): readonly Setting[];
}

/** Relative to the mean diagonal of whatever is inverted; the last ones are close to no inverse at all. */
export const DAMPINGS: readonly number[] = [0.01, 0.1, 1, 10, 100];
const TRAK_WIDTH = 512;
/** Per side of a layer's gradient. */
const LOGRA_WIDTH = 8;

export const rowsOf = ({ rows: data, size }: GradientView): Rows => ({ data, size });
export const queriesOf = ({ queries: data, size }: GradientView): Rows => ({ data, size });

function one(bytesPerRow: number, score: (query: number) => Float64Array): Setting[] {
  return [{ name: "", scorer: () => ({ bytesPerRow, score }) }];
}

function damped(bytesPerRow: number, scorer: (damping: number) => (query: number) => Float64Array): Setting[] {
  return DAMPINGS.map((damping) => ({
    name: `damping ${damping} x mean`,
    scorer: () => ({ bytesPerRow, score: scorer(damping) }),
  }));
}

/** Mean of several scorers. */
export function averaged(scorers: readonly ((query: number) => Float64Array)[]): (query: number) => Float64Array {
  return (query) => {
    const [first, ...rest] = scorers.map((score) => score(query));
    for (const other of rest) for (let i = 0; i < other.length; i++) first![i]! += other[i]!;
    return first!;
  };
}

const products = (view: GradientView) => (query: number) => rowProducts(view.rows, rowOf(queriesOf(view), query));

function cosines({ rows, queries, size }: GradientView): (query: number) => Float64Array {
  const norms = Float64Array.from({ length: rows.length / size }, (_, i) => {
    const row = rowOf({ data: rows, size }, i);
    return Math.sqrt(dot(row, row)) || 1;
  });
  return (query) => rowProducts(rows, rowOf({ data: queries, size }, query)).map((value, i) => value / norms[i]!);
}

/** TF-IDF cosine of token counts: what a text search would say. */
const textCosine: AdapterMethod = {
  name: "text-cosine",
  source: "TF-IDF; no model",
  adapters: () => 0,
  settings({ rowTokens, queryTokens }) {
    const documents = new Map<number, number>();
    for (const tokens of rowTokens) for (const t of new Set(tokens)) documents.set(t, (documents.get(t) ?? 0) + 1);
    const vector = (tokens: readonly number[]) => {
      const counts = new Map<number, number>();
      for (const t of tokens) counts.set(t, (counts.get(t) ?? 0) + 1);
      const weights = new Map<number, number>();
      for (const [t, count] of counts)
        weights.set(t, count * Math.log((rowTokens.length + 1) / ((documents.get(t) ?? 0) + 1)));
      const norm = Math.sqrt([...weights.values()].reduce((sum, w) => sum + w * w, 0)) || 1;
      return new Map([...weights].map(([t, w]) => [t, w / norm]));
    };
    const rows = rowTokens.map(vector);
    return one(0, (query) => {
      const asked = vector(queryTokens[query]!);
      return Float64Array.from(rows, (row) => [...asked].reduce((sum, [t, w]) => sum + w * (row.get(t) ?? 0), 0));
    });
  },
};

const gradDot: AdapterMethod = {
  name: "grad-dot",
  source: "Charpiat et al. 2019",
  settings: ({ main }) => one(8 * main.size, products(main)),
};

const gradCos: AdapterMethod = {
  name: "grad-cos",
  source: "Charpiat et al. 2019",
  settings: ({ main }) => one(8 * main.size, cosines(main)),
};

const tracIn: AdapterMethod = {
  name: "tracin",
  source: "Pruthi et al. 2020, arXiv 2002.08484",
  adapters: ({ trajectory }) => trajectory.length,
  settings: ({ trajectory, main }) => one(8 * main.size * trajectory.length, averaged(trajectory.map(products))),
};

function projected(view: GradientView, seed: string): { rows: Rows; queries: Rows } {
  const projection = hadamardProjection(view.size, TRAK_WIDTH, seed);
  const project = ({ data, size }: Rows): Rows => {
    const count = data.length / size;
    const out = new Float64Array(count * projection.width);
    const scratch = new Float64Array(projection.padded);
    for (let i = 0; i < count; i++) {
      scratch.fill(0);
      scratch.set(rowOf({ data, size }, i));
      out.set(projection.project(scratch), i * projection.width);
    }
    return { data: out, size: projection.width };
  };
  return { rows: project(rowsOf(view)), queries: project(queriesOf(view)) };
}

/** TRAK with the loss as the model output, scores times the rows' mean doubt. */
function trak(name: string, of: (input: AdapterInput) => readonly GradientView[]): AdapterMethod {
  return {
    name,
    source: "Park et al. 2023, arXiv 2303.14186",
    adapters: (input) => of(input).length,
    settings(input) {
      const views = of(input);
      const parts = views.map((view, m) => projected(view, `trak-${m}`));
      const doubt = views[0]!.doubt.map((_, i) => views.reduce((sum, view) => sum + view.doubt[i]!, 0) / views.length);
      return damped(8 * TRAK_WIDTH * views.length, (damping) => {
        const score = averaged(parts.map(({ rows, queries }) => fisherScorer(rows, queries, damping)));
        return (query) => score(query).map((value, i) => value * doubt[i]!);
      });
    },
  };
}

/** DataInf: each layer's damped inverse as the mean of its rows' Sherman-Morrison inverses. */
const dataInf: AdapterMethod = {
  name: "datainf",
  source: "Kwon et al. 2024, arXiv 2310.00902",
  settings({ main }) {
    const parts = main.blocks.map((block) => blockRows(main, block));
    return damped(8 * main.size, (damping) => {
      const scorers = parts.map(({ rows, queries }) => dataInfBlock(rows, queries, damping));
      return averaged(scorers);
    });
  },
};

function dataInfBlock(rows: Rows, queries: Rows, relative: number): (query: number) => Float64Array {
  const count = rows.data.length / rows.size;
  const squares = Float64Array.from({ length: count }, (_, i) => dot(rowOf(rows, i), rowOf(rows, i)));
  const lambda = (relative * squares.reduce((a, b) => a + b, 0)) / count / rows.size;
  return (query) => {
    const asked = rowOf(queries, query);
    const along = rowProducts(rows.data, asked);
    const direction = asked.slice();
    for (let i = 0; i < count; i++) {
      const factor = along[i]! / (lambda + squares[i]!) / count;
      for (let k = 0; k < rows.size; k++) direction[k]! -= factor * rows.data[i * rows.size + k]!;
    }
    return rowProducts(rows.data, direction).map((value) => value / lambda);
  };
}

/** One factor's part of every gradient. */
export function blockRows(view: GradientView, { start, rows, columns }: Block): { rows: Rows; queries: Rows } {
  const size = rows * columns;
  return { rows: cutOut(rowsOf(view), start, size), queries: cutOut(queriesOf(view), start, size) };
}

function cutOut(from: Rows, start: number, size: number): Rows {
  const count = from.data.length / from.size;
  const out = new Float64Array(count * size);
  for (let i = 0; i < count; i++) out.set(rowOf(from, i).subarray(start, start + size), i * size);
  return { data: out, size };
}

const logra: AdapterMethod = {
  name: "logra",
  source: "Choe et al. 2024, arXiv 2405.13954",
  settings({ main }) {
    const view = projectedView(main, LOGRA_WIDTH);
    return damped(8 * view.size, (damping) => fisherScorer(rowsOf(view), queriesOf(view), damping));
  },
};

/** EK-FAC over per-sample gradients of every factor: both sides' eigenbases, eigenvalues fitted in them. */
const ekfac: AdapterMethod = {
  name: "ek-fac",
  source: "George et al. 2018, arXiv 1806.03884; Grosse et al. 2023, arXiv 2308.03296",
  settings({ main }) {
    return damped(8 * main.size, ekfacOf(main));
  },
};

/** A view's gradients in the eigenbases of all its factors. */
export interface Eigenbases {
  rotate(rows: Rows): Rows;
  readonly eigenvalues: Float64Array;
  /** Mean eigenvalue of the factor that a coordinate belongs to. */
  readonly mean: Float64Array;
}

/** Eigenbases of both sides of every factor's gradient, and the eigenvalues fitted in them. */
export function eigenbasesOf(view: GradientView): Eigenbases {
  const parts = view.blocks.map((block) => ({ block, turn: rotation(blockRows(view, block).rows, block) }));
  const rotate = ({ data, size }: Rows): Rows => {
    const out = new Float64Array(data.length);
    for (const { block, turn } of parts) {
      const { start, rows, columns } = block;
      const width = rows * columns;
      const turned = turn(cutOut({ data, size }, start, width)).data;
      for (let i = 0; i * width < turned.length; i++)
        out.set(turned.subarray(i * width, (i + 1) * width), i * size + start);
    }
    return { data: out, size };
  };
  const own = rotate(rowsOf(view));
  const eigenvalues = new Float64Array(view.size);
  const count = own.data.length / view.size;
  for (let i = 0; i < count; i++)
    for (let k = 0; k < view.size; k++) eigenvalues[k]! += own.data[i * view.size + k]! ** 2 / count;
  const mean = new Float64Array(view.size);
  for (const { start, rows, columns } of view.blocks) {
    const part = eigenvalues.subarray(start, start + rows * columns);
    mean.fill(part.reduce((a, b) => a + b, 0) / part.length, start, start + part.length);
  }
  return { rotate, eigenvalues, mean };
}

/** Scorers of one view's EK-FAC by damping relative to each factor's mean eigenvalue. */
export function ekfacOf(view: GradientView): (damping: number) => (query: number) => Float64Array {
  const { rotate, eigenvalues, mean } = eigenbasesOf(view);
  const [own, asked] = [rotate(rowsOf(view)), rotate(queriesOf(view))];
  return (damping) => (query) =>
    rowProducts(
      own.data,
      rowOf(asked, query).map((value, k) => value / (eigenvalues[k]! + damping * mean[k]!)),
    );
}

/** To the eigenbases of E[G G^T] and E[G^T G]. */
function rotation(rows: Rows, { rows: height, columns: width }: Block): (of: Rows) => Rows {
  const left = new Float64Array(height * height);
  const right = new Float64Array(width * width);
  for (let at = 0; at < rows.data.length; at += rows.size) {
    const g = rows.data.subarray(at, at + rows.size);
    for (let a = 0; a < height; a++)
      for (let b = 0; b < height; b++)
        for (let k = 0; k < width; k++) left[a * height + b]! += g[a * width + k]! * g[b * width + k]!;
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++)
        for (let k = 0; k < height; k++) right[a * width + b]! += g[k * width + a]! * g[k * width + b]!;
  }
  const [u, v] = [symmetricEigen(left, height).vectors, symmetricEigen(right, width).vectors];
  return ({ data, size }) => {
    const out = new Float64Array(data.length);
    for (let at = 0; at < data.length; at += size) {
      const half = new Float64Array(size);
      for (let a = 0; a < height; a++)
        for (let k = 0; k < width; k++) {
          let sum = 0;
          for (let b = 0; b < height; b++) sum += u[a * height + b]! * data[at + b * width + k]!;
          half[a * width + k] = sum;
        }
      for (let a = 0; a < height; a++)
        for (let c = 0; c < width; c++) {
          let sum = 0;
          for (let k = 0; k < width; k++) sum += half[a * width + k]! * v[c * width + k]!;
          out[at + a * width + c] = sum;
        }
    }
    return { data: out, size };
  };
}

const exactFisher: AdapterMethod = {
  name: "exact-fisher",
  source: "empirical Fisher without approximation, in the rows' kernel",
  settings: ({ main }) => damped(8 * main.size, (damping) => fisherScorer(rowsOf(main), queriesOf(main), damping)),
};

export const ADAPTER_METHODS: readonly AdapterMethod[] = [
  textCosine,
  gradDot,
  gradCos,
  tracIn,
  trak("trak-1", ({ main }) => [main]),
  trak("trak-10", ({ ensemble }) => ensemble),
  dataInf,
  logra,
  ekfac,
  exactFisher,
];
