import { describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { taggedHash, u32be, utf8Bytes } from "../../chain/crypto/tagged.ts";
import { contributionCommitment, contributionId, isSlug, itemId, parseSnapshotId, snapshotPayloadHash } from "./ids.ts";

const root = new Uint8Array(32).fill(1);
const salt = new Uint8Array(16).fill(2);
const commitment = new Uint8Array(32).fill(3);

test("slugs", () => {
  expect(["abc", "a-1", "a".repeat(32)].every(isSlug)).toBe(true);
  expect(["ab", "1bc", "-bc", "aBc", "a_b", "a b", "a".repeat(33), "abc\n", ""].some(isSlug)).toBe(false);
});

test("a commitment binds contributor, DataNet, root and salt", () => {
  const base = { contributor: "open1a", datanet: "net", root, salt };
  const expected = taggedHash("openledger/contribution/commit", utf8Bytes("open1a"), utf8Bytes("net"), root, salt);
  expect(contributionCommitment(base)).toEqual(expected);
  // Length-framed parts: moving a letter over a border changes the hash.
  expect(contributionCommitment({ ...base, contributor: "open1an", datanet: "et" })).not.toEqual(expected);
});

test("a contribution id is 40 hex digits and depends on DataNet, window, contributor and commitment", () => {
  const base = { datanet: "net", window: 1, contributor: "open1a", commitment };
  const ids = [base, { ...base, window: 2 }, { ...base, contributor: "open1b" }, { ...base, datanet: "nets" }].map(
    contributionId,
  );
  expect(ids.every((id) => /^[0-9a-f]{40}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(4);
});

test("an item id hashes the item's own hash at its place", () => {
  const item = utf8Bytes("item");
  expect(itemId("c", 5, item)).toEqual(taggedHash("openledger/item", utf8Bytes("c"), u32be(5), sha256(item)));
});

describe("snapshot ids", () => {
  test("name DataNet and window", () => {
    expect(parseSnapshotId("bank-questions/12")).toEqual({ datanet: "bank-questions", window: 12 });
  });

  test.each(["", "net", "net/", "net/0", "net/01", "Net/1", "net/1/2", "net/4294967296", "net/-1", "net/1.5"])(
    "%j is none",
    (text) => expect(parseSnapshotId(text)).toBeUndefined(),
  );

  test("two attempts at one snapshot are two payloads", () => {
    const base = { id: "net/1", root, items: 2, clusters: 1, owners: [1], blob: commitment };
    expect(snapshotPayloadHash({ ...base, attempt: 1 })).not.toEqual(snapshotPayloadHash({ ...base, attempt: 2 }));
  });
});
