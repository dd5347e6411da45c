import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryDisk } from "../memory-disk.ts";
import { MultiStore } from "../multistore.ts";
import { Columns } from "../tree/columns.ts";
import { ByteReader, ByteWriter } from "./binary.ts";
import { runDiskRead } from "./disk.ts";
import { chunkRequest, META_KEY, manifestRequest, versionOfKey } from "./layout.ts";
import { loadState } from "./load.ts";
import { TreeBuilder } from "./nodes.ts";
import { decodeChangeset, decodeManifest, decodeMeta, encodeChangeset, encodeMeta } from "./records.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("records", () => {
  test("numbers and bytes come back, and nothing may follow", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ maxLength: 300 }), (number, value) => {
        const reader = new ByteReader(new ByteWriter().uvarint(number).bytes(value).finish());
        expect([reader.uvarint(), reader.bytes(), reader.done]).toEqual([number, value, true]);
      }),
      { seed: 5 },
    );
    expect(() => new ByteReader(bytes(1)).finish()).toThrow("after its end");
  });

  test("numbers beyond the safe integers are refused", () => {
    expect(() => new ByteReader(new Uint8Array(12).fill(0xff)).uvarint()).toThrow("too large a number");
    expect(() => new ByteReader(bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f)).uvarint()).toThrow("too large");
  });

  test("a changeset cut at any byte is refused", () => {
    const stores = [
      {
        name: "bank",
        writes: [
          { key: bytes(1), value: bytes(2) },
          { key: bytes(3), value: undefined },
        ],
      },
    ];
    const changeset = { version: 300, roots: [{ name: "bank", root: new Uint8Array(32) }], stores };
    const encoded = encodeChangeset(changeset);
    expect(decodeChangeset(encoded)).toEqual(changeset);
    for (let end = 0; end < encoded.length; end++) {
      expect(() => decodeChangeset(encoded.slice(0, end))).toThrow(/^store: /);
    }
  });

  test("another format on disk is named", () => {
    const meta = { firstVersion: 1, version: 9, prunedTo: 0, pending: { version: 0, chunks: 0, nodes: 0 } };
    expect(decodeMeta(encodeMeta(meta))).toEqual(meta);
    expect(() => decodeMeta(bytes(2))).toThrow("state format 2 on disk, this program reads 1");
    expect(META_KEY).toHaveLength(2);
  });

  test.each([
    [
      "keys out of order",
      new ByteWriter()
        .uvarint(0)
        .uvarint(1)
        .bytes(bytes(2))
        .bytes(bytes())
        .uvarint(0)
        .uvarint(1)
        .bytes(bytes(1))
        .bytes(bytes()),
    ],
    ["an inner node without children", new ByteWriter().uvarint(1).uvarint(1)],
    ["a node without a valid version", new ByteWriter().uvarint(1).uvarint(0)],
    ["an unknown kind of node", new ByteWriter().uvarint(2).uvarint(1)],
  ])("a checkpoint with %s is refused", (message, writer) => {
    const builder = new TreeBuilder(new Columns());
    const reader = new ByteReader(writer.finish());
    expect(() => {
      while (!reader.done) builder.read(reader);
    }).toThrow(message);
  });
});

describe("a checkpoint of many chunks", () => {
  const OPTIONS = { names: ["big", "small"], retainedVersions: 12, checkpointEvery: 10 };
  const KEYS = 1_500;

  function runBlock(stores: MultiStore, height: number): Uint8Array {
    const block = stores.branch();
    const count = height === 1 ? KEYS : 200;
    for (let i = 0; i < count; i++) {
      const id = (Math.imul(height * 7_919 + i, 40_503) >>> 0) % KEYS;
      block.store("big").set(bytes(1, id >> 8, id & 0xff), new Uint8Array(60).fill(height));
    }
    block.store("small").set(bytes(1), bytes(height));
    return stores.finalize(block);
  }

  test("is written over several versions, survives restarts within, and is what a later restart begins with", () => {
    const disk = new MemoryDisk();
    const steady = new MultiStore(OPTIONS);
    const portions: number[] = [];
    for (let height = 1; height <= 40; height++) {
      const stores = runDiskRead(loadState(OPTIONS), disk.read);
      expect(stores.version).toBe(height - 1);
      expect(runBlock(stores, height)).toEqual(runBlock(steady, height));
      steady.commit();
      const { writes } = stores.commit();
      portions.push(writes.filter(({ type, key }) => type === "put" && key[1] === 2).length);
      disk.batch(writes);
    }
    const manifests = disk.read(manifestRequest(40, 100)).map(([, value]) => decodeManifest(value));
    expect(manifests.length).toBeGreaterThan(0);
    expect(manifests.length).toBeLessThanOrEqual(3);
    for (const { version, chunks } of manifests) {
      expect(chunks).toBeGreaterThan(4);
      expect(disk.read(chunkRequest(version, 0, 100))).toHaveLength(chunks);
    }
    expect(portions.filter((chunks) => chunks > 0).length).toBeGreaterThan(10);
    const [oldest] = disk.read({ start: bytes(0x73, 1), end: bytes(0x73, 2), limit: 1 });
    expect(versionOfKey(oldest![0])).toBe(manifests[0]!.version + 1);
  });
});
