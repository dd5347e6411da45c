import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { appHashOf } from "../../chain/store/app-hash.ts";
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

describe("CommitInfo hashes of cosmossdk.io/store", () => {
  const cases = readIavlData<{ stores: Record<string, string>; hash: string }[]>("app-hash.json");
  test.each(cases)("$hash", ({ stores, hash }) => {
    const names = Object.keys(stores).sort();
    expect(toHex(appHashOf(names.map((name) => ({ name, root: fromHex(stores[name]!) }))))).toBe(hash);
  });
});
