import { sha256 } from "../../../chain/crypto/hash.ts";
import { weightsHash } from "../grid.ts";
import type { IndexSelection } from "../types.ts";
import { encodeBasis } from "./basis-format.ts";
import { adapterIndexRoot, encodeAdapterHeader, encodeAdapterRow } from "./format.ts";
import { type PackedView, packRows } from "./pack.ts";
import { adapterRowsRoot } from "./row-root.ts";
import { heldOutVectors, judge, type PlainRow } from "./rules.ts";
import type { AdapterHeader, AdapterView, BuiltAdapterIndex, TokenRow, ViewCheckpoint } from "./types.ts";

export const NO_SELECTION: IndexSelection = { candidates: 0, queries: 0, subsets: 0, ldsPpm: 0 };

/** One view with its rows in bytes, and the mean whitened gradient of the held-out rows. */
export interface IndexedView extends AdapterView, Pick<ViewCheckpoint, "checkpoint" | "step"> {
  readonly rows: readonly PackedView[];
  readonly heldOut: Float64Array | undefined;
}

export interface AssemblyInput extends Pick<AdapterHeader, "manifestHash" | "blocks" | "dampingGrid" | "trainedRows"> {
  readonly views: readonly IndexedView[];
  readonly rows: readonly Omit<TokenRow, "tokens">[];
  readonly texts: readonly string[];
  readonly heldOutRows: number;
  readonly selection: IndexSelection;
  /** Word orders of the rows, where they were measured. */
  readonly orders?: Int16Array | undefined;
}

/** Views side by side as the rows hold them, and each view's base exponent. */
export function plainRows(
  views: readonly Pick<IndexedView, "rows">[],
  entries: readonly Pick<PlainRow, "contribution" | "entry">[],
) {
  const packed = views.map(({ rows }) => packRows(rows));
  const size = views[0]?.rows[0]?.mantissas.length ?? 0;
  const rows = entries.map(({ contribution, entry }, i): PlainRow => {
    const mantissas = new Int8Array(views.length * size);
    for (const [v, { rows }] of packed.entries()) mantissas.set(rows[i]!.mantissas, v * size);
    return {
      mantissas,
      shifts: Uint8Array.from(packed, ({ rows, base }) => rows[i]!.exponent - base),
      contribution,
      entry,
    };
  });
  return { rows, baseExponents: packed.map(({ base }) => base) };
}

/** The bytes of an index from its views. */
export function assembleIndex(input: AssemblyInput): BuiltAdapterIndex {
  const { views } = input;
  const { rows: plain, baseExponents } = plainRows(views, input.rows);
  const heads = views.map(({ checkpoint, step }, v) => ({ checkpoint, step, baseExponent: baseExponents[v]! }));
  const means = views.flatMap(({ heldOut }) => (heldOut ? [heldOut] : []));
  const held = input.heldOutRows > 0 ? heldOutVectors(means, input.heldOutRows) : undefined;
  const judged = judge(plain, { views: heads, texts: input.texts, held, orders: input.orders });
  const encoded = plain.map((row, i) => {
    return encodeAdapterRow({ ...row, ...judged.rows[i]!, item: input.rows[i]!.item });
  });
  const rows = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 0));
  for (const [i, row] of encoded.entries()) rows.set(row, i * row.length);
  const coordinates = views[0]!.whitening.coordinates.length;
  const shape = { blocks: input.blocks.map(({ rows, columns }) => ({ rows, columns })), views: heads, coordinates };
  const basis = encodeBasis(views, shape);
  const header: AdapterHeader = {
    ...{ manifestHash: input.manifestHash, weightsHash: weightsHash(views.at(-1)!.weights), ...shape },
    ...{ dampingGrid: input.dampingGrid, rows: plain.length, trainedRows: input.trainedRows, ...judged.header },
    selection: input.selection,
    rowsRoot: adapterRowsRoot(rows, { ...shape, rows: plain.length }),
    rowsHash: sha256(rows),
    basisHash: sha256(basis),
  };
  const headerBytes = encodeAdapterHeader(header);
  return { header, headerBytes, rows, basis, indexRoot: adapterIndexRoot(headerBytes), rowsRoot: header.rowsRoot };
}
