import { iavlSpec, ics23, tendermintSpec, verifyMembership, verifyNonMembership } from "@confio/ics23";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StoreError } from "./errors.ts";
import { MultiStore } from "./multistore.ts";
import { type ProofOp, proveKey, verifyQueryProof } from "./proofs.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const NAMES = ["acc", "bank", "datanet", "gov", "inference"];

function code(fn: () => unknown): string {
  try {
    fn();
    return "none";
  } catch (error) {
    return error instanceof StoreError ? error.code : String(error);
  }
}

function commit(
  stores: MultiStore,
  entries: readonly (readonly [Uint8Array, Uint8Array])[],
  name = "bank",
): Uint8Array {
  const block = stores.branch();
  for (const [key, value] of entries) block.store(name).set(key, value);
  stores.finalize(block);
  return stores.commit().appHash;
}

/** The two operators as the library that CosmJS clients use checks them. */
function confioAccepts(appHash: Uint8Array, key: Uint8Array, value: Uint8Array | undefined, ops: readonly ProofOp[]) {
  const [iavl, simple] = ops.map((op) => ics23.CommitmentProof.decode(op.data));
  const root = simple!.exist!.value!;
  const inner = value
    ? verifyMembership(iavl!, iavlSpec, root, key, value)
    : verifyNonMembership(iavl!, iavlSpec, root, key);
  return inner && verifyMembership(simple!, tendermintSpec, appHash, ops[1]!.key, root);
}

describe("query proofs", () => {
  test("presence and absence of every key verify here and with @confio/ics23", () => {
    const keys = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 0, max: 61 }), (present, asked) => {
        const stores = new MultiStore({ names: NAMES });
        commit(
          stores,
          present.slice(0, 10).map((key) => [bytes(key), bytes(key, 7)] as const),
        );
        const appHash = commit(
          stores,
          present.map((key) => [bytes(key), bytes(key, 8)] as const),
        );
        const key = bytes(asked);
        const { value, ops } = proveKey(stores, { store: "bank", key });
        expect(value).toEqual(present.includes(asked) ? bytes(asked, 8) : undefined);
        verifyQueryProof(appHash, { store: "bank", key, value }, ops);
        expect(confioAccepts(appHash, key, value, ops)).toBe(true);
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  test("a proof serves its own claim only", () => {
    const stores = new MultiStore({ names: NAMES });
    const appHash = commit(
      stores,
      [1, 3, 5, 7].map((key) => [bytes(key), bytes(key)] as const),
    );
    const key = bytes(3);
    const { value, ops } = proveKey(stores, { store: "bank", key });
    const verify = (claim: object, hash = appHash, by: readonly ProofOp[] = ops) =>
      code(() => verifyQueryProof(hash, { store: "bank", key, value, ...claim }, by));
    expect(verify({})).toBe("none");
    expect(verify({ value: bytes(4) })).toBe("bad_proof");
    expect(verify({ value: undefined })).toBe("bad_proof");
    expect(verify({ key: bytes(4), value: undefined })).toBe("bad_proof");
    expect(verify({ store: "acc" })).toBe("bad_proof");
    expect(verify({}, appHash.with(0, appHash[0]! ^ 1))).toBe("bad_proof");
    expect(verify({}, appHash, [ops[1], ops[0]])).toBe("bad_proof");
    expect(verify({}, appHash, [ops[0]])).toBe("bad_proof");
    expect(verify({}, appHash, [{ ...ops[0], data: bytes(0xff) }, ops[1]])).toBe("bad_proof");
  });

  test("a proof of absence with neighbours that are none is refused", () => {
    const stores = new MultiStore({ names: NAMES });
    const appHash = commit(
      stores,
      [1, 3, 5, 7].map((key) => [bytes(key), bytes(key)] as const),
    );
    const parts = [2, 6].map((key) => proveKey(stores, { store: "bank", key: bytes(key) }).ops);
    const [low, high] = parts.map(([op]) => ics23.CommitmentProof.decode(op.data).nonexist!);
    // 1 on the left and 7 on the right hide 3 and 5 between them.
    const forged = ics23.CommitmentProof.encode({ nonexist: { key: bytes(3), left: low!.left!, right: high!.right! } });
    const ops = [{ ...parts[0]![0], data: forged.finish() }, parts[0]![1]];
    expect(code(() => verifyQueryProof(appHash, { store: "bank", key: bytes(3), value: undefined }, ops))).toBe(
      "bad_proof",
    );
  });

  test("proofs of retained versions verify under the hash of their version, older ones are pruned", () => {
    const stores = new MultiStore({ names: NAMES, retainedVersions: 3 });
    const hashes = [1, 2, 3, 4, 5].map((value) => commit(stores, [[bytes(1), bytes(value)]]));
    for (const version of [3, 4, 5]) {
      const { value, ops } = proveKey(stores, { store: "bank", key: bytes(1), version });
      expect(value).toEqual(bytes(version));
      verifyQueryProof(hashes[version - 1]!, { store: "bank", key: bytes(1), value }, ops);
    }
    expect(code(() => proveKey(stores, { store: "bank", key: bytes(1), version: 2 }))).toBe("pruned");
    expect(code(() => proveKey(stores, { store: "bank", key: bytes(1), version: 6 }))).toBe("unknown_version");
    expect(code(() => proveKey(stores, { store: "mint", key: bytes(1) }))).toBe("unknown_store");
  });

  test("what ICS-23 cannot express is said, not forged", () => {
    const stores = new MultiStore({ names: NAMES });
    commit(stores, [[bytes(1), bytes()]]);
    expect(code(() => proveKey(stores, { store: "bank", key: bytes(1) }))).toBe("unprovable");
    expect(code(() => proveKey(stores, { store: "bank", key: bytes(2) }))).toBe("unprovable");
    expect(code(() => proveKey(stores, { store: "acc", key: bytes(2) }))).toBe("unprovable");
  });
});
