import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { heightKey } from "../../chain/store/blocks.ts";
import { MultiStore } from "../../chain/store/multistore.ts";
import { del } from "../../chain/store/persist/disk.ts";
import { changesetKey } from "../../chain/store/persist/layout.ts";
import { NodeError } from "../errors.ts";
import { LevelBlocks } from "./level-blocks.ts";
import { LevelDisk } from "./level-disk.ts";
import { LevelStore } from "./level-store.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const OPTIONS = { names: ["bank", "acc"], retainedVersions: 4, checkpointEvery: 3 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "openledger-level-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function runBlock(stores: MultiStore, height: number): string {
  const block = stores.branch();
  for (let i = 0; i < 5; i++) block.store("bank").set(bytes(1, (height * 7 + i) % 30), bytes(height));
  block.store("acc").delete(bytes(height));
  return toHex(stores.finalize(block));
}

describe("LevelStore", () => {
  test("reopened after every block, the state goes on to the same roots; a lost batch is a lost block", async () => {
    const reference = new MultiStore(OPTIONS);
    for (let height = 1; height <= 25; height++) {
      const expected = runBlock(reference, height);
      reference.commit();
      const level = await LevelStore.open(folder);
      const lost = await level.load(OPTIONS);
      runBlock(lost, height);
      lost.commit();
      const stores = await level.load(OPTIONS);
      expect(runBlock(stores, height)).toBe(expected);
      await level.write(stores.commit().writes);
      await level.close();
    }
  });

  test("rolls back to a covered version", async () => {
    const level = await LevelStore.open(folder);
    const stores = await level.load(OPTIONS);
    const hashes: string[] = [];
    for (let height = 1; height <= 12; height++) {
      hashes.push(runBlock(stores, height));
      await level.write(stores.commit().writes);
    }
    await level.rollback(10);
    const again = await level.load(OPTIONS);
    expect(toHex(again.appHash)).toBe(hashes[9]);
    expect(runBlock(again, 11)).toBe(hashes[10]);
    expect(await failure(level.rollback(99))).toBe("nothing_to_roll_back");
    await level.close();
  });

  test("a second process on the same folder is told so", async () => {
    const level = await LevelStore.open(folder);
    expect(await failure(LevelStore.open(folder))).toBe("home_in_use");
    await level.close();
  });

  test("missing records and a broken database are corrupt, with the folder's name", async () => {
    const level = await LevelStore.open(folder);
    const stores = await level.load(OPTIONS);
    for (let height = 1; height <= 2; height++) {
      runBlock(stores, height);
      await level.write(stores.commit().writes);
    }
    await level.write([{ type: "del", key: changesetKey(1) }]);
    await expect(level.load(OPTIONS)).rejects.toThrow(folder);
    await expect(level.load(OPTIONS)).rejects.toBeInstanceOf(NodeError);
    await level.close();
    for (const file of readdirSync(folder))
      if (/^(CURRENT|MANIFEST)/.test(file)) writeFileSync(join(folder, file), "x");
    expect(await failure(LevelStore.open(folder))).toBe("corrupt");
  });
});

describe("LevelBlocks", () => {
  const record = (height: number) => ({
    height,
    hash: bytes(0xaa, height),
    block: bytes(1, height),
    meta: bytes(2, height),
    seenCommit: bytes(3, height),
    extendedCommit: bytes(4, height),
  });

  test("saves and loads by height and by hash, also after reopening", async () => {
    const blocks = await LevelBlocks.open(folder);
    expect([blocks.base(), blocks.height(), await blocks.loadBlock(1), await blocks.loadState()]).toEqual([
      0,
      0,
      undefined,
      undefined,
    ]);
    for (const height of [5, 6, 7]) await blocks.saveBlock(record(height));
    await blocks.saveResponse(7, bytes(9));
    await blocks.saveState({ state: bytes(8), validators: { height: 9, set: bytes(7) } });
    await blocks.close();
    const again = await LevelBlocks.open(folder);
    expect([again.base(), again.height()]).toEqual([5, 7]);
    expect(await again.loadBlock(6)).toEqual(bytes(1, 6));
    expect(await again.loadMeta(6)).toEqual(bytes(2, 6));
    expect(await again.loadSeenCommit(6)).toEqual(bytes(3, 6));
    expect(await again.loadExtendedCommit(6)).toEqual(bytes(4, 6));
    expect(await again.heightOf(bytes(0xaa, 6))).toBe(6);
    expect(await again.loadHash(6)).toEqual(bytes(0xaa, 6));
    expect(await again.loadResponse(7)).toEqual(bytes(9));
    expect(await again.loadState()).toEqual(bytes(8));
    expect(await again.loadValidators(9)).toEqual(bytes(7));
    await again.close();
  });

  test("a block that a damaged database lost is missed at the next opening", async () => {
    const blocks = await LevelBlocks.open(folder);
    for (const height of [5, 6, 7]) await blocks.saveBlock(record(height));
    await blocks.close();
    const disk = await LevelDisk.open(folder);
    await disk.batch([del(heightKey("hash", 6))]);
    await disk.close();
    await expect(LevelBlocks.open(folder)).rejects.toThrow("1 of the blocks 5 to 7 are missing");
    expect(await failure(LevelBlocks.open(folder))).toBe("corrupt");
  });

  test("refuses a gap and a repeated block", async () => {
    const blocks = await LevelBlocks.open(folder);
    await blocks.saveBlock(record(1));
    expect(await failure(blocks.saveBlock(record(1)))).toBe("gap");
    expect(await failure(blocks.saveBlock(record(3)))).toBe("gap");
    expect(blocks.height()).toBe(1);
    await blocks.close();
  });

  test("parameters hold until later ones", async () => {
    const blocks = await LevelBlocks.open(folder);
    await blocks.saveState({ state: bytes(1), params: { height: 1, value: bytes(1) } });
    await blocks.saveState({ state: bytes(2), params: { height: 300, value: bytes(2) } });
    expect(await blocks.loadParams(299)).toEqual(bytes(1));
    expect(await blocks.loadParams(300)).toEqual(bytes(2));
    expect(await blocks.loadParams(0)).toBeUndefined();
    await blocks.close();
  });

  test("prunes below a height and nothing else", async () => {
    const blocks = await LevelBlocks.open(folder);
    for (let height = 1; height <= 6; height++) await blocks.saveBlock(record(height));
    await blocks.prune(4);
    expect([blocks.base(), blocks.height()]).toEqual([4, 6]);
    expect(await blocks.loadBlock(3)).toBeUndefined();
    expect(await blocks.heightOf(bytes(0xaa, 3))).toBeUndefined();
    expect(await blocks.loadBlock(4)).toEqual(bytes(1, 4));
    expect(await failure(blocks.prune(7))).toBe("gap");
    await blocks.close();
    const disk = await LevelDisk.open(folder);
    expect(await disk.read({ start: bytes(0), end: bytes(0xff), limit: 100 })).toHaveLength(3 * 6 + 1);
    await disk.close();
  });
});
