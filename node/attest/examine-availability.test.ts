import { describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { AVAILABILITY_ALGORITHM, challengedChunks } from "../../modules/attribution/client.ts";
import { Claim, ClaimKind, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import { BlobError } from "../blobs/index.ts";
import { MAX_BLOB_BYTES } from "../blobs/limits.ts";
import { encodeManifest } from "../blobs/manifest.ts";
import { VerifyingAttester } from "./verifying-attester.ts";

const CHUNKS = 20;
const chunk = new Uint8Array(MAX_BLOB_BYTES).fill(7);
const last = new Uint8Array(100).fill(8);
const [id, lastId] = [toHex(sha256(chunk)), toHex(sha256(last))];
const chunks = [...Array.from({ length: CHUNKS - 1 }, () => id), lastId];
const manifest = encodeManifest({ size: (CHUNKS - 1) * MAX_BLOB_BYTES + last.length, chunks });

function claim(seed: number): Claim {
  return Claim.fromPartial({
    ...{ id: sha256(new Uint8Array([1])), kind: ClaimKind.CLAIM_KIND_AVAILABILITY, subject: sha256(manifest) },
    ...{ algorithm: AVAILABILITY_ALGORITHM, seed: new Uint8Array(32).fill(seed) },
  });
}

function attester(stored: ReadonlyMap<string, Uint8Array>) {
  const asked: string[] = [];
  const blob = async (wanted: string) => {
    asked.push(wanted);
    const bytes = stored.get(wanted);
    if (!bytes) throw new BlobError("missing", `nobody has blob ${wanted}`);
    return bytes;
  };
  const ask = () => Promise.reject(new Error("nothing is asked"));
  return { asked, verifier: new VerifyingAttester({ workers: 1, memoryMiB: 64 }, { ask, blobs: { blob } }) };
}

const ALL = new Map([
  [toHex(sha256(manifest)), manifest],
  [id, chunk],
  [lastId, last],
]);

describe("availability of a large blob", () => {
  test("default: the drawn chunks are fetched and no others; another seed gives another witness", async () => {
    const { asked, verifier } = attester(ALL);
    const finding = await verifier.examine(claim(1));
    expect(finding.verdict).toBe(Verdict.VERDICT_ACCEPT);
    const drawn = challengedChunks(claim(1).seed, claim(1).id, CHUNKS);
    expect(drawn.length).toBeLessThan(CHUNKS);
    expect(asked.slice(1)).toEqual(drawn.map((at) => chunks[at]));
    expect(finding.witness).toHaveLength(8 * drawn.length);
    expect((await verifier.examine(claim(2))).witness).not.toEqual(finding.witness);
  });

  test("behavior: before the seed the manifest is fetched, and no chunk", async () => {
    const { asked, verifier } = attester(ALL);
    const finding = await verifier.examine({ ...claim(1), seed: new Uint8Array(0) });
    expect(finding).toMatchObject({ verdict: Verdict.VERDICT_ABSTAIN, awaitsSeed: true });
    expect(asked).toHaveLength(1);
  });

  test("behavior: a missing chunk is an abstention that is tried again; a missing manifest too", async () => {
    for (const gone of [id, toHex(claim(1).subject)]) {
      const stored = new Map([...ALL].filter(([name]) => name !== gone));
      const finding = await attester(stored).verifier.examine(claim(1));
      expect(finding).toMatchObject({ verdict: Verdict.VERDICT_ABSTAIN, again: true });
      expect(finding.reason).toContain("nobody has blob");
    }
  });
});
