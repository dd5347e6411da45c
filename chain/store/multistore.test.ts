import { describe, expect, test } from "vitest";
import { toHex } from "../crypto/bytes.ts";
import { EMPTY_HASH } from "../crypto/hash.ts";
import { StoreError } from "./errors.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { MultiStore, type MultiStoreOptions } from "./multistore.ts";
import { runDiskRead } from "./persist/disk.ts";
import { changesetKey, chunkKey, manifestKey } from "./persist/layout.ts";
import { loadState } from "./persist/load.ts";
import { rollbackState } from "./persist/rollback.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const OPTIONS: MultiStoreOptions = { names: ["bank", "acc"], retainedVersions: 4, checkpointEvery: 3 };

function code(fn: () => unknown): string {
  try {
    fn();
    return "none";
  } catch (error) {
    return error instanceof StoreError ? error.code : String(error);
  }
}

/** Block `height` of a fixed history: sets, overwrites, equal sets and removals in both stores. */
function runBlock(stores: MultiStore, height: number): string {
  const block = stores.branch();
  for (let i = 0; i < 12; i++) {
    const draw = Math.imul(height * 31 + i, 2_654_435_761) >>> 0;
    const store = block.store(draw % 3 === 0 ? "acc" : "bank");
    const key = bytes(1, (draw >>> 8) % 40);
    if (draw % 5 === 0) store.delete(key);
    else if (draw % 5 === 1 && store.has(key)) store.set(key, store.get(key)!);
    else store.set(key, bytes((draw >>> 16) % 256, height % 256));
  }
  return toHex(stores.finalize(block));
}

function open(disk: MemoryDisk, options = OPTIONS): MultiStore {
  return runDiskRead(loadState(options), disk.read);
}

function grow(disk: MemoryDisk, to: number, options = OPTIONS): { stores: MultiStore; hashes: string[] } {
  const stores = open(disk, options);
  const hashes: string[] = [];
  for (let height = stores.version + 1; height <= to; height++) {
    hashes.push(runBlock(stores, height));
    disk.batch(stores.commit().writes);
  }
  return { stores, hashes };
}

const EXPECTED = grow(new MemoryDisk(), 60, { ...OPTIONS, checkpointEvery: 1_000 }).hashes;

describe("MultiStore", () => {
  test("a finalized version is seen only after commit", () => {
    const stores = new MultiStore(OPTIONS);
    expect([stores.version, stores.appHash]).toEqual([0, EMPTY_HASH]);
    const block = stores.branch();
    block.store("bank").set(bytes(1), bytes(2));
    const appHash = stores.finalize(block);
    expect(stores.view().store("bank").has(bytes(1))).toBe(false);
    expect(code(() => stores.finalize(stores.branch()))).toBe("unknown_version");
    expect(stores.commit().appHash).toEqual(appHash);
    expect([stores.version, stores.appHash]).toEqual([1, appHash]);
    expect(stores.view().store("bank").get(bytes(1))).toEqual(bytes(2));
    expect(code(() => stores.commit())).toBe("unknown_version");
  });

  test("a discarded transaction leaves no trace, a written one does", () => {
    const stores = new MultiStore(OPTIONS);
    const block = stores.branch();
    for (const [value, keep] of [
      [1, true],
      [2, false],
    ] as const) {
      const tx = block.branch();
      tx.store("acc").set(bytes(value), bytes(value));
      if (keep) tx.write();
      else tx.discard();
    }
    expect(block.changes()).toEqual([{ name: "acc", writes: [{ key: bytes(1), value: bytes(1) }] }]);
  });

  test("old versions are readable until pruned", () => {
    const { stores } = grow(new MemoryDisk(), 10);
    expect(stores.view(7).store("bank")).toBeDefined();
    expect(code(() => stores.view(6))).toBe("pruned");
    expect(code(() => stores.view(11))).toBe("unknown_version");
    expect(code(() => stores.view().store("gov"))).toBe("unknown_store");
    expect(code(() => new MultiStore({ names: ["a", "a"] }))).toBe("unknown_store");
  });

  test("with nothing retained but the last version, the current one outlives a finalized one", () => {
    const { stores } = grow(new MemoryDisk(), 5, { ...OPTIONS, retainedVersions: 1 });
    const entries = [...stores.view().store("bank").iterate()].length;
    runBlock(stores, 6);
    expect([...stores.view().store("bank").iterate()]).toHaveLength(entries);
  });

  test("the first version may be any initial height", () => {
    const disk = new MemoryDisk();
    const options = { ...OPTIONS, firstVersion: 1_000 };
    const stores = new MultiStore(options);
    runBlock(stores, 1);
    disk.batch(stores.commit().writes);
    expect(open(disk, options).version).toBe(1_000);
  });
});

