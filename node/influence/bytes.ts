import { InfluenceError } from "./errors.ts";

/** Texts in our formats are ids and class names: short. */
const MOST_TEXT_BYTES = 1024;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Fixed-width little-endian fields in one order: a value has exactly one encoding. */
export class ByteWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  private room(count: number): DataView {
    if (this.length + count > this.bytes.length) {
      const grown = new Uint8Array(2 * (this.length + count));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    const view = new DataView(this.bytes.buffer, this.length, count);
    this.length += count;
    return view;
  }

  u8(value: number): void {
    this.room(1).setUint8(0, value);
  }

  i8(value: number): void {
    this.room(1).setInt8(0, value);
  }

  u16(value: number): void {
    this.room(2).setUint16(0, value, true);
  }

  u32(value: number): void {
    this.room(4).setUint32(0, value, true);
  }

  i32(value: number): void {
    this.room(4).setInt32(0, value, true);
  }

  u64(value: number | bigint): void {
    this.room(8).setBigUint64(0, BigInt(value), true);
  }

  raw(value: Uint8Array): void {
    this.room(value.length);
    this.bytes.set(value, this.length - value.length);
  }

  /** Bytes whose length the reader knows. */
  fixed(value: Uint8Array, length: number): void {
    if (value.length !== length) throw new InfluenceError("bad-shape", `${value.length} bytes where ${length} belong`);
    this.raw(value);
  }

  text(value: string): void {
    const encoded = utf8.encode(value);
    if (encoded.length > MOST_TEXT_BYTES) {
      throw new InfluenceError("bad-shape", `a text of ${encoded.length} bytes; at most ${MOST_TEXT_BYTES}`);
    }
    this.u16(encoded.length);
    this.raw(encoded);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** Reads what ByteWriter wrote; every way to be wrong is InfluenceError "bad-bytes". */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly what: string;
  private at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.what = what;
  }

  private take(count: number): DataView {
    if (this.at + count > this.bytes.length) {
      throw new InfluenceError("bad-bytes", `${this.what}: truncated at byte ${this.bytes.length}`);
    }
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, count);
    this.at += count;
    return view;
  }

  u8(): number {
    return this.take(1).getUint8(0);
  }

  i8(): number {
    return this.take(1).getInt8(0);
  }

  u16(): number {
    return this.take(2).getUint16(0, true);
  }

  u32(): number {
    return this.take(4).getUint32(0, true);
  }

  i32(): number {
    return this.take(4).getInt32(0, true);
  }

  u64big(): bigint {
    return this.take(8).getBigUint64(0, true);
  }

  /** A 64-bit field that holds a safe integer. */
  u64(): number {
    const value = Number(this.u64big());
    if (!Number.isSafeInteger(value)) throw new InfluenceError("bad-bytes", `${this.what}: a number beyond 2^53`);
    return value;
  }

  fixed(length: number): Uint8Array {
    const view = this.take(length);
    return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, length).slice();
  }

  text(): string {
    const length = this.u16();
    if (length > MOST_TEXT_BYTES) throw new InfluenceError("bad-bytes", `${this.what}: a text of ${length} bytes`);
    try {
      return strictUtf8.decode(this.fixed(length));
    } catch (error) {
      if (error instanceof InfluenceError) throw error;
      throw new InfluenceError("bad-bytes", `${this.what}: a text is not UTF-8`);
    }
  }

  end(): void {
    if (this.at !== this.bytes.length) {
      throw new InfluenceError("bad-bytes", `${this.what}: ${this.bytes.length - this.at} bytes too many`);
    }
  }
}
