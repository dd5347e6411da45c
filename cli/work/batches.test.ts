import { describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { contributionCommitment, contributionRoot } from "../../modules/datanet/ids.ts";
import { ContributionItems, Item } from "../../proto/gen/openledger/datanet/v1.ts";
import { decodeStrict, encodeBytes } from "../../proto/runtime.ts";
import { type BatchOptions, makeBatches } from "./batches.ts";

const OPTIONS: BatchOptions = {
  file: "data.csv",
  datanet: "bikes",
  window: 1,
  contributor: "open1abc",
  privateKey: new Uint8Array(32).fill(7),
  labels: ["stop", "go"],
  maxItems: 4,
  maxBytes: 1000,
};

const rows = (count: number, label = "go") =>
  Array.from({ length: count }, (_, i) => ({ text: `text ${i}`, label, line: i + 2 }));

describe("contributions of a list of rows", () => {
  test("default: batches of at most the DataNet's items, in order, bound by root and commitment", () => {
    const batches = makeBatches(rows(10), OPTIONS);
    expect(batches.map(({ items }) => items)).toEqual([4, 4, 2]);
    const texts = batches.flatMap(({ bytes }) => decodeStrict(ContributionItems, bytes).items.map(({ text }) => text));
    expect(texts).toEqual(rows(10).map(({ text }) => text));
    for (const { bytes, blob, root, salt, commitment } of batches) {
      const { items } = decodeStrict(ContributionItems, bytes);
      expect(blob).toEqual(sha256(bytes));
      expect(root).toEqual(contributionRoot(items.map((item) => encodeBytes(Item, item))));
      expect(commitment).toEqual(contributionCommitment({ contributor: "open1abc", datanet: "bikes", root, salt }));
    }
  });

  test("behavior: a batch closes before its bytes are too many", () => {
    const long = rows(6).map((row) => ({ ...row, text: "x".repeat(300) }));
    const batches = makeBatches(long, OPTIONS);
    expect(batches.map(({ items }) => items)).toEqual([3, 3]);
    for (const { bytes } of batches) expect(bytes.length).toBeLessThanOrEqual(1000);
  });

  test("behavior: the same rows give the same commitment, another key another one", () => {
    const [one] = makeBatches(rows(3), OPTIONS);
    const [same] = makeBatches(rows(3), OPTIONS);
    const [other] = makeBatches(rows(3), { ...OPTIONS, privateKey: new Uint8Array(32).fill(8) });
    expect(same).toEqual(one);
    expect(other?.root).toEqual(one?.root);
    expect(other?.commitment).not.toEqual(one?.commitment);
  });

  test("behavior: an unknown label and an item without room are named by their line", () => {
    expect(() => makeBatches([...rows(2), { text: "x", label: "left", line: 9 }], OPTIONS)).toThrow(
      'data.csv line 9: "left" is no label of DataNet bikes',
    );
    expect(() => makeBatches([{ text: "x".repeat(2000), label: "go", line: 3 }], OPTIONS)).toThrow(
      "data.csv line 3: an item above 1000 bytes",
    );
  });
});
