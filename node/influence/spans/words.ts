import { closeSync, openSync, readSync } from "node:fs";
import { InfluenceError } from "../errors.ts";
import { MAX_PAGES, PAGE_WORDS } from "./limits.ts";

/** Unsigned 32-bit words by place, in memory or on disk. */
export interface Words {
  readonly length: number;
  at(index: number): number;
}

export function memoryWords(words: Uint32Array): Words {
  return { length: words.length, at: (index) => words[index]! };
}

/** A file of little-endian 32-bit words whose least recently used pages are dropped. */
export class PagedFile {
  readonly #file: number;
  readonly #pages = new Map<number, DataView>();
  readonly #mostPages: number;

  constructor(path: string, mostPages: number = MAX_PAGES) {
    this.#file = openSync(path, "r");
    this.#mostPages = mostPages;
  }

  /** Words [start, start + length) of the file. */
  section(start: number, length: number): Words {
    return { length, at: (index) => this.#word(start + index) };
  }

  close(): void {
    this.#pages.clear();
    closeSync(this.#file);
  }

  #word(index: number): number {
    const page = Math.floor(index / PAGE_WORDS);
    const offset = 4 * (index - page * PAGE_WORDS);
    const view = this.#page(page);
    if (offset + 4 > view.byteLength) throw new InfluenceError("bad-bytes", `span segment: no word ${index}`);
    return view.getUint32(offset, true);
  }

  #page(page: number): DataView {
    const known = this.#pages.get(page);
    if (known) {
      // Maps iterate in order of insertion: the first key is the least recently used page.
      this.#pages.delete(page);
      this.#pages.set(page, known);
      return known;
    }
    const bytes = new Uint8Array(4 * PAGE_WORDS);
    const read = readSync(this.#file, bytes, 0, bytes.length, page * bytes.length);
    const view = new DataView(bytes.buffer, 0, read);
    if (this.#pages.size >= this.#mostPages) this.#pages.delete(this.#pages.keys().next().value as number);
    this.#pages.set(page, view);
    return view;
  }
}
