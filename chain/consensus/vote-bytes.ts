import { encodeVote } from "../codec/vote.ts";
import type { Vote } from "../types/vote.ts";

// A vote is encoded for the log and again for every peer that it is relayed to; votes are small and immutable.
const encoded = new WeakMap<Vote, Uint8Array>();

/** Canonical bytes of a vote, made once an object. The caller must not change them. */
export function bytesOfVote(vote: Vote): Uint8Array {
  let bytes = encoded.get(vote);
  if (bytes === undefined) {
    bytes = encodeVote(vote);
    encoded.set(vote, bytes);
  }
  return bytes;
}
