import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlobManifest } from "../../proto/gen/openledger/p2p/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { MAX_BLOB_BYTES, MAX_LARGE_BYTES } from "./limits.ts";
import { decodeManifest, encodeManifest, looksLikeManifest } from "./manifest.ts";

const ID = "ab".repeat(32);
const KIND = "openledger/blob-manifest/v1";
const HASH = new Uint8Array(32).fill(1);

describe("manifests", () => {
  test("come back as they went in, and are recognised by their first bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 * MAX_BLOB_BYTES }), (size) => {
        const manifest = { size, chunks: Array.from({ length: Math.ceil(size / MAX_BLOB_BYTES) }, () => ID) };
        const bytes = encodeManifest(manifest);
        expect(looksLikeManifest(bytes)).toBe(true);
        expect(decodeManifest(bytes)).toEqual(manifest);
      }),
    );
  });

  test.each([
    ["of another kind", { kind: "x", size: 1n, chunks: [HASH] }],
    ["of no bytes", { kind: KIND, size: 0n, chunks: [] }],
    ["with a chunk too many", { kind: KIND, size: 1n, chunks: [HASH, HASH] }],
    ["with a chunk too few", { kind: KIND, size: BigInt(MAX_BLOB_BYTES + 1), chunks: [HASH] }],
    ["with a short id", { kind: KIND, size: 1n, chunks: [HASH.subarray(1)] }],
    ["of too many bytes", { kind: KIND, size: BigInt(MAX_LARGE_BYTES) + 1n, chunks: [HASH] }],
    ["of 2^63 bytes", { kind: KIND, size: 2n ** 63n, chunks: [HASH] }],
  ])("%s are refused", (_, manifest) => {
    expect(() => decodeManifest(encodeBytes(BlobManifest, manifest))).toThrow(
      expect.objectContaining({ code: "bad-manifest" }),
    );
  });

  test("noise and padding are refused", () => {
    const bytes = encodeManifest({ size: 1, chunks: [ID] });
    for (const bad of [new Uint8Array([1, 2, 3]), new Uint8Array([...bytes, 0x20, 1]), bytes.subarray(0, 40)]) {
      expect(() => decodeManifest(bad)).toThrow(expect.objectContaining({ code: "bad-manifest" }));
    }
  });
});
