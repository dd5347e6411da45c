import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommitmentProof, ExistenceProof, InnerOp, InnerSpec, LeafOp } from "cosmjs-types/cosmos/ics23/v1/proofs";
import { describe, expect, test } from "vitest";
import { fromBase64, fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { checkExistence, checkInner, checkLeaf } from "../../chain/store/ics23/check.ts";
import { leftBranchesAreEmpty, rightBranchesAreEmpty } from "../../chain/store/ics23/neighbors.ts";
import { applyHash, applyInner, applyLeaf } from "../../chain/store/ics23/ops.ts";
import { IAVL_SPEC, type ProofSpec, SMT_SPEC, TENDERMINT_SPEC } from "../../chain/store/ics23/spec.ts";
import { calculateRoot, claimedRoot, verifyMembership, verifyNonMembership } from "../../chain/store/ics23/verify.ts";
import { describeShared } from "../shared.ts";

// The official vectors of cosmos/ics23 (testdata/). Go's JSON: snake_case fields, bytes in base64, zero fields absent.

type Json = Record<string, unknown>;

const SPECS: Record<string, ProofSpec> = { iavl: IAVL_SPEC, tendermint: TENDERMINT_SPEC, smt: SMT_SPEC };
const FILES = ["exist_left", "exist_middle", "exist_right", "nonexist_left", "nonexist_middle", "nonexist_right"];

const bytesOf = (json: Json, field: string) => fromBase64((json[field] as string | undefined) ?? "");
const numberOf = (json: Json, field: string) => (json[field] as number | undefined) ?? 0;

function leafOf(json: Json): LeafOp {
  return LeafOp.fromPartial({
    hash: numberOf(json, "hash"),
    prehashKey: numberOf(json, "prehash_key"),
    prehashValue: numberOf(json, "prehash_value"),
    length: numberOf(json, "length"),
    prefix: bytesOf(json, "prefix"),
  });
}

function innerOf(json: Json): InnerOp {
  const affixes = { prefix: bytesOf(json, "prefix"), suffix: bytesOf(json, "suffix") };
  return InnerOp.fromPartial({ hash: numberOf(json, "hash"), ...affixes });
}

function existenceOf(json: Json): ExistenceProof {
  return ExistenceProof.fromPartial({
    key: bytesOf(json, "key"),
    value: bytesOf(json, "value"),
    ...(json.leaf ? { leaf: leafOf(json.leaf as Json) } : {}),
    path: ((json.path as Json[] | undefined) ?? []).map(innerOf),
  });
}

function specOf(json: Json): ProofSpec {
  const inner = json.inner_spec as Json;
  return {
    leafSpec: leafOf(json.leaf_spec as Json),
    innerSpec: InnerSpec.fromPartial({
      childOrder: inner.child_order as number[],
      childSize: numberOf(inner, "child_size"),
      minPrefixLength: numberOf(inner, "min_prefix_length"),
      maxPrefixLength: numberOf(inner, "max_prefix_length"),
      emptyChild: bytesOf(inner, "empty_child"),
      hash: numberOf(inner, "hash"),
    }),
    minDepth: numberOf(json, "min_depth"),
    maxDepth: numberOf(json, "max_depth"),
    prehashKeyBeforeComparison: false,
  };
}

/** "error", or what the computation gives. */
function outcome(fn: () => Uint8Array): string {
  try {
    return toHex(fn());
  } catch {
    return "error";
  }
}

const refused = (fn: () => void) => {
  try {
    fn();
    return false;
  } catch {
    return true;
  }
};

describeShared("official ICS-23 vectors", (shared) => {
  const read = <T>(file: string) => JSON.parse(readFileSync(join(shared, "vectors", "ics23", file), "utf8")) as T;
  const named = (file: string) => Object.entries(read<Record<string, Json>>(file));
  const expected = (json: Json) => (json.IsErr ? "error" : toHex(bytesOf(json, "Expected")));

  describe.each(Object.keys(SPECS))("%s", (tree) => {
    test.each(FILES)("%s", (file) => {
      const json = read<{ key: string; value: string; proof: string; root: string }>(`${tree}/${file}.json`);
      const proof = CommitmentProof.decode(fromHex(json.proof));
      const [root, key, value] = [fromHex(json.root), fromHex(json.key), fromHex(json.value)];
      const valid = (spec: ProofSpec, target: Uint8Array) =>
        file.startsWith("exist")
          ? verifyMembership(spec, target, proof, { key, value })
          : verifyNonMembership(spec, target, proof, key);
      expect(claimedRoot(proof)).toEqual(root);
      expect(valid(SPECS[tree]!, root)).toBe(true);
      expect(valid(SPECS[tree]!, root.with(0, root[0]! ^ 1))).toBe(false);
      expect(valid(tree === "iavl" ? TENDERMINT_SPEC : IAVL_SPEC, root)).toBe(false);
      expect(verifyMembership(SPECS[tree]!, root, proof, { key, value: Uint8Array.of(...value, 1) })).toBe(false);
      const present = proof.exist?.key ?? proof.nonexist?.left?.key ?? proof.nonexist?.right?.key;
      expect(verifyNonMembership(SPECS[tree]!, root, proof, present!)).toBe(false);
    });
  });

  test.each(named("TestLeafOpData.json"))("leaf operation: %s", (_, json) => {
    expect(outcome(() => applyLeaf(leafOf(json.Op as Json), bytesOf(json, "Key"), bytesOf(json, "Value")))).toBe(
      expected(json),
    );
  });

  test.each(named("TestInnerOpData.json"))("inner operation: %s", (_, json) => {
    const child = json.Child === null ? new Uint8Array(0) : bytesOf(json, "Child");
    expect(outcome(() => applyInner(innerOf(json.Op as Json), child))).toBe(expected(json));
  });

  test.each(named("TestDoHashData.json"))("hash operation: %s", (_, json) => {
    const preimage = new TextEncoder().encode((json.Preimage ?? json.PreImage) as string);
    expect(outcome(() => applyHash(json.HashOp as number, preimage))).toBe(json.ExpectedHash);
  });

  test.each(named("TestExistenceProofData.json"))("existence: %s", (_, json) => {
    expect(outcome(() => calculateRoot(existenceOf(json.Proof as Json)))).toBe(expected(json));
  });

  test.each(named("TestCheckLeafData.json"))("leaf against spec: %s", (_, json) => {
    const check = () => checkLeaf(leafOf(json.Leaf as Json), { leafSpec: leafOf(json.Spec as Json) });
    expect(refused(check)).toBe(json.IsErr);
  });

  test.each(named("TestCheckAgainstSpecData.json"))("proof against spec: %s", (_, json) => {
    const check = () => checkExistence(existenceOf(json.Proof as Json), specOf(json.Spec as Json));
    expect(refused(check)).toBe(json.Err !== "");
  });

  test.each(read<Json[]>("TestEmptyBranchData.json"))("empty branch %#", (json) => {
    const [op, spec] = [innerOf(json.Op as Json), specOf(json.Spec as Json)];
    checkInner(op, spec, 1);
    expect(leftBranchesAreEmpty(spec.innerSpec, op)).toBe(json.IsLeft);
    expect(rightBranchesAreEmpty(spec.innerSpec, op)).toBe(json.IsRight);
  });
});

describe("regression: empty prefixes", () => {
  const leaf = { ...IAVL_SPEC.leafSpec, prefix: new Uint8Array(0) };

  test("a leaf or an inner step without prefix is no part of an IAVL or Tendermint proof", () => {
    const inner = InnerOp.fromPartial({ hash: 1, prefix: new Uint8Array(0), suffix: new Uint8Array(33) });
    for (const spec of [IAVL_SPEC, TENDERMINT_SPEC]) {
      expect(() => checkLeaf(leaf, spec)).toThrow(/store: /);
      expect(() => checkInner(inner, spec, 1)).toThrow(/store: /);
    }
  });

  test("with an empty leaf prefix in the spec no inner step is told from a leaf, so every one is refused", () => {
    const spec = { ...TENDERMINT_SPEC, leafSpec: leaf };
    const inner = InnerOp.fromPartial({ hash: 1, prefix: Uint8Array.of(1), suffix: new Uint8Array(32) });
    expect(() => checkInner(inner, spec, 1)).toThrow("prefix of a leaf");
  });
});
