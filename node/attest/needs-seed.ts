import { type Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";

/**
 * Kinds whose examination draws from the claim's seed. The others are examined while the seed is still to come; an availability
 * of chunks then waits for it (`Finding.awaitsSeed`).
 */
const DRAWING: readonly ClaimKind[] = [
  ClaimKind.CLAIM_KIND_TRAINING,
  ClaimKind.CLAIM_KIND_INDEX,
  ClaimKind.CLAIM_KIND_FIDELITY,
];

/** Kinds whose examination takes seconds to minutes and all threads of the verifier: one at a time. */
const HEAVY: readonly ClaimKind[] = [
  ClaimKind.CLAIM_KIND_TRAINING,
  ClaimKind.CLAIM_KIND_INDEX,
  ClaimKind.CLAIM_KIND_FIDELITY,
  ClaimKind.CLAIM_KIND_STEP,
];

/** The claim can be examined now. */
export function isExaminable({ kind, seed }: Pick<Claim, "kind" | "seed">): boolean {
  return seed.length > 0 || !DRAWING.includes(kind);
}

export function isHeavy({ kind }: Pick<Claim, "kind">): boolean {
  return HEAVY.includes(kind);
}
