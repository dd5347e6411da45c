import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { WalPort } from "../../chain/consensus/ports.ts";
import { readIfPresent, syncFolder, writeDurably } from "../home/durable-file.ts";

/** The write-ahead log as one append-only file; frames are made by chain/consensus/wal.ts. */
export class WalFile implements WalPort {
  readonly #path: string;
  #handle: number;
  #length: number;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#handle = openSync(path, "a", 0o600);
    this.#length = fstatSync(this.#handle).size;
    syncFolder(dirname(path));
  }

  /** All that the file holds. */
  read(): Uint8Array {
    return readIfPresent(this.#path) ?? new Uint8Array(0);
  }

  append(frame: Uint8Array): void {
    for (let done = 0; done < frame.length; ) done += writeSync(this.#handle, frame, done);
    this.#length += frame.length;
  }

  sync(): void {
    fdatasyncSync(this.#handle);
  }

  truncate(length: number): void {
    if (length > this.#length) throw new RangeError(`the WAL has ${this.#length} bytes, it cannot be cut to ${length}`);
    ftruncateSync(this.#handle, length);
    fdatasyncSync(this.#handle);
    this.#length = length;
  }

  reset(frame: Uint8Array): void {
    closeSync(this.#handle);
    writeDurably(this.#path, frame);
    this.#handle = openSync(this.#path, "a", 0o600);
    this.#length = frame.length;
  }

  close(): void {
    closeSync(this.#handle);
  }
}
