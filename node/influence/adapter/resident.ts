import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { InfluenceError } from "../errors.ts";
import { powerOfTwo } from "../exact-math.ts";
import { weightsHash } from "../grid.ts";
import { dot8Over, ROW_STEP } from "../kernel/dot8.ts";
import { sharedMemory } from "../kernel/wasm.ts";
import { payFactors } from "../settle.ts";
import { standingOf } from "../standing.ts";
import { Turner } from "./bases.ts";
import { decodeBasis } from "./basis-format.ts";
import { gradientSize } from "./blocks.ts";
import { adapterRowBytes, decodeAdapterHeader, decodeAdapterRow } from "./format.ts";
import { openAdapterJob } from "./job.ts";
import { adapterRowsRoot } from "./row-root.ts";
import type {
  AdapterBlobs,
  AdapterColumns,
  AdapterHeader,
  AdapterTable,
  ResidentAdapter,
  SharedAdapter,
} from "./types.ts";

/** Rows that are multiplied at a time: their inner products stay in the processor's cache. */
export const ROWS_A_PASS = 4096;
/** The first bytes of a memory stay free, so that no address is 0. */
export const FIRST_ROW = 64;

function refuse(what: string): never {
  throw new InfluenceError("hash-mismatch", `adapter index: ${what}`);
}

/** Bytes of a table's memory before the query's vector; the vector and a pass of products follow. */
export function vectorPlace({ header, rowStride }: Pick<AdapterTable, "header" | "rowStride">): number {
  return FIRST_ROW + header.views.length * header.rows * rowStride;
}

const shared = (bytes: number) => new SharedArrayBuffer(bytes);

function emptyColumns(rows: number, views: number): AdapterColumns {
  return {
    scale: new Float64Array(shared(8 * views * rows)),
    gate: new Uint16Array(shared(2 * rows)),
    clip: new Uint16Array(shared(2 * rows)),
    reference: new Uint32Array(shared(4 * rows)),
    overlap: new Uint16Array(shared(2 * rows)),
    factor: new Float64Array(shared(8 * rows)),
    standing: new Uint8Array(shared(rows)),
    contribution: new Uint32Array(shared(4 * rows)),
    item: new Uint32Array(shared(4 * rows)),
    entry: new Uint32Array(shared(4 * rows)),
  };
}

/** Rows of a header's blob, ready to be scored. Throws InfluenceError: bad-bytes, hash-mismatch. */
export function openTable(header: AdapterHeader, blob: Uint8Array): AdapterTable {
  if (!equalBytes(sha256(blob), header.rowsHash)) refuse("the rows are not the header's");
  if (!equalBytes(adapterRowsRoot(blob, header), header.rowsRoot)) refuse("the rows do not lead to the header's root");
  const { rows, coordinates } = header;
  const rowStride = Math.ceil(coordinates / ROW_STEP) * ROW_STEP;
  const memory = sharedMemory(vectorPlace({ header, rowStride }) + 2 * rowStride + 4 * Math.min(rows, ROWS_A_PASS));
  const columns = emptyColumns(rows, header.views.length);
  const entries = new Set<number>();
  for (let i = 0; i < rows; i++) {
    const row = decodeAdapterRow(header, adapterRowBytes(blob, header, i));
    if (entries.has(row.entry))
      throw new InfluenceError("bad-bytes", `adapter index: entry ${row.entry} is there twice`);
    entries.add(row.entry);
    for (const v of header.views.keys()) {
      const at = FIRST_ROW + (v * rows + i) * rowStride;
      new Int8Array(memory.buffer, at, coordinates).set(row.mantissas.subarray(v * coordinates, (v + 1) * coordinates));
      columns.scale[v * rows + i] = powerOfTwo(row.shifts[v]!);
    }
    for (const name of ["gate", "clip", "reference", "overlap", "contribution", "item", "entry"] as const)
      columns[name][i] = row[name];
    columns.standing[i] = standingOf(header, row, i);
  }
  payFactors(columns, columns.factor);
  return { header, memory, rowStride, columns };
}

/** Rows of a header's blob with the kernel over them. Throws InfluenceError: bad-bytes, hash-mismatch. */
export function openScorer(header: AdapterHeader, blob: Uint8Array): AdapterTable & Pick<ResidentAdapter, "dot"> {
  const table = openTable(header, blob);
  return { ...table, dot: dot8Over(table.memory)[1]! };
}

/**
 * Decodes an index with its job and checks every hash between them; for threads, each of which opens it.
 * Throws InfluenceError: bad-bytes, bad-shape, hash-mismatch.
 */
export function shareAdapter(blobs: AdapterBlobs): SharedAdapter {
  const header = decodeAdapterHeader(blobs.header);
  const job = openAdapterJob(blobs.manifest, blobs.graph);
  if (!equalBytes(job.manifestHash, header.manifestHash)) refuse("it is of another job");
  const isAlike = ({ rows, columns }: { rows: number; columns: number }, b: number) =>
    rows === header.blocks[b]?.rows && columns === header.blocks[b]?.columns;
  if (job.blocks.length !== header.blocks.length || !job.blocks.every(isAlike))
    refuse("it is of another adapter's shape");
  if (!equalBytes(sha256(blobs.weights), header.weightsHash)) refuse("it is of other weights");
  if (!equalBytes(sha256(blobs.basis), header.basisHash)) refuse("the basis is not the header's");
  const views = decodeBasis(blobs.basis, header);
  if (!equalBytes(weightsHash(views.at(-1)!.weights), header.weightsHash)) refuse("its last view is of other weights");
  const table = openTable(header, blobs.rows);
  const { manifest, graph, blocks } = job;
  const bytes = table.memory.buffer.byteLength + 3 * blobs.basis.length + 3 * blobs.graph.length + 50 * header.rows;
  return { ...table, manifest, graph, blocks, views, bytes };
}

/** Only one thread may score over one memory at a time. */
export function openAdapter(adapter: SharedAdapter): ResidentAdapter {
  return {
    ...adapter,
    dot: dot8Over(adapter.memory)[1]!,
    turners: adapter.views.map(({ bases }) => new Turner(adapter.blocks, bases)),
  };
}

/** Throws InfluenceError: bad-bytes, bad-shape, hash-mismatch. */
export function loadAdapter(blobs: AdapterBlobs): ResidentAdapter {
  return openAdapter(shareAdapter(blobs));
}

/** Length of one gradient of this adapter. */
export function adapterSize({ blocks }: Pick<SharedAdapter, "blocks">): number {
  return gradientSize(blocks);
}
