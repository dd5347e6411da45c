import { equalBytes } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { encoderById } from "./encoder.ts";
import { encoderSpecHash } from "./encoders/resolve.ts";
import type { EncoderFiles } from "./encoders/types.ts";
import { InfluenceError } from "./errors.ts";
import { powerOfTwo } from "./exact-math.ts";
import { fromGrid, weightsHash } from "./grid.ts";
import { decodeIndexHeader, decodeRow, rowBytes, triangleSize } from "./index-format.ts";
import { type AddProducts, addProductsOver } from "./kernel/add-products.ts";
import { type Axpy32, axpy32Over } from "./kernel/axpy32.ts";
import { MOST_VECTORS } from "./kernel/dot8.ts";
import { DEPTH_STEP, type DotKernels, type FormName, MOST_TOGETHER, rowDotsOver } from "./kernel/row-dots.ts";
import { type KernelMemory, sharedMemory } from "./kernel/wasm.ts";
import { decodeModel } from "./model-format.ts";
import { rowsRoot } from "./row-proof.ts";
import { payFactors } from "./settle.ts";
import { standingOf } from "./standing.ts";
import type { Encoder, HeadModel, IndexHeader, ModelBlobs } from "./types.ts";

/** Threads that may work on one resident model at a time; each has its own scratch in the model's memory. */
export const MOST_THREADS = 16;
/** Further threads that one of these may share the rows of a query with. */
export const MOST_HELPERS = 3;
/** Rows from which on a query's rows are shared: below, waking a thread takes longer than it saves. */
export const LEAST_SHARED_ROWS = 65_536;

/** Rows that are multiplied and summed at a time: their inner products stay in the processor's cache. */
export const ROWS_A_PASS = 2048;

/** Byte addresses inside a resident model's memory. */
interface Places {
  readonly rowStride: number;
  readonly rows: number;
  /** classes x rows: mantissas of p - y by class. */
  readonly d: number;
  /** Of every row, float64. */
  readonly scale: number;
  readonly inverse: number;
  readonly scratch: number;
  readonly scratchStride: number;
}

/** Columns of the rows that scores and settlements read, on shared memory. */
export interface RowColumns {
  /** classes x rows: mantissas of p - y by class; in the model's memory, as is `scale`. */
  readonly d: Int8Array;
  /** 2^(row exponent - base exponent). */
  readonly scale: Float64Array;
  readonly gate: Uint16Array;
  readonly clip: Uint16Array;
  /** Earlier row that each row repeats in part, and that part. */
  readonly reference: Uint32Array;
  readonly overlap: Uint16Array;
  /** Distance to the nearest other rows. */
  readonly spacing: Uint16Array;
  /** gate x clip of rows that may be paid. */
  readonly factor: Float64Array;
  /** STANDING of every row. */
  readonly standing: Uint8Array;
  readonly contribution: Uint32Array;
  readonly item: Uint32Array;
  readonly entry: Uint32Array;
}

/** A decoded and checked model on shared memory: passes to worker threads without a copy. */
export interface SharedModel {
  readonly header: IndexHeader;
  readonly model: HeadModel;
  readonly memory: KernelMemory;
  readonly places: Places;
  readonly columns: RowColumns;
  /** classes x dims. */
  readonly weights: Float64Array;
  /** Of an encoder that is a graph, on shared memory too. */
  readonly encoderFiles: EncoderFiles | undefined;
  /** Bytes of shared memory that the model holds. */
  readonly bytes: number;
}

/** One thread's view of a resident model. */
export interface ResidentModel extends SharedModel {
  /** The built-in encoder. Throws InfluenceError "unknown-encoder" when the model's is a graph: that is asynchronous. */
  readonly encoder: Encoder;
  readonly rowDots: DotKernels;
  readonly addProducts: AddProducts;
  readonly axpy: Axpy32;
  /** Byte address of this thread's scratch. */
  readonly scratch: number;
}

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** Inside a thread's scratch: two float64 vectors of the solve, query vectors, inner products and scores of a pass. */
export function scratchPlaces({ dims }: Pick<IndexHeader, "dims">, rowStride: number) {
  const vectors = 2 * 8 * dims;
  const dots = vectors + 2 * MOST_VECTORS * rowStride;
  const scores = dots + 4 * MOST_TOGETHER * ROWS_A_PASS;
  return { vectors, dots, scores, end: scores + 8 * ROWS_A_PASS };
}

