import { badValue, type ValueCodec } from "./codec.ts";

/** The SDK's `math.Int` bound: 256 bits of magnitude. */
const AMOUNT_LIMIT = 1n << 256n;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const AMOUNT_TEXT = /^(0|-?[1-9][0-9]{0,77})$/;

const utf8 = new TextEncoder();
const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a generated protobuf codec offers; `decode` may take more arguments. */
export interface ProtoCodec<V> {
  encode(message: V): { finish(): Uint8Array };
  decode(bytes: Uint8Array): V;
}

/** A message in canonical protobuf: the generated encoders write fields in ascending order and omit defaults. */
export function protoValue<V>(codec: ProtoCodec<V>): ValueCodec<V> {
  return {
    encode: (value) => codec.encode(value).finish(),
    decode: (bytes) => codec.decode(bytes),
  };
}

/** The bytes themselves. */
export const bytesValue: ValueCodec<Uint8Array> = { encode: (value) => value, decode: (bytes) => bytes };

/** UTF-8. */
export const stringValue: ValueCodec<string> = {
  encode(value) {
    if (!value.isWellFormed()) throw badValue("a lone surrogate has no UTF-8 form");
    return utf8.encode(value);
  },
  decode(bytes) {
    try {
      return utf8Strict.decode(bytes);
    } catch {
      throw badValue("the text is not UTF-8");
    }
  },
};

/** One byte, 0 or 1. */
export const boolValue: ValueCodec<boolean> = {
  encode: (value) => Uint8Array.of(value ? 1 : 0),
  decode(bytes) {
    if (bytes.length !== 1 || bytes[0]! > 1) throw badValue("a boolean is one byte, 0 or 1");
    return bytes[0] === 1;
  },
};

/** 8 bytes big-endian. */
export const uint64Value: ValueCodec<bigint> = {
  encode(value) {
    if (value < 0n || value > UINT64_MAX) throw badValue(`${value} is no uint64`);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value);
    return bytes;
  },
  decode(bytes) {
    if (bytes.length !== 8) throw badValue("a uint64 has 8 bytes");
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  },
};

/** 8 bytes big-endian of a safe integer. */
export const numberValue: ValueCodec<number> = {
  encode(value) {
    if (!Number.isSafeInteger(value) || value < 0) throw badValue(`${value} is no natural number`);
    return uint64Value.encode(BigInt(value));
  },
  decode(bytes) {
    const value = uint64Value.decode(bytes);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badValue(`${value} is beyond the safe integers`);
    return Number(value);
  },
};

/** Decimal text without leading zeros, as the SDK stores `math.Int`: |value| < 2^256. */
export const amountValue: ValueCodec<bigint> = {
  encode(value) {
    if (value >= AMOUNT_LIMIT || value <= -AMOUNT_LIMIT) throw badValue("an amount has at most 256 bits");
    return utf8.encode(value.toString());
  },
  decode(bytes) {
    const text = stringValue.decode(bytes);
    const value = AMOUNT_TEXT.test(text) ? BigInt(text) : undefined;
    if (value === undefined || value >= AMOUNT_LIMIT || value <= -AMOUNT_LIMIT) {
      throw badValue("an amount is a decimal number of at most 256 bits");
    }
    return value;
  },
};

/** The key is the fact: one byte 1, because ICS-23 can prove neither an empty value nor absence beside one. */
export const unitValue: ValueCodec<void> = {
  encode: () => Uint8Array.of(1),
  decode(bytes) {
    if (bytes.length !== 1 || bytes[0] !== 1) throw badValue("a member of a key set has the value 1");
  },
};
