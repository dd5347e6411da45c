import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";
import type { AsyncEncoder } from "../influence/encoders/types.ts";
import { MAX_FEATURE_BYTES } from "./limits.ts";

const SUFFIX = ".f64";
const DIGEST_BYTES = 32;

/**
 * Encoded texts on disk, so that the claims of a model (training, index, fidelity), and of other models on the same
 * snapshots, encode them once. A file that is not what was written is encoded again. Beyond `bytes` those go first that
 * nobody used for longest. One process writes; its threads may read and write at once.
 */
export class FeatureFolder {
  readonly #dir: string;
  readonly #bytes: number;

  constructor(dir: string, bytes: number) {
    this.#dir = dir;
    this.#bytes = bytes;
    mkdirSync(dir, { recursive: true });
  }

  read(key: string): Float64Array | undefined {
    const path = this.#path(key);
    if (!existsSync(path)) return undefined;
    const file = readFileSync(path);
    const content = file.subarray(DIGEST_BYTES);
    if (content.length % 8 !== 0 || !digest(content).equals(file.subarray(0, DIGEST_BYTES))) {
      rmSync(path, { force: true });
      return undefined;
    }
    const now = new Date();
    utimesSync(path, now, now);
    const features = new Float64Array(content.length / 8);
    new Uint8Array(features.buffer).set(content);
    return features;
  }

  write(key: string, features: Float64Array): void {
    if (features.byteLength + DIGEST_BYTES > this.#bytes) return;
    const content = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    const path = this.#path(key);
    const part = `${path}.${process.hrtime.bigint()}`;
    writeFileSync(part, digest(content));
    writeFileSync(part, content, { flag: "a" });
    renameSync(part, path);
    this.#evict();
  }

  #path(key: string): string {
    return join(this.#dir, `${key}${SUFFIX}`);
  }

  /** Parts of writes that a crash left count and go like the others. */
  #evict(): void {
    const files = readdirSync(this.#dir).map((name) => {
      const { size, mtimeMs } = statSync(join(this.#dir, name));
      return { name, size, mtimeMs };
    });
    files.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let kept = 0;
    for (const { name, size } of files) {
      kept += size;
      if (kept > this.#bytes) rmSync(join(this.#dir, name), { force: true });
    }
  }
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

/** What features depend on: the encoder's specification and the texts in their order. */
export function featureKey(specHash: Uint8Array, texts: readonly string[]): string {
  const hash = createHash("sha256").update(specHash);
  for (const text of texts) {
    const bytes = utf8Bytes(text);
    hash.update(u32be(bytes.length)).update(bytes);
  }
  return hash.digest("hex");
}

/** Undefined where the disk refuses: what is kept saves time, and no verdict depends on it. */
function attempt<T>(of: () => T): T | undefined {
  try {
    return of();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** The encoder, asking a folder first; itself without one, or where there cannot be one. */
export function keptFeatures(encoder: AsyncEncoder, dir: string | undefined): AsyncEncoder {
  const folder = dir === undefined ? undefined : attempt(() => new FeatureFolder(dir, MAX_FEATURE_BYTES));
  if (!folder) return encoder;
  const { id, dims, specHash } = encoder;
  return {
    ...{ id, dims, specHash },
    async encodeAll(texts, onProgress) {
      const key = featureKey(specHash, texts);
      const known = attempt(() => folder.read(key));
      if (known?.length === texts.length * dims) {
        onProgress?.(texts.length);
        return known;
      }
      const features = await encoder.encodeAll(texts, onProgress);
      attempt(() => folder.write(key, features));
      return features;
    },
    close: () => encoder.close(),
  };
}