/** Kernels take rows by two and by four: the last step of any region may read, never write, a little of the next. */
function placesOf(header: IndexHeader): Places & { readonly end: number } {
  const { rows: count, dims, classes } = header;
  const rowStride = roundUp(dims, DEPTH_STEP);
  const rows = 64;
  const d = roundUp(rows + count * rowStride, 64);
  const scale = roundUp(d + count * classes, 64);
  const inverse = roundUp(scale + 8 * count, 64);
  const scratch = roundUp(inverse + 4 * classes * dims * dims, 64);
  const scratchStride = roundUp(scratchPlaces(header, rowStride).end, 64);
  const threads = MOST_THREADS * (isShared(header) ? 1 + MOST_HELPERS : 1);
  return { rowStride, rows, d, scale, inverse, scratch, scratchStride, end: scratch + threads * scratchStride };
}

/** Whether a query's rows are shared between threads. */
export const isShared = ({ rows }: Pick<IndexHeader, "rows">) => rows >= LEAST_SHARED_ROWS;

function refuse(what: string): never {
  throw new InfluenceError("hash-mismatch", `model blobs: ${what}`);
}

function checkBlobs(blobs: ModelBlobs, header: IndexHeader, model: HeadModel): void {
  if (model.labels.length !== header.classes || model.dims !== header.dims) refuse("model and index differ in shape");
  if (!equalBytes(encoderSpecHash(model.encoderId, blobs.encoder), header.encoderSpecHash))
    refuse("model and index name different encoders");
  if (!equalBytes(weightsHash(model.weights), header.weightsHash)) refuse("the index was built for other weights");
  if (blobs.inverse.length !== 4 * header.classes * triangleSize(header.dims)) refuse("the inverse has a wrong length");
  if (!equalBytes(sha256(blobs.inverse), header.inverseHash)) refuse("the inverse is not the index's");
  if (!equalBytes(sha256(blobs.rows), header.rowsHash)) refuse("the rows are not the index's");
  if (!equalBytes(rowsRoot(blobs.rows, header), header.rowsRoot))
    refuse("the rows do not lead to the index's rows root");
}

/** Expands packed upper triangles to full rows, which the kernel reads in sequence. */
function placeInverse(blob: Uint8Array, header: IndexHeader, ints: Int32Array): void {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const { classes, dims } = header;
  let at = 0;
  for (let c = 0; c < classes; c++) {
    const base = c * dims * dims;
    for (let a = 0; a < dims; a++) {
      for (let b = a; b < dims; b++, at += 4) {
        const value = view.getInt32(at, true);
        ints[base + a * dims + b] = value;
        ints[base + b * dims + a] = value;
      }
    }
  }
}

const shared = (bytes: number) => new SharedArrayBuffer(bytes);

function placeRows(blob: Uint8Array, header: IndexHeader, memory: KernelMemory, places: Places): RowColumns {
  const n = header.rows;
  const columns = {
    d: new Int8Array(memory.buffer, places.d, header.classes * n),
    scale: new Float64Array(memory.buffer, places.scale, n),
    gate: new Uint16Array(shared(2 * n)),
    clip: new Uint16Array(shared(2 * n)),
    standing: new Uint8Array(shared(n)),
    reference: new Uint32Array(shared(4 * n)),
    overlap: new Uint16Array(shared(2 * n)),
    spacing: new Uint16Array(shared(2 * n)),
    factor: new Float64Array(shared(8 * n)),
    contribution: new Uint32Array(shared(4 * n)),
    item: new Uint32Array(shared(4 * n)),
    entry: new Uint32Array(shared(4 * n)),
  };
  const seen = new Set<number>();
  for (let i = 0; i < n; i++) {
    const row = decodeRow(header, rowBytes(blob, header, i));
    if (seen.has(row.entry))
      throw new InfluenceError("bad-bytes", `index rows: snapshot entry ${row.entry} appears twice`);
    seen.add(row.entry);
    new Int8Array(memory.buffer, places.rows + i * places.rowStride, header.dims).set(row.h);
    for (let c = 0; c < header.classes; c++) columns.d[c * n + i] = row.d[c]!;
    columns.scale[i] = powerOfTwo(row.hExponent + row.dExponent - header.baseExponent);
    columns.gate[i] = row.gate;
    columns.clip[i] = row.clip;
    columns.reference[i] = row.reference;
    columns.overlap[i] = row.overlap;
    columns.spacing[i] = row.spacing;
    columns.standing[i] = standingOf(header, row, i);
    columns.contribution[i] = row.contribution;
    columns.item[i] = row.item;
    columns.entry[i] = row.entry;
  }
  payFactors(columns, columns.factor);
  return columns;
}

