import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { EvaluationError } from "./evaluation.ts";

/** The operating system's folder for things that may be deleted at any time. */
function cacheRoot(): string {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (platform() === "darwin") return join(homedir(), "Library", "Caches");
  if (platform() === "win32") return process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  return join(homedir(), ".cache");
}

export function defaultStateFolder(): string {
  return join(cacheRoot(), "openledger", "eval");
}

/** sha256 in hex over parts of any kind, each preceded by its length: what a stored result depends on. */
export function keyOf(parts: readonly (string | number | ArrayBufferView)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = ArrayBuffer.isView(part)
      ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
      : new TextEncoder().encode(String(part));
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * Expensive numbers kept between runs, so that an interrupted evaluation goes on where it stopped. A file is written
 * whole beside its place and renamed: it is either absent or complete. Keys name everything that the content depends
 * on, so a stale file is never read.
 */
export class StateFolder {
  readonly dir: string;

  constructor(dir: string = defaultStateFolder()) {
    this.dir = dir;
  }

  private path(key: string, name: string): string {
    return join(this.dir, key.slice(0, 32), name);
  }

  doubles(key: string, name: string, length: number): Float64Array | undefined {
    const path = this.path(key, name);
    if (!existsSync(path)) return undefined;
    const bytes = readFileSync(path);
    if (bytes.length !== 8 * length) {
      throw new EvaluationError("bad-state", `${path} has ${bytes.length} bytes instead of ${8 * length}: delete it`);
    }
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }

  text(key: string, name: string): string | undefined {
    const path = this.path(key, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  write(key: string, name: string, values: Float64Array | string): void {
    const path = this.path(key, name);
    mkdirSync(join(path, ".."), { recursive: true });
    const half = `${path}.${process.pid}.part`;
    writeFileSync(
      half,
      typeof values === "string" ? values : new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    renameSync(half, path);
  }

  /** The stored value, or the computed and stored one. */
  async keep(key: string, name: string, length: number, compute: () => Promise<Float64Array>): Promise<Float64Array> {
    const stored = this.doubles(key, name, length);
    if (stored) return stored;
    const values = await compute();
    this.write(key, name, values);
    return values;
  }
}
