import { CodecError } from "../codec/errors.ts";

/** Longest bit array: parts of the largest block and validators of the largest set both stay below. */
export const MAX_BITS = 10_000;

/**
 * Immutable set of indices below a fixed length. Bytes hold eight bits, lowest first; bits past the length are zero,
 * so that equal sets have equal bytes.
 */
export class BitArray {
  readonly length: number;
  readonly #bytes: Uint8Array;

  private constructor(length: number, bytes: Uint8Array) {
    this.length = length;
    this.#bytes = bytes;
  }

  static empty(length: number): BitArray {
    checkLength(length);
    return new BitArray(length, new Uint8Array(Math.ceil(length / 8)));
  }

  static of(length: number, indices: Iterable<number>): BitArray {
    const bits = BitArray.empty(length);
    for (const index of indices) {
      checkIndex(length, index);
      setBit(bits.#bytes, index);
    }
    return bits;
  }

  /**
   * @throws CodecError `out_of_range` for a length beyond {@link MAX_BITS}, `bad_length` when the bytes are not exactly
   * as many as the length needs, `not_canonical` when a bit past the length is set
   */
  static fromBytes(length: number, bytes: Uint8Array): BitArray {
    checkLength(length);
    if (bytes.length !== Math.ceil(length / 8)) {
      throw new CodecError("bad_length", "bits", `${length} bits do not take ${bytes.length} bytes`);
    }
    const last = bytes[bytes.length - 1];
    if (last !== undefined && length % 8 !== 0 && last >> (length % 8) !== 0) {
      throw new CodecError("not_canonical", "bits", `a bit past the length ${length} is set`);
    }
    return new BitArray(length, bytes.slice());
  }

  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  has(index: number): boolean {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) return false;
    return (((this.#bytes[index >> 3] as number) >> (index & 7)) & 1) === 1;
  }

  with(index: number): BitArray {
    checkIndex(this.length, index);
    if (this.has(index)) return this;
    const bytes = this.#bytes.slice();
    setBit(bytes, index);
    return new BitArray(this.length, bytes);
  }

  /** Indices of this array that `other` (of any length) lacks. */
  missingFrom(other: BitArray): number[] {
    return this.indices().filter((index) => !other.has(index));
  }

  indices(): number[] {
    const out: number[] = [];
    for (let i = 0; i < this.length; i++) if (this.has(i)) out.push(i);
    return out;
  }

  get count(): number {
    return this.indices().length;
  }

  get isFull(): boolean {
    return this.count === this.length;
  }

  equals(other: BitArray): boolean {
    return this.length === other.length && this.#bytes.every((byte, i) => byte === other.#bytes[i]);
  }

  /** One character an index, `x` for set and `_` for not, as CometBFT prints it. */
  toString(): string {
    let text = "";
    for (let i = 0; i < this.length; i++) text += this.has(i) ? "x" : "_";
    return text;
  }
}

function checkLength(length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > MAX_BITS) {
    throw new CodecError("out_of_range", "bits", `length ${length} is not in 0..${MAX_BITS}`);
  }
}

function checkIndex(length: number, index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new CodecError("out_of_range", "bits", `index ${index} is not in 0..${length - 1}`);
  }
}

function setBit(bytes: Uint8Array, index: number): void {
  bytes[index >> 3] = (bytes[index >> 3] as number) | (1 << (index & 7));
}
