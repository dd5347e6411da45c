import { sdkErrors } from "../errors.ts";

/** One field of a protobuf message as it lies on the wire. */
export interface WireField {
  readonly number: number;
  /** Content of a length-delimited field; undefined for a scalar. */
  readonly bytes: Uint8Array | undefined;
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/**
 * The fields of a message, one level deep, by a loop. Refuses groups, which decoders skip by recursion.
 * Throws sdk/2 (tx decode).
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at++];
      if (byte === undefined) throw sdkErrors.txDecode("the message ends inside a number");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw sdkErrors.txDecode("a number has more than ten bytes");
  };
  const skip = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw sdkErrors.txDecode("a field is longer than its message");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === VARINT) varint();
    else if (type === FIXED64) skip(8);
    else if (type === FIXED32) skip(4);
    else if (type !== DELIMITED) throw sdkErrors.txDecode(`wire type ${type} is not used`);
    yield { number, bytes: type === DELIMITED ? skip(varint()) : undefined };
  }
}

/** The contents of the length-delimited fields of one number. Throws sdk/2. */
export function delimited(bytes: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const field of wireFields(bytes)) if (field.number === number && field.bytes) found.push(field.bytes);
  return found;
}
