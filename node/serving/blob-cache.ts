import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtefactSource } from "../attest/artefacts.ts";
import { type BlobId, blobIdOf } from "../blobs/index.ts";
import { writeDurably } from "../home/durable-file.ts";

/** Blobs kept in a folder under their ids: a model's megabytes are downloaded once, whatever restarts. */
export class BlobCache implements ArtefactSource {
  readonly #folder: string;
  readonly #source: ArtefactSource;

  constructor(folder: string, source: ArtefactSource) {
    this.#folder = folder;
    this.#source = source;
    mkdirSync(folder, { recursive: true });
  }

  /** A file that does not match its id counts as absent. Throws what the source throws. */
  async blob(id: BlobId): Promise<Uint8Array> {
    const file = join(this.#folder, id);
    const stored = await readFile(file).catch(() => undefined);
    if (stored && blobIdOf(stored) === id) return new Uint8Array(stored);
    const bytes = await this.#source.blob(id);
    writeDurably(file, bytes);
    return bytes;
  }
}
