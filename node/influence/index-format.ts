import { sha256 } from "../../chain/crypto/hash.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { InfluenceError } from "./errors.ts";
import { powerOfTwo } from "./exact-math.ts";
import { MANTISSA_LIMIT } from "./quantise.ts";
import { COSINE_ONE, type IndexHeader, type IndexRow, LIKENESS, type Likeness } from "./types.ts";

const MAGIC = "openledger/index/4";
/** hExponent, dExponent, judgement, gate, clip, reference, overlap, spacing, benefit, owner, likeness, label, contribution, item, entry. */
const ROW_FIXED_BYTES = 1 + 1 + 2 + 2 + 2 + 4 + 2 + 2 + 4 + 4 + 1 + 2 + 4 + 4 + 4;
/** Scores stay below 2^53 with at most this many blocks and the shift range below. */
export const MOST_BLOCKS = 8;
const MOST_DIMS = 1040;
const MOST_EXPONENT_RANGE = 16;

/** Bytes of every row of an index: int8[dims], int8[classes] and 39 fixed bytes. */
export function rowWidth(header: Pick<IndexHeader, "dims" | "classes">): number {
  return header.dims + header.classes + ROW_FIXED_BYTES;
}

/** Entries of the packed upper triangle of one class's inverse. */
export function triangleSize(dims: number): number {
  return (dims * (dims + 1)) / 2;
}

/**
 * How far row exponents may lie above the smallest: a score is at most blocks x 127 x 127 x dims x 127 x 127 x 2^range
 * and has to stay a safe integer. 14 for 3 blocks of 512; never more than 16.
 */
export function exponentRange(dims: number, blocks: number): number {
  const squared = MANTISSA_LIMIT * MANTISSA_LIMIT;
  let range = MOST_EXPONENT_RANGE;
  while (blocks * dims * squared * squared * powerOfTwo(range) >= 2 ** 53) range--;
  return range;
}

/** What turns scores into payouts, and how the index was chosen. */
function encodeRules(out: ByteWriter, header: IndexHeader): void {
  out.u32(header.normLimit);
  out.u16(header.embeddingCosine);
  out.u16(header.gradientCosine);
  out.u16(header.embeddingSpacing);
  out.u16(header.gradientSpacing);
  out.u32(header.heldOutRows);
  out.fixed(header.heldOutHash, 32);
  out.i32(header.benefitExponent);
  out.u32(header.harmLimit);
  const { candidates, queries, subsets, ldsPpm } = header.selection;
  out.u16(candidates);
  out.u32(queries);
  out.u32(subsets);
  out.i32(ldsPpm);
}

type Rules = Pick<
  IndexHeader,
  | "normLimit"
  | "embeddingCosine"
  | "gradientCosine"
  | "embeddingSpacing"
  | "gradientSpacing"
  | "heldOutRows"
  | "heldOutHash"
  | "benefitExponent"
  | "harmLimit"
  | "selection"
>;

function decodeRules(input: ByteReader): Rules {
  const normLimit = input.u32();
  const [embeddingCosine, gradientCosine] = [input.u16(), input.u16()];
  if (normLimit < 1 || [embeddingCosine, gradientCosine].some((cosine) => cosine < 1 || cosine > COSINE_ONE + 1)) {
    throw new InfluenceError("bad-bytes", "index header: a norm limit or a cosine is out of range");
  }
  const [embeddingSpacing, gradientSpacing] = [input.u16(), input.u16()];
  const heldOutRows = input.u32();
  const heldOutHash = input.fixed(32);
  const [benefitExponent, harmLimit] = [input.i32(), input.u32()];
  const selection = { candidates: input.u16(), queries: input.u32(), subsets: input.u32(), ldsPpm: input.i32() };
  return {
    ...{
      normLimit,
      embeddingCosine,
      gradientCosine,
      embeddingSpacing,
      gradientSpacing,
      heldOutRows,
      heldOutHash,
      benefitExponent,
      harmLimit,
    },
    selection,
  };
}

export function encodeIndexHeader(header: IndexHeader): Uint8Array {
  const out = new ByteWriter();
  out.text(MAGIC);
  out.fixed(header.encoderSpecHash, 32);
  out.fixed(header.weightsHash, 32);
  out.u32(header.classes);
  out.u32(header.dims);
  out.u32(header.rows);
  out.u32(header.trainedRows);
  out.u32(header.blocks);
  out.u64(header.lambdaGrid);
  out.i32(header.baseExponent);
  out.fixed(
    new Uint8Array(header.inverseExponents.buffer, header.inverseExponents.byteOffset, header.classes),
    header.classes,
  );
  encodeRules(out, header);
  out.fixed(header.rowsRoot, 32);
  out.fixed(header.rowsHash, 32);
  out.fixed(header.inverseHash, 32);
  return out.finish();
}

