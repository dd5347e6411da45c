import { sha256 } from "../../chain/crypto/hash.ts";
import { HASHED_NGRAM_512 } from "../../node/influence/encoder.ts";
import { int32Bytes, weightsHash } from "../../node/influence/grid.ts";
import { encodeIndexHeader, encodeRow, rowWidth, triangleSize } from "../../node/influence/index-format.ts";
import { encodeModel } from "../../node/influence/model-format.ts";
import { rowsRoot } from "../../node/influence/row-proof.ts";
import type { IndexHeader, ModelBlobs, QueryVectors } from "../../node/influence/types.ts";

const CLASSES = 10;

/** The default encoder's dims and the default number of blocks where nothing else is said. */
export interface SyntheticShape {
  readonly dims?: number;
  readonly blocks?: number;
}

/** xorshift32: a million rows of random bytes in seconds. */
function noise(seed: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x;
  };
}

function rowsOf(count: number, dims: number): Uint8Array {
  const random = noise(7);
  const width = rowWidth({ dims, classes: CLASSES });
  const rows = new Uint8Array(count * width);
  const [h, d] = [new Int8Array(dims), new Int8Array(CLASSES)];
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < dims; k++) h[k] = (random() & 127) - 63;
    for (let c = 0; c < CLASSES; c++) d[c] = (random() & 63) - 32;
    const judged = { judgement: 65535, gate: 65535, clip: 65535, benefit: 0, owner: i, likeness: 0 as const };
    const near = { reference: i === 0 ? 0 : i - 1, overlap: i === 0 ? 0 : 1024, spacing: 6000 };
    const names = { label: i % CLASSES, contribution: i % 1000, item: i, entry: i };
    rows.set(encodeRow({ h, hExponent: -9, d, dExponent: -6, ...judged, ...near, ...names }), i * width);
  }
  return rows;
}

/** A model and an index of random rows that every check between blobs accepts: for timing only. */
export function syntheticIndex(
  count: number,
  { dims = HASHED_NGRAM_512.dims, blocks = 3 }: SyntheticShape = {},
): ModelBlobs {
  const random = noise(11);
  const weights = Int32Array.from({ length: CLASSES * dims }, () => random() >> 4);
  const labels = Array.from({ length: CLASSES }, (_, c) => `class ${c}`);
  const inverse = int32Bytes(Int32Array.from({ length: CLASSES * triangleSize(dims) }, () => random() >> 6));
  const rows = rowsOf(count, dims);
  const shape = { classes: CLASSES, dims, rows: count };
  const header: IndexHeader = {
    ...{
      encoderSpecHash: HASHED_NGRAM_512.specHash,
      weightsHash: weightsHash(weights),
      ...shape,
      trainedRows: count,
      blocks,
    },
    ...{ lambdaGrid: 2 ** 20, baseExponent: -15, inverseExponents: new Int8Array(CLASSES).fill(-20) },
    ...{ normLimit: 2 ** 24, embeddingCosine: 870, gradientCosine: 819 },
    ...{ embeddingSpacing: 6000, gradientSpacing: 6600, heldOutRows: 0 },
    ...{ heldOutHash: new Uint8Array(32), benefitExponent: 0, harmLimit: 0 },
    selection: { candidates: 0, queries: 0, subsets: 0, ldsPpm: 0 },
    ...{ rowsRoot: rowsRoot(rows, shape), rowsHash: sha256(rows), inverseHash: sha256(inverse) },
  };
  const model = encodeModel({ encoderId: HASHED_NGRAM_512.id, dims, labels, weights });
  return { model, indexHeader: encodeIndexHeader(header), rows, inverse };
}

/** Query vectors of random bytes: for any index, answer or none. */
export function syntheticQuery({ blocks, dims }: Pick<IndexHeader, "blocks" | "dims">, seed: number): QueryVectors {
  const random = noise(seed);
  const bytes = (length: number) => Int8Array.from({ length }, () => ((random() >>> 8) % 255) - 127);
  const classes = Array.from({ length: blocks }, (_, b) => (b * 7 + seed) % CLASSES);
  return { label: 0, classes, d: bytes(blocks), dExponent: -7, v: bytes(blocks * dims), vExponent: -7 };
}