function shareEncoder(files: EncoderFiles | undefined): EncoderFiles | undefined {
  if (!files) return undefined;
  const share = (bytes: Uint8Array) => {
    const copy = new Uint8Array(shared(bytes.length));
    copy.set(bytes);
    return copy;
  };
  return { spec: share(files.spec), graph: share(files.graph), tokenizer: share(files.tokenizer) };
}

/** Bytes of a row in the columns beside the memory. */
const COLUMN_BYTES = 33;

/** A session holds the graph in float64, twice its usual size, beside the file. */
const SESSION_COPIES = 3;

/**
 * Decodes a model's blobs and checks every hash between them.
 * Throws InfluenceError: bad-bytes, hash-mismatch, unknown-encoder; EncoderError bad-spec.
 */
export function shareModel(blobs: ModelBlobs): SharedModel {
  const header = decodeIndexHeader(blobs.indexHeader);
  const model = decodeModel(blobs.model);
  checkBlobs(blobs, header, model);
  const { end, ...places } = placesOf(header);
  const memory = sharedMemory(end);
  const columns = placeRows(blobs.rows, header, memory, places);
  placeInverse(blobs.inverse, header, new Int32Array(memory.buffer, places.inverse, header.classes * header.dims ** 2));
  const weights = new Float64Array(shared(8 * model.weights.length));
  weights.set(fromGrid(model.weights));
  const encoderFiles = shareEncoder(blobs.encoder);
  const encoderBytes = SESSION_COPIES * (encoderFiles?.graph.length ?? 0) + (encoderFiles?.tokenizer.length ?? 0);
  const bytes = memory.buffer.byteLength + weights.byteLength + header.rows * COLUMN_BYTES + encoderBytes;
  return { header, model, memory, places, columns, weights, encoderFiles, bytes };
}

/** Where a model is opened. */
export interface Opening {
  /** 0 .. MOST_THREADS - 1. */
  readonly thread?: number;
  /** Number of the thread's helper, from 1; 0 for the thread itself. */
  readonly helper?: number;
  /** Of the kernels, which changes no bit. */
  readonly form?: FormName;
}

/** One thread's view of a shared model. Throws InfluenceError "bad-shape": there is no scratch for such a thread. */
export function openModel(model: SharedModel, { thread = 0, helper = 0, form = "wide" }: Opening = {}): ResidentModel {
  const most = isShared(model.header) ? MOST_HELPERS : 0;
  if (thread < 0 || thread >= MOST_THREADS || helper < 0 || helper > most) {
    throw new InfluenceError("bad-shape", `no scratch for thread ${thread}, helper ${helper}`);
  }
  return {
    ...model,
    get encoder() {
      return encoderById(model.model.encoderId);
    },
    rowDots: rowDotsOver(model.memory, form),
    addProducts: addProductsOver(model.memory),
    axpy: axpy32Over(model.memory),
    scratch: model.places.scratch + (helper * MOST_THREADS + thread) * model.places.scratchStride,
  };
}

export function loadModel(blobs: ModelBlobs): ResidentModel {
  return openModel(shareModel(blobs));
}

/** int8 features of a row, in place. */
export function rowFeatures({ memory, places, header }: SharedModel, row: number): Int8Array {
  return new Int8Array(memory.buffer, places.rows + row * places.rowStride, header.dims);
}
