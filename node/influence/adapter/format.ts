import { sha256 } from "../../../chain/crypto/hash.ts";
import { ByteReader, ByteWriter } from "../bytes.ts";
import { InfluenceError } from "../errors.ts";
import { COSINE_ONE, LIKENESS, type Likeness } from "../types.ts";
import { gradientSize, placed } from "./blocks.ts";
import {
  EXPONENT_RANGE,
  MOST_BLOCKS,
  MOST_COORDINATES,
  MOST_ROWS,
  MOST_VIEWS,
  MOST_WEIGHTS,
  ORDER_LIMIT,
} from "./limits.ts";
import type { AdapterHeader, AdapterRow, AdapterViewHeader } from "./types.ts";

const MAGIC = "openledger/adapter-index/2";
/** order, text cosine, gate, clip, reference, overlap, benefit, owner, likeness, contribution, item, entry. */
const ROW_FIXED_BYTES = 2 + 2 + 2 + 2 + 4 + 2 + 4 + 4 + 1 + 4 + 4 + 4;

type RowShape = Pick<AdapterHeader, "coordinates"> & { readonly views: { readonly length: number } };

/** Bytes of every row: int8[views x coordinates], uint8[views] and 35 fixed bytes. */
export function adapterRowWidth({ coordinates, views }: RowShape): number {
  return views.length * (coordinates + 1) + ROW_FIXED_BYTES;
}

export function encodeAdapterHeader(header: AdapterHeader): Uint8Array {
  const out = new ByteWriter();
  out.text(MAGIC);
  out.fixed(header.manifestHash, 32);
  out.fixed(header.weightsHash, 32);
  out.u32(header.blocks.length);
  for (const { rows, columns } of header.blocks) {
    out.u32(rows);
    out.u32(columns);
  }
  out.u8(header.views.length);
  for (const { checkpoint, step, baseExponent } of header.views) {
    out.u32(checkpoint);
    out.u32(step);
    out.i32(baseExponent);
  }
  out.u32(header.coordinates);
  out.u64(header.dampingGrid);
  out.u32(header.rows);
  out.u32(header.trainedRows);
  out.u64(header.normLimit);
  out.u16(header.usualOrder + ORDER_LIMIT);
  out.u16(header.usualCosine);
  out.u16(header.gradientCosine);
  out.u32(header.heldOutRows);
  out.fixed(header.heldOutHash, 32);
  out.i32(header.benefitExponent);
  out.u32(header.harmLimit);
  const { candidates, queries, subsets, ldsPpm } = header.selection;
  out.u16(candidates);
  out.u32(queries);
  out.u32(subsets);
  out.i32(ldsPpm);
  out.fixed(header.rowsRoot, 32);
  out.fixed(header.rowsHash, 32);
  out.fixed(header.basisHash, 32);
  return out.finish();
}

function refuse(what: string): never {
  throw new InfluenceError("bad-bytes", `adapter index header: ${what}`);
}

function decodeBlocks(input: ByteReader): AdapterHeader["blocks"] {
  const count = input.u32();
  if (count < 1 || count > MOST_BLOCKS) refuse(`${count} factors`);
  const blocks = Array.from({ length: count }, () => ({ rows: input.u32(), columns: input.u32() }));
  if (blocks.some(({ rows, columns }) => rows < 1 || columns < 1)) refuse("an empty factor");
  const size = gradientSize(placed(blocks));
  if (size > MOST_WEIGHTS) refuse(`${size} weights, at most ${MOST_WEIGHTS}`);
  return blocks;
}

function decodeViews(input: ByteReader): AdapterViewHeader[] {
  const count = input.u8();
  if (count < 1 || count > MOST_VIEWS) refuse(`${count} views`);
  const views = Array.from({ length: count }, () => {
    return { checkpoint: input.u32(), step: input.u32(), baseExponent: input.i32() };
  });
  if (views.some(({ step }, v) => v > 0 && step <= views[v - 1]!.step)) refuse("its views are not in order");
  if (views.some(({ baseExponent }) => Math.abs(baseExponent) > 200)) refuse("a base exponent is out of range");
  return views;
}

