import { MAX_CLAIM_BLOCKS } from "../../modules/attribution/client.ts";

/** Bytes of pooled openings: three windows of the chain's `max_opening_bytes` with room, far below a node's memory. */
export const MAX_POOL_BYTES = 16 * 1024 * 1024;

/** Envelopes held for the next block because their sender is one block ahead. */
export const MAX_EARLY_BYTES = 2 * 1024 * 1024;

/** Leaves of one validator for one claim that the pool holds: two prove an equivocation, more prove nothing further. */
export const MAX_LEAVES_PER_MEMBER = 2;

/** Claims whose blobs are fetched at once; missing blobs must not keep other claims waiting. */
export const MAX_EXAMINATIONS = 16;

/** Claims whose sketches are computed at once: each sends its witness to a thread. */
export const MAX_SKETCHES = 8;

/** Bytes of witnesses that wait for their seed; claims beyond wait unexamined until memory or their seed is there. */
export const MAX_WITNESS_BYTES = 128 * 1024 * 1024;

/** One attempt to fetch a claim's blobs. Failed attempts are repeated with every block while a root can still count. */
export const FETCH_TIMEOUT_MS = 5_000;

/** Heights for which leaves and extensions are kept: longer than any claim is open, so that no leaf is made twice. */
export const KEPT_HEIGHTS = 2 * MAX_CLAIM_BLOCKS;

/** What is past is removed from disk every so many heights: one synced batch for all of them. */
export const PRUNE_EVERY = 16;

/** Bytes in the unit of config verifier.memoryMiB. */
export const MIB = 1024 * 1024;

/** Encoded texts that are kept on disk: some 25 snapshots of 10,000 texts x 512. */
export const MAX_FEATURE_BYTES = 1024 * MIB;

/** Models of one block that are loaded ahead of their claims: more would push each other out of memory. */
export const MAX_EXPECTED_MODELS = 4;
