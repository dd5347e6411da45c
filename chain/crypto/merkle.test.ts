import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "./bytes.ts";
import { EMPTY_HASH } from "./hash.ts";
import { innerHash, leafHash, merkleProofs, merkleRoot, rootOfProof, verifyProof } from "./merkle.ts";

fc.configureGlobal({ seed: 7 });

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const leavesArbitrary = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 70 });

describe("merkle tree", () => {
  test("RFC 6962 hashes", () => {
    expect(toHex(merkleRoot([]))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(toHex(leafHash(utf8("")))).toBe("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    expect(toHex(leafHash(utf8("L123456")))).toBe("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
    expect(toHex(innerHash(utf8("N123"), utf8("N456")))).toBe(
      "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb",
    );
  });

  test("splits at the largest power of two below the number of leaves", () => {
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((text) => leafHash(utf8(text))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const left = innerHash(innerHash(a, b), innerHash(c, d));
    expect(merkleRoot(["a", "b", "c", "d", "e"].map(utf8))).toEqual(innerHash(left, e));
    expect(merkleRoot(["a", "b", "c"].map(utf8))).toEqual(innerHash(innerHash(a, b), c));
  });

  test("every leaf has a proof that holds for it alone", () => {
    fc.assert(
      fc.property(leavesArbitrary, fc.nat(), (leaves, pick) => {
        const { root, proofs } = merkleProofs(leaves);
        expect(root).toEqual(merkleRoot(leaves));
        const index = pick % leaves.length;
        const proof = proofs[index]!;
        expect(verifyProof(root, leaves[index]!, proof)).toBe(true);
        expect(verifyProof(root, Uint8Array.of(...leaves[index]!, 1), proof)).toBe(false);
        expect(verifyProof(EMPTY_HASH, leaves[index]!, proof)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test("a proof with another total, number of aunts or index leads elsewhere or nowhere", () => {
    const leaves = Array.from({ length: 11 }, (_, i) => Uint8Array.of(i));
    const { root, proofs } = merkleProofs(leaves);
    const proof = proofs[4]!;
    const leaf = leaves[4]!;
    for (const index of [-1, 3, 5, 10, 11, 1.5, Number.NaN]) {
      expect(verifyProof(root, leaf, { ...proof, index })).toBe(false);
    }
    for (const total of [0, 4, 8, 20, -1, 2 ** 53]) expect(verifyProof(root, leaf, { ...proof, total })).toBe(false);
    expect(rootOfProof({ ...proof, aunts: proof.aunts.slice(1) })).toBeUndefined();
    expect(rootOfProof({ ...proof, aunts: [...proof.aunts, root] })).toBeUndefined();
    expect(rootOfProof({ ...proof, total: 2 ** 52, aunts: Array(53).fill(root) })).toBeUndefined();
  });

  test("an inner node cannot be passed off as a leaf", () => {
    const leaves = ["a", "b"].map(utf8);
    const inner = Uint8Array.of(...leafHash(leaves[0]!), ...leafHash(leaves[1]!));
    expect(merkleRoot([inner])).not.toEqual(merkleRoot(leaves));
    expect(fromHex(toHex(inner))).toEqual(inner);
  });
});