/** Throws InfluenceError bad-bytes. */
export function decodeAdapterHeader(bytes: Uint8Array): AdapterHeader {
  const input = new ByteReader(bytes, "adapter index header");
  if (input.text() !== MAGIC) refuse("not an adapter index of a known version");
  const [manifestHash, weightsHash] = [input.fixed(32), input.fixed(32)];
  const [blocks, views] = [decodeBlocks(input), decodeViews(input)];
  const [coordinates, dampingGrid] = [input.u32(), input.u64()];
  const most = Math.min(MOST_COORDINATES, gradientSize(placed(blocks)));
  if (coordinates < 1 || coordinates > most) refuse(`${coordinates} coordinates, at most ${most}`);
  const [rows, trainedRows] = [input.u32(), input.u32()];
  if (rows > MOST_ROWS || trainedRows < 1 || trainedRows > rows) refuse(`${trainedRows} trained rows of ${rows}`);
  const normLimit = input.u64();
  const [usualOrder, usualCosine, gradientCosine] = [input.u16() - ORDER_LIMIT, input.u16(), input.u16()];
  if (usualOrder > ORDER_LIMIT) refuse("a word order is out of range");
  if (normLimit < 1 || gradientCosine < 1 || gradientCosine > COSINE_ONE) refuse("a norm limit or cosine");
  const [heldOutRows, heldOutHash] = [input.u32(), input.fixed(32)];
  const [benefitExponent, harmLimit] = [input.i32(), input.u32()];
  const selection = { candidates: input.u16(), queries: input.u32(), subsets: input.u32(), ldsPpm: input.i32() };
  const [rowsRoot, rowsHash, basisHash] = [input.fixed(32), input.fixed(32), input.fixed(32)];
  input.end();
  return {
    ...{ manifestHash, weightsHash, blocks, views, coordinates, dampingGrid, rows, trainedRows, normLimit },
    ...{ usualOrder, usualCosine, gradientCosine, heldOutRows, heldOutHash, benefitExponent, harmLimit, selection },
    ...{ rowsRoot, rowsHash, basisHash },
  };
}

/** What the chain calls an index's root: the hash of its header, which names every other part by hash. */
export function adapterIndexRoot(headerBytes: Uint8Array): Uint8Array {
  return sha256(headerBytes);
}

export function encodeAdapterRow(row: AdapterRow): Uint8Array {
  const out = new ByteWriter();
  out.raw(new Uint8Array(row.mantissas.buffer, row.mantissas.byteOffset, row.mantissas.length));
  out.raw(row.shifts);
  out.u16(row.order + ORDER_LIMIT);
  out.u16(row.textCosine);
  out.u16(row.gate);
  out.u16(row.clip);
  out.u32(row.reference);
  out.u16(row.overlap);
  out.i32(row.benefit);
  out.u32(row.owner);
  out.u8(row.likeness);
  out.u32(row.contribution);
  out.u32(row.item);
  out.u32(row.entry);
  return out.finish();
}

function likenessOf(value: number): Likeness {
  if (value === LIKENESS.none || value === LIKENESS.embedding || value === LIKENESS.gradient) return value;
  throw new InfluenceError("bad-bytes", `adapter index row: ${value} is no kind of likeness`);
}

/** Throws InfluenceError bad-bytes. */
export function decodeAdapterRow(header: AdapterHeader, bytes: Uint8Array): AdapterRow {
  const input = new ByteReader(bytes, "adapter index row");
  const mantissas = new Int8Array(input.fixed(header.views.length * header.coordinates));
  const shifts = input.fixed(header.views.length);
  const [order, textCosine, gate] = [input.u16() - ORDER_LIMIT, input.u16(), input.u16()];
  const [clip, reference, overlap, benefit] = [input.u16(), input.u32(), input.u16(), input.i32()];
  const [owner, likeness] = [input.u32(), likenessOf(input.u8())];
  const [contribution, item, entry] = [input.u32(), input.u32(), input.u32()];
  input.end();
  if (mantissas.includes(-128)) throw new InfluenceError("bad-bytes", "adapter index row: a mantissa is -128");
  if (shifts.some((shift) => shift > EXPONENT_RANGE)) {
    throw new InfluenceError("bad-bytes", "adapter index row: an exponent is out of range");
  }
  if (order > ORDER_LIMIT) throw new InfluenceError("bad-bytes", "adapter index row: a word order is out of range");
  if (owner >= header.rows) throw new InfluenceError("bad-bytes", `adapter index row: no row ${owner} to belong to`);
  if (reference >= header.rows)
    throw new InfluenceError("bad-bytes", `adapter index row: no row ${reference} to repeat`);
  return {
    ...{ mantissas, shifts, order, textCosine, gate, clip, reference, overlap, benefit, owner, likeness },
    ...{ contribution, item, entry },
  };
}

/** The bytes of row i inside the rows blob. Throws InfluenceError bad-bytes, bad-shape. */
export function adapterRowBytes(rows: Uint8Array, header: RowShape & { readonly rows: number }, i: number): Uint8Array {
  const width = adapterRowWidth(header);
  if (rows.length !== header.rows * width) {
    throw new InfluenceError("bad-bytes", `adapter index rows: ${rows.length} bytes for ${header.rows} of ${width}`);
  }
  if (!Number.isInteger(i) || i < 0 || i >= header.rows) {
    throw new InfluenceError("bad-shape", `adapter index rows: no row ${i} among ${header.rows}`);
  }
  return rows.subarray(i * width, (i + 1) * width);
}
