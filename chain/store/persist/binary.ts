import { StoreError } from "../errors.ts";

const FIRST_CAPACITY = 256;

/** Appends varints and length-prefixed bytes to one growing array. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Unsigned varint of a safe natural number. */
  uvarint(value: number): this {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      const low = rest % 0x80;
      this.#bytes[this.#length++] = low | 0x80;
      rest = (rest - low) / 0x80;
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** The bytes behind their length. */
  bytes(value: Uint8Array): this {
    this.uvarint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  text(value: string): this {
    return this.bytes(new TextEncoder().encode(value));
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const wide = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    wide.set(this.#bytes);
    this.#bytes = wide;
  }
}

/** Reads what `ByteWriter` wrote; throws `corrupt` at the first thing that it would not have written. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  uvarint(): number {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new StoreError("corrupt", "a record ends early or holds too large a number");
  }

  bytes(): Uint8Array {
    const length = this.uvarint();
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new StoreError("corrupt", "a record ends inside a field");
    this.#at = start + length;
    return this.#bytes.slice(start, this.#at);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  /** Throws `corrupt` unless everything is read. */
  finish(): void {
    if (!this.done) throw new StoreError("corrupt", "a record has bytes after its end");
  }
}