/** Throws InfluenceError "bad-bytes". */
export function decodeIndexHeader(bytes: Uint8Array): IndexHeader {
  const input = new ByteReader(bytes, "index header");
  if (input.text() !== MAGIC) throw new InfluenceError("bad-bytes", "index header: not an index of a known version");
  const encoderSpecHash = input.fixed(32);
  const weightsHash = input.fixed(32);
  const classes = input.u32();
  const dims = input.u32();
  const rows = input.u32();
  const trainedRows = input.u32();
  const blocks = input.u32();
  const lambdaGrid = input.u64();
  const baseExponent = input.i32();
  if (classes < 2 || classes > 4096 || dims < 4 || dims % 4 !== 0 || dims > MOST_DIMS) {
    throw new InfluenceError("bad-bytes", `index header: ${classes} classes of ${dims} dims are out of range`);
  }
  if (trainedRows < 1 || trainedRows > rows) {
    throw new InfluenceError("bad-bytes", `index header: ${trainedRows} trained rows of ${rows} are out of range`);
  }
  if (rows < 1 || blocks < 1 || blocks > Math.min(MOST_BLOCKS, classes)) {
    throw new InfluenceError("bad-bytes", `index header: ${rows} rows and ${blocks} blocks are out of range`);
  }
  const inverseExponents = new Int8Array(input.fixed(classes));
  const rules = decodeRules(input);
  const [rowsRoot, rowsHash, inverseHash] = [input.fixed(32), input.fixed(32), input.fixed(32)];
  input.end();
  return {
    ...{
      encoderSpecHash,
      weightsHash,
      classes,
      dims,
      rows,
      trainedRows,
      blocks,
      lambdaGrid,
      baseExponent,
      inverseExponents,
    },
    ...{ ...rules, rowsRoot, rowsHash, inverseHash },
  };
}

/** What the chain calls an index's root: the hash of its header, which names every other part by hash. */
export function indexRoot(headerBytes: Uint8Array): Uint8Array {
  return sha256(headerBytes);
}

function likenessOf(value: number): Likeness {
  if (value === LIKENESS.none || value === LIKENESS.embedding || value === LIKENESS.gradient) return value;
  throw new InfluenceError("bad-bytes", `index row: ${value} is no kind of likeness`);
}

export function encodeRow(row: IndexRow): Uint8Array {
  const out = new ByteWriter();
  out.raw(new Uint8Array(row.h.buffer, row.h.byteOffset, row.h.length));
  out.i8(row.hExponent);
  out.raw(new Uint8Array(row.d.buffer, row.d.byteOffset, row.d.length));
  out.i8(row.dExponent);
  out.u16(row.judgement);
  out.u16(row.gate);
  out.u16(row.clip);
  out.u32(row.reference);
  out.u16(row.overlap);
  out.u16(row.spacing);
  out.i32(row.benefit);
  out.u32(row.owner);
  out.u8(row.likeness);
  out.u16(row.label);
  out.u32(row.contribution);
  out.u32(row.item);
  out.u32(row.entry);
  return out.finish();
}

/** One row from its bytes. Throws InfluenceError "bad-bytes" on a wrong length or a mantissa of -128. */
export function decodeRow(header: IndexHeader, bytes: Uint8Array): IndexRow {
  const input = new ByteReader(bytes, "index row");
  const h = new Int8Array(input.fixed(header.dims));
  const hExponent = input.i8();
  const d = new Int8Array(input.fixed(header.classes));
  const dExponent = input.i8();
  const [judgement, gate, clip] = [input.u16(), input.u16(), input.u16()];
  const [reference, overlap, spacing, benefit] = [input.u32(), input.u16(), input.u16(), input.i32()];
  const [owner, likeness] = [input.u32(), likenessOf(input.u8())];
  const label = input.u16();
  const [contribution, item, entry] = [input.u32(), input.u32(), input.u32()];
  input.end();
  if (h.includes(-128) || d.includes(-128)) throw new InfluenceError("bad-bytes", "index row: a mantissa is -128");
  const shift = hExponent + dExponent - header.baseExponent;
  if (shift < 0 || shift > exponentRange(header.dims, header.blocks)) {
    throw new InfluenceError("bad-bytes", `index row: exponents lie ${shift} from the index's base`);
  }
  if (label >= header.classes) throw new InfluenceError("bad-bytes", `index row: label ${label} of ${header.classes}`);
  if (owner >= header.rows) throw new InfluenceError("bad-bytes", `index row: owner ${owner} of ${header.rows} rows`);
  if (reference >= header.rows) {
    throw new InfluenceError("bad-bytes", `index row: reference ${reference} of ${header.rows} rows`);
  }
  const factors = { judgement, gate, clip, reference, overlap, spacing, benefit };
  return { h, hExponent, d, dExponent, ...factors, owner, likeness, label, contribution, item, entry };
}

/** The bytes of row i inside the rows blob. */
export function rowBytes(rows: Uint8Array, header: IndexHeader, i: number): Uint8Array {
  const width = rowWidth(header);
  if (rows.length !== header.rows * width) {
    throw new InfluenceError("bad-bytes", `index rows: ${rows.length} bytes for ${header.rows} rows of ${width}`);
  }
  if (!Number.isInteger(i) || i < 0 || i >= header.rows) {
    throw new InfluenceError("bad-shape", `index rows: no row ${i} among ${header.rows}`);
  }
  return rows.subarray(i * width, (i + 1) * width);
}
