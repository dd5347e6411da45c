import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareBytes } from "../../chain/crypto/bytes.ts";

/** One case of test/data/iavl/roots.json; see the README there. */
export interface IavlCase {
  readonly name: string;
  readonly seed: number;
  readonly versions: number;
  readonly keys: number;
  readonly ops: number;
  readonly setPercent: number;
  readonly noopPercent: number;
  readonly drainEvery: number;
  readonly restartEvery: number;
  readonly roots: readonly string[];
  readonly proofs: readonly { version: number; key: string; value: string | null; proof: string }[];
}

/** The last write of each dirty key of one version, in ascending key order; undefined removes. */
export type VersionWrites = readonly (readonly [key: Uint8Array, value: Uint8Array | undefined])[];

const DATA = join(import.meta.dirname, "..", "data", "iavl");

export function readIavlData<T>(file: string): T {
  return JSON.parse(readFileSync(join(DATA, file), "utf8")) as T;
}

function keyOf(k: number): Uint8Array {
  const bytes = new Uint8Array(4 + (k % 7));
  new DataView(bytes.buffer).setUint32(0, Math.imul(k, 2_654_435_761) >>> 0);
  for (let i = 0; i < k % 7; i++) bytes[4 + i] = (k + i) % 256;
  return bytes;
}

/** The writes of each version of a case, from its seed. */
export function* versionsOf(spec: IavlCase): Generator<VersionWrites> {
  let state = spec.seed;
  const draw = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  const present = new Map<string, readonly [Uint8Array, Uint8Array]>();
  for (let version = 1; version <= spec.versions; version++) {
    const dirty = new Map<string, readonly [Uint8Array, Uint8Array | undefined]>();
    let count = draw(spec.ops + 1);
    if (spec.drainEvery > 0 && version % spec.drainEvery === 0) {
      for (const [name, [key]] of present) dirty.set(name, [key, undefined]);
      count = 0;
    }
    for (let i = 0; i < count; i++) {
      const key = keyOf(draw(spec.keys));
      const name = key.join();
      const action = draw(100);
      const current = dirty.has(name) ? dirty.get(name)![1] : present.get(name)?.[1];
      if (action < spec.setPercent) dirty.set(name, [key, Uint8Array.from({ length: draw(40) }, () => draw(256))]);
      else if (action >= spec.setPercent + spec.noopPercent) dirty.set(name, [key, undefined]);
      else if (current) dirty.set(name, [key, current]);
    }
    for (const [name, [key, value]] of dirty) {
      if (value) present.set(name, [key, value]);
      else present.delete(name);
    }
    yield [...dirty.values()].sort(([a], [b]) => compareBytes(a, b));
  }
}
