import { GraphError } from "./errors.ts";
import type { RawTensor } from "./proto.ts";
import { ELEMENT_BYTES, emptyData, sizeOf, typeOfNumber } from "./tensor.ts";
import type { Tensor } from "./types.ts";

/** TensorProto.DataType of the 16-bit floats: IEEE half, and the upper half of a float32. */
const FLOAT16 = 10;
const BFLOAT16 = 16;

/** Value of an IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const view = new DataView(new ArrayBuffer(4));

export function bfloatToNumber(bits: number): number {
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

type ReadElement = (from: DataView, i: number) => number | bigint;

function elementReader(type: number): ReadElement | undefined {
  switch (type) {
    case 1:
      return (v, i) => v.getFloat32(4 * i, true);
    case 2:
    case 9:
      return (v, i) => v.getUint8(i);
    case 3:
      return (v, i) => v.getInt8(i);
    case 6:
      return (v, i) => v.getInt32(4 * i, true);
    case 7:
      return (v, i) => v.getBigInt64(8 * i, true);
    case 11:
      return (v, i) => v.getFloat64(8 * i, true);
    case FLOAT16:
      return (v, i) => halfToNumber(v.getUint16(2 * i, true));
    case BFLOAT16:
      return (v, i) => bfloatToNumber(v.getUint16(2 * i, true));
    default:
      return undefined;
  }
}

function fill(data: Tensor["data"], of: (i: number) => number | bigint): void {
  if (data instanceof BigInt64Array) for (let i = 0; i < data.length; i++) data[i] = BigInt(of(i));
  else for (let i = 0; i < data.length; i++) data[i] = Number(of(i));
}

/** A tensor of the file in the form that graphs keep; `what` names it in errors, `budget` bounds its bytes. */
export function decodeTensor(raw: RawTensor, what: string, budget: number): Tensor {
  if (raw.external) throw new GraphError("external-data", `${what} keeps its data in another file: export one file`);
  const dtype = typeOfNumber(raw.type);
  if (!dtype) throw new GraphError("unsupported-type", `${what} has element type ${raw.type}`);
  if (raw.dims.some((d) => d < 0)) throw new GraphError("malformed", `${what} has shape [${raw.dims}]`);
  const count = sizeOf(raw.dims);
  if (count * 8 > budget)
    throw new GraphError("too-large", `${what} of shape [${raw.dims}] exceeds the limit for weights`);
  const narrow = raw.type === FLOAT16 || raw.type === BFLOAT16;
  const width = narrow ? 2 : ELEMENT_BYTES[dtype];
  const given = raw.raw ? raw.raw.length / width : (raw.typed?.length ?? 0);
  if (given !== count) throw new GraphError("malformed", `${what} of shape [${raw.dims}] holds ${given} elements`);
  const data = emptyData(dtype, count);
  if (raw.raw) {
    const bytes = new DataView(raw.raw.buffer, raw.raw.byteOffset, raw.raw.byteLength);
    const read = elementReader(raw.type)!;
    fill(data, (i) => read(bytes, i));
  } else if (count > 0) {
    const typed = raw.typed!;
    const unpack = raw.type === FLOAT16 ? halfToNumber : raw.type === BFLOAT16 ? bfloatToNumber : undefined;
    fill(data, (i) => (unpack ? unpack(Number(typed[i])) : typed[i]!));
  }
  return { dtype, dims: raw.dims, data };
}

/**
 * Refuses NaN and infinities, which no gradient or score survives. A mask may hold infinities: a tensor of nothing but
 * them and zeros, as attention adds it or fills it in.
 */
export function requireFinite(tensor: Tensor, what: string): void {
  const { data } = tensor;
  if (!(data instanceof Float64Array) || data.every(Number.isFinite)) return;
  if (data.every((v) => v === 0 || Math.abs(v) === Number.POSITIVE_INFINITY)) return;
  const bad = data.findIndex((v) => !Number.isFinite(v));
  throw new GraphError("not-finite", `${what}: element ${bad} is ${data[bad]}`);
}
