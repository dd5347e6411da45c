import type { Scorer, Setting } from "../method.ts";
import { rowProducts } from "../methods/dense.ts";
import type { GradientView } from "./gradients.ts";
import { countOf, type Rows, rowOf } from "./linear.ts";
import { type AdapterMethod, averaged, DAMPINGS, eigenbasesOf, ekfacOf, queriesOf, rowsOf } from "./methods.ts";

/** Coordinates of the eigenbases that a row keeps of each checkpoint. */
const COORDINATES = 2048;
/** Checkpoints of the adapter's own training: the first, the middle and the last of the harness's stages. */
const STAGES = [0, 2, 4];
const SOURCE = "EK-FAC in the eigenbases of checkpoints of the adapter's training";

const stagesOf = (views: readonly GradientView[]) =>
  STAGES.map((stage) => views[stage]).filter((view) => view !== undefined);

function settings(scorer: (damping: number) => Scorer): Setting[] {
  return DAMPINGS.map((damping) => ({ name: `damping ${damping} x mean`, scorer: () => scorer(damping) }));
}

const exact: AdapterMethod = {
  name: "ours-float",
  source: SOURCE,
  settings({ trajectory, main }) {
    const views = stagesOf(trajectory);
    const parts = views.map(ekfacOf);
    return settings((damping) => ({
      bytesPerRow: 8 * main.size * views.length,
      score: averaged(parts.map((part) => part(damping))),
    }));
  },
};

/** int8 mantissas of every row under one scale each. */
interface ByteRows {
  readonly size: number;
  readonly mantissas: Int8Array;
  readonly scales: Float64Array;
}

function quantised(rows: Rows): ByteRows {
  const mantissas = new Int8Array(rows.data.length);
  const scales = Float64Array.from({ length: countOf(rows) }, (_, i) => {
    const row = rowOf(rows, i);
    const scale = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127 || 1;
    for (let k = 0; k < row.length; k++) mantissas[i * rows.size + k] = Math.round(row[k]! / scale);
    return scale;
  });
  return { size: rows.size, mantissas, scales };
}

/**
 * One checkpoint's part of the index. Both sides are divided by the square root of the damped eigenvalues, so that
 * coordinates are of one size and int8 loses little; the coordinates of most energy are kept.
 */
function indexedView(view: GradientView, damping: number): (query: number) => Float64Array {
  const { rotate, eigenvalues, mean } = eigenbasesOf(view);
  const whitening = eigenvalues.map((value, k) => 1 / Math.sqrt(value + damping * mean[k]!));
  const kept = Array.from(eigenvalues, (value, k) => ({ k, energy: value * whitening[k]! ** 2 }))
    .sort((a, b) => b.energy - a.energy || a.k - b.k)
    .slice(0, COORDINATES)
    .map(({ k }) => k);
  const chosen = (rows: Rows): Rows => {
    const all = rotate(rows);
    const count = countOf(all);
    const data = new Float64Array(count * kept.length);
    for (let i = 0; i < count; i++) {
      for (const [at, k] of kept.entries()) data[i * kept.length + at] = all.data[i * all.size + k]! * whitening[k]!;
    }
    return { data, size: kept.length };
  };
  const [own, asked] = [quantised(chosen(rowsOf(view))), quantised(chosen(queriesOf(view)))];
  return (query) => {
    const v = asked.mantissas.subarray(query * asked.size, (query + 1) * asked.size);
    return rowProducts(own.mantissas, v).map((value, i) => value * own.scales[i]! * asked.scales[query]!);
  };
}

const indexed: AdapterMethod = {
  name: "ours",
  source: `${SOURCE}, int8`,
  settings({ trajectory }) {
    const views = stagesOf(trajectory);
    return settings((damping) => ({
      bytesPerRow: (Math.min(COORDINATES, views[0]!.size) + 2) * views.length,
      score: averaged(views.map((view) => indexedView(view, damping))),
    }));
  },
};

export const OURS: readonly AdapterMethod[] = [exact, indexed];
