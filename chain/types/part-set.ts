import { PART_BYTES, type Part } from "../codec/part.ts";
import { MAX_PARTS } from "../codec/primitives.ts";
import { equalBytes } from "../crypto/bytes.ts";
import { concatBytes } from "../crypto/hash.ts";
import { merkleProofs, verifyProof } from "../crypto/merkle.ts";
import { BitArray } from "./bit-array.ts";
import type { PartSetHeader } from "./block-id.ts";

export { MAX_PART_BYTES, PART_BYTES, type Part } from "../codec/part.ts";

/**
 * What became of a part.
 *
 * - `added`, `duplicate` (the index was filled before)
 * - `wrong_index`: outside the set, or the proof is of another index
 * - `wrong_size`: only the last part may be shorter than the part size, and none is empty
 * - `wrong_proof`: the proof does not lead to the set's root
 */
export type AddPartResult = "added" | "duplicate" | "wrong_index" | "wrong_size" | "wrong_proof";

/** The parts of one encoded block, complete or being gathered from peers. */
export class PartSet {
  readonly header: PartSetHeader;
  readonly #partSize: number;
  readonly #parts: (Part | undefined)[];
  #count = 0;

  private constructor(header: PartSetHeader, partSize: number) {
    this.header = header;
    this.#partSize = partSize;
    this.#parts = new Array<Part | undefined>(header.total).fill(undefined);
  }

  /** Cuts bytes into parts and proves each. Throws RangeError for no bytes or more than {@link MAX_PARTS} parts. */
  static fromBytes(bytes: Uint8Array, partSize: number = PART_BYTES): PartSet {
    const total = Math.ceil(bytes.length / partSize);
    if (total < 1 || total > MAX_PARTS) throw new RangeError(`${bytes.length} bytes do not make 1..${MAX_PARTS} parts`);
    const pieces = Array.from({ length: total }, (_, i) => bytes.slice(i * partSize, (i + 1) * partSize));
    const { root, proofs } = merkleProofs(pieces);
    const set = new PartSet({ total, hash: root }, partSize);
    pieces.forEach((piece, index) => {
      const proof = proofs[index];
      if (proof) set.#put({ index, bytes: piece, proof });
    });
    return set;
  }

  /** An empty set to gather parts under a header that a signed proposal names. Throws RangeError as {@link fromBytes}. */
  static fromHeader(header: PartSetHeader, partSize: number = PART_BYTES): PartSet {
    if (header.total < 1 || header.total > MAX_PARTS) throw new RangeError(`no set has ${header.total} parts`);
    return new PartSet(header, partSize);
  }

  /** Verifies a part against the header and keeps it. */
  addPart(part: Part): AddPartResult {
    const { index, bytes, proof } = part;
    const { total, hash } = this.header;
    if (!Number.isInteger(index) || index < 0 || index >= total) return "wrong_index";
    if (proof.index !== index || proof.total !== total) return "wrong_index";
    if (this.#parts[index]) return "duplicate";
    const full = bytes.length === this.#partSize;
    const last = index === total - 1;
    if (bytes.length === 0 || (!full && !(last && bytes.length < this.#partSize))) return "wrong_size";
    if (!verifyProof(hash, bytes, proof)) return "wrong_proof";
    this.#put(part);
    return "added";
  }

  #put(part: Part): void {
    this.#parts[part.index] = part;
    this.#count++;
  }

  get(index: number): Part | undefined {
    return this.#parts[index];
  }

  get count(): number {
    return this.#count;
  }

  get isComplete(): boolean {
    return this.#count === this.header.total;
  }

  hasHeader(header: PartSetHeader): boolean {
    return this.header.total === header.total && equalBytes(this.header.hash, header.hash);
  }

  /** Which parts are there. */
  bits(): BitArray {
    return BitArray.of(
      this.header.total,
      this.#parts.flatMap((part) => (part ? [part.index] : [])),
    );
  }

  /** The encoded block, or undefined while parts are missing. */
  assemble(): Uint8Array | undefined {
    if (!this.isComplete) return undefined;
    return concatBytes(...this.#parts.flatMap((part) => (part ? [part.bytes] : [])));
  }
}
