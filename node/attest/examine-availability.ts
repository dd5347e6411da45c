import { toHex } from "../../chain/crypto/bytes.ts";
import { taggedHash } from "../../chain/crypto/tagged.ts";
import { challengedChunks } from "../../modules/attribution/client.ts";
import type { Claim } from "../../proto/gen/openledger/attribution/v1.ts";
import { decodeManifest, looksLikeManifest } from "../blobs/index.ts";
import { chunkSize } from "../blobs/manifest.ts";
import type { ArtefactSource } from "./artefacts.ts";
import { abstained, accepted, type Finding } from "./attester.ts";

export interface AvailabilityPorts {
  readonly blobs: ArtefactSource;
  /** A blob as the integers of its words. */
  readonly blobWitness: (bytes: Uint8Array) => Promise<Float64Array>;
}

/**
 * The blob is there, or the manifest of a large one and the chunks that the seed draws: an id is the hash of its bytes,
 * so that nothing else is left to compare. Throws BlobError where one is missing.
 */
export async function examineAvailability(claim: Claim, ports: AvailabilityPorts): Promise<Finding> {
  const blob = await ports.blobs.blob(toHex(claim.subject));
  if (!looksLikeManifest(blob)) return accepted(await ports.blobWitness(blob));
  const manifest = decodeManifest(blob);
  if (claim.seed.length === 0) return { ...abstained("which chunks is drawn by the seed", true), awaitsSeed: true };
  const words: number[] = [];
  for (const at of challengedChunks(claim.seed, claim.id, manifest.chunks.length)) {
    const chunk = await ports.blobs.blob(manifest.chunks[at] ?? "");
    if (chunk.length !== chunkSize(manifest, at)) return abstained(`chunk ${at} has ${chunk.length} bytes`, false);
    words.push(...wordsOf(taggedHash("openledger/challenge/chunk", claim.seed, claim.id, chunk)));
  }
  return accepted(Float64Array.from(words));
}

/** Of 64 MiB of chunks a keyed hash each: without the chunk nobody computes it, and before the seed nobody could. */
function wordsOf(hash: Uint8Array): number[] {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  return Array.from({ length: hash.length >> 2 }, (_, i) => view.getUint32(4 * i));
}
