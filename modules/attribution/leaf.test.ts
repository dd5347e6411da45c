import { expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { batchLeaves, type LeafFields, leafOf, rootOfPath } from "./leaf.ts";

const FIELDS: LeafFields = {
  chainId: "chain-a",
  claimId: new Uint8Array(32).fill(1),
  validator: new Uint8Array(20).fill(2),
  verdict: 1,
  own: { a: 7, b: 8 },
  peers: [
    { a: 1, b: 2 },
    { a: 3, b: 4 },
  ],
  salt: new Uint8Array(32).fill(3),
};

test("every field is part of the leaf", () => {
  const changes: Partial<LeafFields>[] = [
    {},
    { chainId: "chain-b" },
    { claimId: new Uint8Array(32).fill(9) },
    { validator: new Uint8Array(20).fill(9) },
    { verdict: 2 },
    { own: { a: 7, b: 9 } },
    { peers: FIELDS.peers.slice(0, 1) },
    { peers: [...FIELDS.peers].reverse() },
    { salt: new Uint8Array(32).fill(9) },
  ];
  const leaves = changes.map((change) => toHex(leafOf({ ...FIELDS, ...change })));
  expect(new Set(leaves).size).toBe(changes.length);
});

test("each leaf of a batch leads to the root by its own path only", () => {
  for (const size of [1, 2, 3, 7, 64]) {
    const leaves = Array.from({ length: size }, (_, verdict) => leafOf({ ...FIELDS, verdict }));
    const { root, paths } = batchLeaves(leaves);
    for (const [i, leaf] of leaves.entries()) {
      const roots = paths.map((path) => rootOfPath(leaf, path)).map((found) => found && toHex(found) === toHex(root));
      expect(roots.map((same, j) => same === true && j === i).filter(Boolean)).toHaveLength(1);
    }
  }
});

test("no leaves, too many leaves and over-long paths are refused", () => {
  expect(() => batchLeaves([])).toThrow("0 leaves");
  expect(() => batchLeaves(Array.from({ length: 4_097 }, () => FIELDS.salt))).toThrow("4097 leaves");
  const aunts = Array.from({ length: 13 }, () => FIELDS.salt);
  expect(rootOfPath(leafOf(FIELDS), { index: 0, total: 8_192, aunts })).toBeUndefined();
  expect(rootOfPath(leafOf(FIELDS), { index: 1, total: 1, aunts: [] })).toBeUndefined();
});
