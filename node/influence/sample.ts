import { taggedHash, u64be } from "../../chain/crypto/tagged.ts";

/** `count` different numbers below `limit`, ascending, drawn by a seed. */
export function drawn(seed: Uint8Array, purpose: string, { limit, count }: { limit: number; count: number }): number[] {
  const chosen = new Set<number>();
  const wanted = Math.min(limit, count);
  for (let counter = 0n; chosen.size < wanted; counter++) {
    const words = taggedHash(`openledger/index-sample/${purpose}`, seed, u64be(counter));
    const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
    for (let at = 0; at < 32 && chosen.size < wanted; at += 4) chosen.add(view.getUint32(at) % limit);
  }
  return [...chosen].sort((a, b) => a - b);
}
