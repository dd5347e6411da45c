import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { appHashOf } from "../../chain/store/app-hash.ts";
import { MemoryDisk } from "../../chain/store/memory-disk.ts";
import { runDiskRead } from "../../chain/store/persist/disk.ts";
import { loadState } from "../../chain/store/persist/load.ts";
import { IavlTree } from "../../chain/store/tree/tree.ts";
import { type IavlCase, readIavlData, versionsOf } from "./iavl-cases.ts";

describe("roots of cosmos/iavl", () => {
  test.each(readIavlData<IavlCase[]>("roots.json"))("$name", (spec) => {
    const tree = new IavlTree();
    const roots: string[] = [];
    for (const writes of versionsOf(spec)) {
      for (const [key, value] of writes) {
        if (value) tree.set(key, value);
        else tree.remove(key);
      }
      roots.push(toHex(tree.commit()));
    }
    expect(roots).toEqual(spec.roots);
  });
});

describe("roots of cosmos/iavl through disk, checkpoints and restarts", () => {
  test.each(readIavlData<IavlCase[]>("roots.json"))("$name", (spec) => {
    const disk = new MemoryDisk();
    const options = { names: ["only"], retainedVersions: 10, checkpointEvery: 20 };
    const open = () => {
      const { stores, cleanup } = runDiskRead(loadState(options), disk.read);
      disk.batch(cleanup);
      return stores;
    };
    let stores = open();
    const roots: string[] = [];
    for (const writes of versionsOf(spec)) {
      const block = stores.branch();
      for (const [key, value] of writes) {
        if (value) block.store("only").set(key, value);
        else block.store("only").delete(key);
      }
      stores.finalize(block);
      disk.batch(stores.commit().writes);
      roots.push(toHex(stores.roots()[0]!.root));
      if (stores.version % spec.restartEvery === 0) stores = open();
    }
    expect(roots).toEqual(spec.roots);
  });
});

describe("CommitInfo hashes of cosmossdk.io/store", () => {
  const cases = readIavlData<{ stores: Record<string, string>; hash: string }[]>("app-hash.json");
  test.each(cases)("$hash", ({ stores, hash }) => {
    const names = Object.keys(stores).sort();
    expect(toHex(appHashOf(names.map((name) => ({ name, root: fromHex(stores[name]!) }))))).toBe(hash);
  });
});
