import { sha256 } from "../../chain/crypto/hash.ts";
import { MAX_KEY_VALUE_BYTES } from "./limits.ts";

// Keys of the index database; one byte names the space:
//   00                                     -> what the index covers
//   01 tx hash (32)                        -> position
//   02 height (8)                          -> number of transactions (u32)
//   03 | 04 key, value, position           -> the full value when the key holds a shortened one, else nothing
//                                             03: transactions, 04: blocks (index 0)
// position = height (u64) index (u32), big endian, so that entries of one value are in block order.
// key = u16 length, bytes. value = bytes with 00 written 00 ff, ended by 00 01: it can be scanned by its beginning.

export interface Position {
  readonly height: number;
  readonly index: number;
}

export type EventSpace = typeof TX_EVENTS | typeof BLOCK_EVENTS;

export const TX_EVENTS = 0x03;
export const BLOCK_EVENTS = 0x04;
export const META_KEY: Uint8Array = Uint8Array.of(0x00);

const POSITION_BYTES = 12;
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

export function txKey(hash: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0x01), hash);
}

export function countKey(height: number): Uint8Array {
  return concat(Uint8Array.of(0x02), encodePosition({ height, index: 0 }).subarray(0, 8));
}

export function heightOfCountKey(key: Uint8Array): number {
  return Number(viewOf(key).getBigUint64(1));
}

export function encodeCount(count: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, count);
  return bytes;
}

export function decodeCount(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(0);
}

export function encodePosition({ height, index }: Position): Uint8Array {
  const bytes = new Uint8Array(POSITION_BYTES);
  const view = viewOf(bytes);
  view.setBigUint64(0, BigInt(height));
  view.setUint32(8, index);
  return bytes;
}

export function decodePosition(bytes: Uint8Array): Position {
  const view = viewOf(bytes);
  return { height: Number(view.getBigUint64(0)), index: view.getUint32(8) };
}

/** Start of all entries of a key. */
export function keyPrefix(space: EventSpace, key: string): Uint8Array {
  const bytes = utf8.encode(key);
  return concat(Uint8Array.of(space, bytes.length >> 8, bytes.length & 0xff), bytes);
}

/** Start of all entries of a key whose values start with `text`; the text must be short. */
export function startPrefix(space: EventSpace, key: string, text: string): Uint8Array {
  return concat(keyPrefix(space, key), escapeZeros(utf8.encode(text)));
}

/** Start of all entries of a key with exactly this value; then comes the position. */
export function valuePrefix(space: EventSpace, key: string, value: string): Uint8Array {
  return concat(keyPrefix(space, key), escapeZeros(shorten(utf8.encode(value))), Uint8Array.of(0x00, 0x01));
}

/** Entry of one attribute: its key, and the value to store when the key has a shortened one. */
export function eventEntry(
  space: EventSpace,
  attribute: { readonly key: string; readonly value: string },
  position: Position,
): { readonly key: Uint8Array; readonly value: Uint8Array } {
  const bytes = utf8.encode(attribute.value);
  const key = concat(valuePrefix(space, attribute.key, attribute.value), encodePosition(position));
  return { key, value: bytes.length > MAX_KEY_VALUE_BYTES ? bytes : new Uint8Array(0) };
}

/** Value and position of an entry whose key starts with {@link keyPrefix} of `prefixBytes` bytes. */
export function decodeEntry(
  entry: { readonly key: Uint8Array; readonly value: Uint8Array },
  prefixBytes: number,
): { readonly value: string; readonly position: Position } {
  const position = decodePosition(entry.key.subarray(entry.key.length - POSITION_BYTES));
  const stored = entry.key.subarray(prefixBytes, entry.key.length - POSITION_BYTES - 2);
  return { value: fromUtf8.decode(entry.value.length > 0 ? entry.value : unescapeZeros(stored)), position };
}

/** First key after all that start with `prefix`. */
export function endOf(prefix: Uint8Array): Uint8Array {
  const end = prefix.slice();
  for (let i = end.length - 1; i >= 0; i--) {
    if ((end[i] as number) === 0xff) continue;
    end[i] = (end[i] as number) + 1;
    return end.subarray(0, i + 1);
  }
  throw new RangeError("no key is greater than this prefix");
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function shorten(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_KEY_VALUE_BYTES) return bytes;
  return concat(bytes.subarray(0, MAX_KEY_VALUE_BYTES - 32), sha256(bytes));
}

function escapeZeros(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(0)) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === 0 ? [0x00, 0xff] : [byte])));
}

function unescapeZeros(bytes: Uint8Array): Uint8Array {
  return bytes.includes(0) ? bytes.filter((byte, i) => byte !== 0xff || bytes[i - 1] !== 0) : bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
