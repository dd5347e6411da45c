import { CommitmentProof } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { appHashOf } from "../../chain/store/app-hash.ts";
import { MemoryDisk } from "../../chain/store/memory-disk.ts";
import { runDiskRead } from "../../chain/store/persist/disk.ts";
import { loadState } from "../../chain/store/persist/load.ts";
import { proveInTree, proveStore } from "../../chain/store/proofs.ts";
import { IavlTree } from "../../chain/store/tree/tree.ts";
import { type IavlCase, readIavlData, versionsOf } from "./iavl-cases.ts";

describe("roots of cosmos/iavl", () => {
  test.each(readIavlData<IavlCase[]>("roots.json"))("$name, and its proofs", (spec) => {
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
    for (const { version, key, value, proof } of spec.proofs) {
      const view = tree.view(version);
      const stored = view.get(fromHex(key));
      expect(stored ? toHex(stored) : null).toBe(value);
      expect(toHex(CommitmentProof.encode(proveInTree(view, fromHex(key))).finish())).toBe(proof);
    }
  });
});

describe("roots of cosmos/iavl through disk, checkpoints and restarts", () => {
  test.each(readIavlData<IavlCase[]>("roots.json"))("$name", (spec) => {
    const disk = new MemoryDisk();
    const options = { names: ["only"], retainedVersions: 10, checkpointEvery: 20 };
    const open = () => runDiskRead(loadState(options), disk.read);
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
  type AppHashCase = { stores: Record<string, string>; hash: string; proofs: Record<string, string> };
  test.each(readIavlData<AppHashCase[]>("app-hash.json"))("$hash", ({ stores, hash, proofs }) => {
    const names = Object.keys(stores).sort();
    const roots = names.map((name) => ({ name, root: fromHex(stores[name]!) }));
    expect(toHex(appHashOf(roots))).toBe(hash);
    for (const name of names) expect(toHex(proveStore(roots, name).data)).toBe(proofs[name]);
  });
});