describe("restart", () => {
  test("at every block leads to the roots of a run without restarts", () => {
    const disk = new MemoryDisk();
    const hashes: string[] = [];
    for (let height = 1; height <= 60; height++) hashes.push(...grow(disk, height).hashes);
    expect(hashes).toEqual(EXPECTED);
  });

  test.each([1, 2, 3, 5, 100])(
    "checkpoints every %i versions: a crash before any batch loses only that batch",
    (every) => {
      const options = { ...OPTIONS, checkpointEvery: every };
      const disk = new MemoryDisk();
      const stores = open(disk, options);
      for (let height = 1; height <= 40; height++) {
        const crashed = open(disk.clone(), options);
        expect(crashed.version).toBe(height - 1);
        expect(toHex(crashed.appHash)).toBe(height === 1 ? toHex(EMPTY_HASH) : EXPECTED[height - 2]);
        expect(runBlock(crashed, height)).toBe(EXPECTED[height - 1]);
        runBlock(stores, height);
        disk.batch(stores.commit().writes);
      }
    },
  );

  test("restores the retained versions, so that proofs and reads go on", () => {
    const disk = new MemoryDisk();
    for (let height = 1; height <= 30; height++) {
      const { stores } = grow(disk, height);
      const again = open(disk);
      for (let version = Math.max(1, height - 3); version <= height; version++) {
        expect(again.roots(version)).toEqual(stores.roots(version));
        const entries = (of: MultiStore) => [...of.view(version).store("bank").iterate()];
        expect(entries(again)).toEqual(entries(stores));
      }
    }
  });

  test("the disk does not grow with the chain's age", () => {
    const disk = new MemoryDisk();
    grow(disk, 30);
    const size = disk.size;
    grow(disk, 60);
    expect(disk.size).toBeLessThanOrEqual(size + 2);
    expect(disk.size).toBeLessThan(25);
  });

  test("a store that the program gained starts empty; one that it lost is an error", () => {
    const disk = new MemoryDisk();
    grow(disk, 10);
    const more = open(disk, { ...OPTIONS, names: ["acc", "bank", "gov"] });
    const block = more.branch();
    block.store("gov").set(bytes(1), bytes(1));
    more.finalize(block);
    disk.batch(more.commit().writes);
    expect(more.view().store("gov").get(bytes(1))).toEqual(bytes(1));
    expect(open(disk, { ...OPTIONS, names: ["acc", "bank", "gov"] }).appHash).toEqual(more.appHash);
    expect(code(() => open(disk))).toBe("unknown_store");
  });

  test.each([
    ["a missing changeset", changesetKey(30), undefined],
    ["a damaged changeset", changesetKey(30), (value: Uint8Array) => value.with(value.length - 1, value.at(-1)! ^ 1)],
    ["a cut changeset", changesetKey(30), (value: Uint8Array) => value.slice(0, -1)],
    ["a missing chunk", chunkKey(27, 0), undefined],
    ["a damaged chunk", chunkKey(27, 0), (value: Uint8Array) => value.with(-1, value.at(-1)! ^ 1)],
  ])("%s is found, not skipped", (_, key, damage) => {
    const disk = new MemoryDisk();
    grow(disk, 30);
    const end = Uint8Array.of(...key, 0);
    const [entry] = disk.read({ start: key, end, limit: 1 });
    expect(entry).toBeDefined();
    disk.batch([damage ? { type: "put", key, value: damage(entry![1]) } : { type: "del", key }]);
    expect(code(() => open(disk))).toBe("corrupt");
  });
});

describe("rollback", () => {
  test("returns to a covered version and goes on to the same roots", () => {
    const disk = new MemoryDisk();
    grow(disk, 40);
    disk.batch(runDiskRead(rollbackState(37), disk.read));
    const above = [changesetKey, manifestKey, (version: number) => chunkKey(version, 0)].flatMap((key) =>
      disk.read({ start: key(38), end: key(1_000), limit: 10 }),
    );
    expect(above).toEqual([]);
    const { stores, hashes } = grow(disk, 60);
    expect(hashes).toEqual(EXPECTED.slice(37));
    expect(toHex(stores.appHash)).toBe(EXPECTED[59]);
  });

  test("refuses versions that the disk does not cover", () => {
    const disk = new MemoryDisk();
    expect(code(() => runDiskRead(rollbackState(1), disk.read))).toBe("nothing_to_roll_back");
    grow(disk, 40);
    expect(code(() => runDiskRead(rollbackState(41), disk.read))).toBe("nothing_to_roll_back");
    expect(code(() => runDiskRead(rollbackState(10), disk.read))).toBe("nothing_to_roll_back");
  });
});
