import { InfluenceError } from "../errors.ts";
import { int32Bytes, int32FromBytes } from "../grid.ts";
import { gradientSize, isTurned, placed } from "./blocks.ts";
import type { AdapterHeader, AdapterView, BlockBasis } from "./types.ts";

type Shape = Pick<AdapterHeader, "blocks" | "coordinates">;

function sides({ blocks }: Shape): number[] {
  return blocks.flatMap(({ rows, columns }) => [rows, columns]);
}

/** int32 of one view: weights, eigenvectors of turned sides, kept coordinates; then as many float32 factors. */
function viewBytes(shape: Shape): number {
  const weights = gradientSize(placed(shape.blocks));
  const vectors = sides(shape).reduce((sum, side) => sum + (isTurned(side) ? side * side : 0), 0);
  return 4 * (weights + vectors + 2 * shape.coordinates);
}

/** The basis blob: view after view of adapter weights, eigenbases, coordinates and whitening, little-endian. */
export function encodeBasis(views: readonly AdapterView[], shape: Shape): Uint8Array {
  const out = new Uint8Array(views.length * viewBytes(shape));
  let at = 0;
  const put = (bytes: Uint8Array) => {
    out.set(bytes, at);
    at += bytes.length;
  };
  for (const { weights, bases, whitening } of views) {
    put(int32Bytes(weights));
    for (const { left, right } of bases) for (const basis of [left, right]) if (basis) put(int32Bytes(basis));
    put(int32Bytes(new Int32Array(whitening.coordinates)));
    const factors = new DataView(new ArrayBuffer(4 * whitening.factors.length));
    for (const [i, factor] of whitening.factors.entries()) factors.setFloat32(4 * i, factor, true);
    put(new Uint8Array(factors.buffer));
  }
  return out;
}

/** Throws InfluenceError bad-bytes. */
export function decodeBasis(bytes: Uint8Array, header: AdapterHeader): AdapterView[] {
  const width = viewBytes(header);
  if (bytes.length !== header.views.length * width) {
    throw new InfluenceError(
      "bad-bytes",
      `adapter basis: ${bytes.length} bytes for ${header.views.length} of ${width}`,
    );
  }
  return header.views.map((_, v) => decodeView(bytes.subarray(v * width, (v + 1) * width), header));
}

function decodeView(bytes: Uint8Array, shape: Shape): AdapterView {
  let at = 0;
  const take = (count: number) => bytes.subarray(at, (at += 4 * count));
  const weights = int32FromBytes(take(gradientSize(placed(shape.blocks))));
  const basis = (side: number) => (isTurned(side) ? int32FromBytes(take(side * side)) : undefined);
  const bases = shape.blocks.map(({ rows, columns }): BlockBasis => ({ left: basis(rows), right: basis(columns) }));
  const coordinates = Uint32Array.from(int32FromBytes(take(shape.coordinates)));
  const raw = take(shape.coordinates);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const factors = Float32Array.from({ length: shape.coordinates }, (_, i) => view.getFloat32(4 * i, true));
  const isAscending = coordinates.every((k, i) => k < weights.length && (i === 0 || k > coordinates[i - 1]!));
  if (!isAscending) throw new InfluenceError("bad-bytes", "adapter basis: its coordinates do not ascend");
  if (!factors.every((factor) => factor >= 0 && factor < Number.POSITIVE_INFINITY)) {
    throw new InfluenceError("bad-bytes", "adapter basis: a whitening factor is no number");
  }
  return { weights, bases, whitening: { coordinates, factors } };
}
