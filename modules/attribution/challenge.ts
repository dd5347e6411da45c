import { taggedHash, u32be } from "../../chain/crypto/tagged.ts";
import { CHALLENGED_CHUNKS } from "./limits.ts";

/**
 * Chunks of a blob that its availability claim is checked on, distinct and ascending: all of at most CHALLENGED_CHUNKS,
 * else as many drawn by the claim's seed, so that nobody needs the whole blob and nobody knew which at the post. Throws
 * RangeError for no chunks.
 */
export function challengedChunks(seed: Uint8Array, claimId: Uint8Array, chunks: number): number[] {
  if (!Number.isSafeInteger(chunks) || chunks < 1) throw new RangeError(`a blob of ${chunks} chunks`);
  if (chunks <= CHALLENGED_CHUNKS) return Array.from({ length: chunks }, (_, i) => i);
  const drawn = new Set<number>();
  for (let i = 0; drawn.size < CHALLENGED_CHUNKS; i++) {
    const view = new DataView(taggedHash("openledger/challenge", seed, claimId, u32be(i)).buffer);
    drawn.add(Number(view.getBigUint64(0) % BigInt(chunks)));
  }
  return [...drawn].sort((a, b) => a - b);
}
