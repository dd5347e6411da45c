import type { BlockId, PartSetHeader } from "../types/block-id.ts";
import { type Part, PartSet } from "../types/part-set.ts";
import { invariant } from "./errors.ts";
import { MAX_BLOCKS } from "./limits.ts";
import { type ValueId, valueId } from "./value-id.ts";

/** A block of this height that is being assembled or complete. */
export interface BlockEntry {
  readonly blockId: BlockId;
  readonly parts: PartSet;
  /** The whole block, once every part is there. */
  bytes: Uint8Array | undefined;
  /** `asked` while the application is looking at it. */
  validity: "unknown" | "asked" | "valid" | "invalid";
}

/** Blocks that this height needs: proposed, locked, or named by a quorum. */
export class ValueBook {
  readonly #entries: Map<ValueId, BlockEntry> = new Map();
  readonly #partBytes: number;

  constructor(partBytes: number) {
    this.#partBytes = partBytes;
  }

  get(value: ValueId): BlockEntry | undefined {
    return this.#entries.get(value);
  }

  entries(): IterableIterator<BlockEntry> {
    return this.#entries.values();
  }

  /** Starts assembling a block, unless that is already so. */
  want(blockId: BlockId): BlockEntry {
    const value = valueId(blockId);
    let entry = this.#entries.get(value);
    if (!entry) {
      invariant(this.#entries.size < MAX_BLOCKS, "too many blocks are being assembled");
      entry = {
        blockId,
        parts: PartSet.fromHeader(blockId.parts, this.#partBytes),
        bytes: undefined,
        validity: "unknown",
      };
      this.#entries.set(value, entry);
    }
    return entry;
  }

  /** True when some block lacks this part. */
  lacks(header: PartSetHeader, index: number): boolean {
    for (const { parts } of this.#entries.values()) if (parts.hasHeader(header) && !parts.get(index)) return true;
    return false;
  }

  /** True when some block took the part. */
  addPart(header: PartSetHeader, part: Part): boolean {
    let taken = false;
    for (const entry of this.#entries.values()) {
      if (!entry.parts.hasHeader(header) || entry.parts.addPart(part) !== "added") continue;
      taken = true;
      entry.bytes = entry.parts.assemble();
    }
    return taken;
  }

  /** Drops blocks that nothing refers to any more. */
  keepOnly(wanted: ReadonlySet<ValueId>): void {
    for (const value of this.#entries.keys()) if (!wanted.has(value)) this.#entries.delete(value);
  }
}
