import { assembleIndex, type IndexedView, NO_SELECTION } from "../../../node/influence/adapter/assemble.ts";
import { FactorSums, rounded, Turner } from "../../../node/influence/adapter/bases.ts";
import { coordinatesOf } from "../../../node/influence/adapter/build.ts";
import { adapterRowWidth } from "../../../node/influence/adapter/format.ts";
import { packQuery, packView } from "../../../node/influence/adapter/pack.ts";
import { openScorer } from "../../../node/influence/adapter/resident.ts";
import { scoreAdapterRows } from "../../../node/influence/adapter/score.ts";
import { Energies, whitened } from "../../../node/influence/adapter/whitening.ts";
import type { Scorer, Setting } from "../method.ts";
import type { GradientView } from "./gradients.ts";
import { countOf, type Rows, rowOf } from "./linear.ts";
import { type AdapterMethod, averaged, DAMPINGS, ekfacOf, queriesOf, rowsOf } from "./methods.ts";

/** Checkpoints of the adapter's own training: those of the harness's stages that a training log would give an index. */
const STAGES = [0, 2, 4];
const SOURCE = "EK-FAC in the eigenbases of checkpoints of the adapter's training";
const DAMPING_UNITS = 2 ** 40;

const stagesOf = (views: readonly GradientView[]) =>
  STAGES.map((stage) => views[stage]).filter((view) => view !== undefined);

function settings(scorer: (damping: number) => Scorer): Setting[] {
  return DAMPINGS.map((damping) => ({ name: `damping ${damping} x mean`, scorer: () => scorer(damping) }));
}

const exact: AdapterMethod = {
  name: "ours-float",
  source: SOURCE,
  adapters: ({ trajectory }) => stagesOf(trajectory).length,
  settings({ trajectory, main }) {
    const views = stagesOf(trajectory);
    const parts = views.map(ekfacOf);
    return settings((damping) => ({
      bytesPerRow: 8 * main.size * views.length,
      score: averaged(parts.map((part) => part(damping))),
    }));
  },
};

const all = (rows: Rows): Float64Array[] => Array.from({ length: countOf(rows) }, (_, i) => rowOf(rows, i));

/** What an index does with one checkpoint, and with a query's gradient there. */
function openView(view: GradientView, step: number) {
  const { blocks, size } = view;
  const sums = new FactorSums(blocks);
  const rows = all(rowsOf(view));
  for (const row of rows) sums.add(rounded(row, blocks));
  const bases = sums.bases();
  const turner = new Turner(blocks, bases);
  const energies = new Energies(blocks, size);
  for (const row of rows) energies.add(turner.turn(rounded(row, blocks)));
  return (dampingGrid: number) => {
    const whitening = energies.whitening(dampingGrid, coordinatesOf(size));
    const turned = (gradient: Float64Array) => whitened(turner.turn(gradient), whitening);
    const indexed: IndexedView = {
      ...{ checkpoint: step, step, weights: new Int32Array(size), bases, whitening, heldOut: undefined },
      rows: rows.map((row) => packView(turned(row))),
    };
    return { indexed, turned };
  };
}

/** The bytes of the index that the engine makes of these gradients, and its scores. */
function indexScorer(
  trajectory: readonly GradientView[],
  opened: readonly ReturnType<typeof openView>[],
  damping: number,
): Scorer {
  const dampingGrid = Math.floor(damping * DAMPING_UNITS + 0.5);
  const views = opened.map((open) => open(dampingGrid));
  const places = Array.from({ length: countOf(rowsOf(trajectory[0]!)) }, (_, i) => i);
  const { header, rows } = assembleIndex({
    ...{ manifestHash: new Uint8Array(32), blocks: trajectory[0]!.blocks, dampingGrid, trainedRows: places.length },
    ...{ views: views.map(({ indexed }) => indexed), heldOutRows: 0, selection: NO_SELECTION },
    rows: places.map((i) => ({ contribution: 0, item: i, entry: i })),
    // Look-alikes are settlement's: scores have no use for texts.
    texts: places.map((i) => `${i}`),
  });
  const scorer = openScorer(header, rows);
  const bases = header.views.map(({ baseExponent }) => baseExponent);
  return {
    bytesPerRow: adapterRowWidth(header),
    score(query) {
      const gradients = stagesOf(trajectory).map((view) => rowOf(queriesOf(view), query));
      const packed = packQuery(
        views.map(({ turned }, v) => turned(gradients[v]!)),
        bases,
      );
      const unit = Math.min(...packed.exponents.map((exponent, v) => exponent + bases[v]!));
      return scoreAdapterRows(scorer, packed).map((score) => score * 2 ** unit);
    },
  };
}

const indexed: AdapterMethod = {
  name: "ours",
  source: `${SOURCE}, int8: the bytes that are served`,
  adapters: ({ trajectory }) => stagesOf(trajectory).length,
  settings({ trajectory }) {
    const opened = stagesOf(trajectory).map(openView);
    return settings((damping) => indexScorer(trajectory, opened, damping));
  },
};

export const OURS: readonly AdapterMethod[] = [exact, indexed];
