import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { BlobError } from "./errors.ts";
import { type BlobId, parseBlobId } from "./id.ts";

/** Accounts become part of file names. */
const ACCOUNT = /^[a-z0-9]{1,90}$/;

/** What the name and attributes of a blob's file say. */
export interface StoredFile {
  readonly id: BlobId;
  /** Account that uploaded it; empty for a blob fetched from peers or made by this node. */
  readonly uploader: string;
  readonly bytes: number;
  readonly storedAtMs: number;
}

/**
 * Blob files: `objects/<first two digits>/<id>[.<uploader>]`. There is no index beside the files, so none can
 * disagree with them. A file appears under its name only when its bytes are on disk.
 */
export class BlobFiles {
  readonly #dir: string;
  #temporary = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Makes the folders, drops unfinished writes and lists what is there. */
  async open(): Promise<StoredFile[]> {
    await rm(this.#path("tmp"), { recursive: true, force: true });
    for (const name of ["tmp", "corrupt", "pins", "objects"]) await mkdir(this.#path(name), { recursive: true });
    const files: StoredFile[] = [];
    for (const shard of await readdir(this.#path("objects"))) {
      for (const name of await readdir(this.#path("objects", shard))) {
        const file = await this.#inspect(shard, name);
        if (file) files.push(file);
      }
    }
    return files;
  }

  /** Writes bytes durably: temporary file, fsync, rename, fsync of the folder. Throws `io`. */
  async write(
    blob: { readonly id: BlobId; readonly uploader: string; readonly atMs: number },
    bytes: Uint8Array,
  ): Promise<void> {
    const { id, uploader, atMs } = blob;
    const target = this.#object(id, uploader);
    const temporary = this.#path("tmp", `${id}.${process.pid}.${this.#temporary++}`);
    try {
      await mkdir(join(target, ".."), { recursive: true });
      const file = await open(temporary, "wx");
      try {
        await file.writeFile(bytes);
        await file.utimes(atMs / 1000, atMs / 1000);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
      await syncFolder(join(target, ".."));
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw diskError(`blob ${id} was not stored`, cause);
    }
  }

  /** Undefined when the file is gone. Throws `io`. */
  async read(id: BlobId, uploader: string): Promise<Uint8Array | undefined> {
    try {
      const { buffer, byteOffset, byteLength } = await readFile(this.#object(id, uploader));
      return new Uint8Array(buffer, byteOffset, byteLength);
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw diskError(`blob ${id} can't be read`, cause);
    }
  }

  /** The first bytes of a file; none when it is gone. */
  async head(id: BlobId, uploader: string, bytes: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(bytes);
    try {
      const file = await open(this.#object(id, uploader), "r");
      try {
        const { bytesRead } = await file.read(buffer, 0, bytes, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (cause) {
      if (isAbsent(cause)) return new Uint8Array(0);
      throw diskError(`blob ${id} can't be read`, cause);
    }
  }

  async remove(id: BlobId, uploader: string): Promise<void> {
    await rm(this.#object(id, uploader), { force: true });
  }

  /** Sets a file aside under `corrupt/`, for a person to look at. */
  async quarantine(id: BlobId, uploader: string): Promise<void> {
    await rename(this.#object(id, uploader), this.#path("corrupt", id)).catch(() => undefined);
  }

  /** Makes a file young again. */
  async touch(id: BlobId, uploader: string, atMs: number): Promise<void> {
    await utimes(this.#object(id, uploader), atMs / 1000, atMs / 1000).catch(() => undefined);
  }

  async pins(): Promise<BlobId[]> {
    return (await readdir(this.#path("pins"))).map(parseBlobId);
  }

  async pin(id: BlobId): Promise<void> {
    const file = await open(this.#path("pins", id), "w");
    await file.close();
    await syncFolder(this.#path("pins"));
  }

  async unpin(id: BlobId): Promise<void> {
    await rm(this.#path("pins", id), { force: true });
  }

  async #inspect(shard: string, name: string): Promise<StoredFile | undefined> {
    const [id = "", uploader = ""] = name.split(".", 2);
    if (!/^[0-9a-f]{64}$/.test(id) || !id.startsWith(shard)) return undefined;
    const { size, mtimeMs } = await stat(this.#path("objects", shard, name));
    return { id, uploader, bytes: size, storedAtMs: mtimeMs };
  }

  #object(id: BlobId, uploader: string): string {
    if (uploader !== "" && !ACCOUNT.test(uploader)) throw new BlobError("bad-request", "not an account address");
    return this.#path("objects", id.slice(0, 2), uploader === "" ? id : `${id}.${uploader}`);
  }

  #path(...parts: readonly string[]): string {
    return join(this.#dir, ...parts);
  }
}

/** A rename survives a crash only when its folder is synced too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function diskError(message: string, cause: unknown): BlobError {
  if (cause instanceof BlobError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BlobError("io", `${message} (${reason})`, {
    nextStep: "Check free space and permissions of the node's blobs folder",
    cause,
  });
}
