import { concatBytes } from "../../crypto/hash.ts";
import { badKey, type KeyCodec } from "./codec.ts";

const UINT32_MAX = 0xffff_ffff;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

/** The length prefix is one byte, as the SDK's `address.MustLengthPrefix`. */
const MAX_PREFIXED_BYTES = 255;

const utf8 = new TextEncoder();
const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** 4 bytes big-endian: order of the bytes is order of the numbers. */
export const uint32Key: KeyCodec<number> = {
  terminal: false,
  encode(key) {
    if (!Number.isInteger(key) || key < 0 || key > UINT32_MAX) throw badKey(`${key} is no uint32`);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, key);
    return bytes;
  },
  decode(bytes, at) {
    return [view(bytes, at, 4).getUint32(0), at + 4];
  },
};

/** 8 bytes big-endian of a bigint. */
export const uint64Key: KeyCodec<bigint> = {
  terminal: false,
  encode(key) {
    if (key < 0n || key > UINT64_MAX) throw badKey(`${key} is no uint64`);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, key);
    return bytes;
  },
  decode(bytes, at) {
    return [view(bytes, at, 8).getBigUint64(0), at + 8];
  },
};

/** 8 bytes big-endian of a safe integer: heights, counters. */
export const numberKey: KeyCodec<number> = {
  terminal: false,
  encode(key) {
    if (!Number.isSafeInteger(key) || key < 0) throw badKey(`${key} is no natural number`);
    return uint64Key.encode(BigInt(key));
  },
  decode(bytes, at) {
    const [value, next] = uint64Key.decode(bytes, at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badKey(`${value} is beyond the safe integers`);
    return [Number(value), next];
  },
};

/** One length byte, then the bytes (at most 255). Sorts by length first. */
export const bytesKey: KeyCodec<Uint8Array> = {
  terminal: false,
  encode(key) {
    if (key.length > MAX_PREFIXED_BYTES) throw badKey(`${key.length} bytes do not fit a one-byte length`);
    return concatBytes(Uint8Array.of(key.length), key);
  },
  decode(bytes, at) {
    const length = view(bytes, at, 1).getUint8(0);
    const next = at + 1 + length;
    if (next > bytes.length) throw badKey("the key ends inside its bytes");
    return [bytes.slice(at + 1, next), next];
  },
};

/** UTF-8 behind one length byte. Sorts by length first. */
export const stringKey: KeyCodec<string> = {
  terminal: false,
  encode: (key) => bytesKey.encode(encodeText(key)),
  decode(bytes, at) {
    const [raw, next] = bytesKey.decode(bytes, at);
    return [decodeText(raw), next];
  },
};

/** Bytes to the end of the key: the last position, in plain byte order. */
export const rawBytesKey: KeyCodec<Uint8Array> = {
  terminal: true,
  encode: (key) => key,
  decode: (bytes, at) => [bytes.slice(at), bytes.length],
};

/** UTF-8 to the end of the key: the last position, in byte order. */
export const rawStringKey: KeyCodec<string> = {
  terminal: true,
  encode: encodeText,
  decode: (bytes, at) => [decodeText(bytes.subarray(at)), bytes.length],
};

/** Bytes of a fixed width, without a length: hashes. */
export function fixedBytesKey(width: number): KeyCodec<Uint8Array> {
  return {
    terminal: false,
    encode(key) {
      if (key.length !== width) throw badKey(`${key.length} bytes where ${width} are expected`);
      return key;
    },
    decode(bytes, at) {
      if (at + width > bytes.length) throw badKey("the key ends inside its bytes");
      return [bytes.slice(at, at + width), at + width];
    },
  };
}

function view(bytes: Uint8Array, at: number, width: number): DataView {
  if (at + width > bytes.length) throw badKey("the key ends early");
  return new DataView(bytes.buffer, bytes.byteOffset + at, width);
}

function encodeText(text: string): Uint8Array {
  if (!text.isWellFormed()) throw badKey("a lone surrogate has no UTF-8 form");
  return utf8.encode(text);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8Strict.decode(bytes);
  } catch {
    throw badKey("the key's text is not UTF-8");
  }
}
