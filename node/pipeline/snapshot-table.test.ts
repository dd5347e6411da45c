import { describe, expect, test } from "vitest";
import { merkleRoot } from "../../chain/crypto/merkle.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import { contributionRoot, itemId } from "../../modules/datanet/ids.ts";
import { ContributionItems, Item, SnapshotEntry, SnapshotTable } from "../../proto/gen/openledger/datanet/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { MAX_BLOB_BYTES } from "../blobs/limits.ts";
import { looksLikeManifest } from "../blobs/manifest.ts";
import { artefactId, type ContributionPart, snapshotContent } from "./snapshot-table.ts";

function part(id: string, texts: readonly string[], accepted: readonly number[]): ContributionPart {
  const items = texts.map((text): Item => ({ text, label: "label" }));
  return {
    id,
    items: items.length,
    root: contributionRoot(items.map((item) => encodeBytes(Item, item))),
    accepted: BitArray.of(items.length, accepted).toBytes(),
    blob: accepted.length > 0 ? encodeBytes(ContributionItems, { items }) : undefined,
  };
}

const PARTS = [
  part("aa", ["how do I block my stolen card", "what is the rate for euros", "junk junk"], [0, 1]),
  part("bb", ["never accepted"], []),
  part("cc", ["How do I block my stolen card?", "where is my money"], [0, 1]),
];

describe("the table of a snapshot", () => {
  test("lists accepted items in commit order; a near-copy of an earlier one belongs to that one's cluster", () => {
    const { entries, items, clusters, texts } = snapshotContent(PARTS);
    expect(entries.map(({ contribution, item, owner }) => [contribution, item, owner])).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [2, 0, 0],
      [2, 1, 3],
    ]);
    expect([items, clusters]).toEqual([4, 3]);
    expect(texts[2]).toEqual({ contribution: 2, item: 0, text: "How do I block my stolen card?", label: "label" });
  });

  test("is bound by item ids, a root over its entries, and the id of its encoded bytes", () => {
    const { entries, root, table, blobId } = snapshotContent(PARTS);
    const encoded = encodeBytes(Item, { text: "where is my money", label: "label" });
    expect(entries[3]?.itemId).toEqual(itemId("cc", 1, encoded));
    expect(root).toEqual(merkleRoot(entries.map((entry) => encodeBytes(SnapshotEntry, entry))));
    expect(SnapshotTable.decode(table).entries).toEqual(entries);
    expect(blobId).toBe(artefactId(table));
  });

  test("of nothing is empty", () => {
    expect(snapshotContent([PARTS[1] as ContributionPart])).toMatchObject({ items: 0, clusters: 0, entries: [] });
  });

  test("is refused for a blob that is not what its reveal bound", () => {
    const [first, , third] = PARTS as [ContributionPart, ContributionPart, ContributionPart];
    const refused = (changes: Partial<ContributionPart>) => () => snapshotContent([{ ...first, ...changes }]);
    expect(refused({ blob: third.blob })).toThrow("the items of contribution aa are 2, the reveal declared 3");
    expect(refused({ root: third.root })).toThrow("have another merkle root than the revealed one");
    expect(refused({ blob: new Uint8Array([7]) })).toThrow("do not decode");
  });
});

test("an artefact above one blob is named by its manifest", () => {
  const large = new Uint8Array(MAX_BLOB_BYTES + 1);
  expect(artefactId(large)).not.toBe(artefactId(large.subarray(1)));
  expect(looksLikeManifest(large)).toBe(false);
});
