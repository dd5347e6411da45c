import { taggedHash, u32be } from "../../chain/crypto/tagged.ts";

/** Version of the rules of step claims: one step by the exact reference, no fast path, with the log's own roundings. */
export const STEP_ALGORITHM = "step-1";

/** Dispute id: the n-th of a claim. It holds no height. */
export function disputeId(claimId: Uint8Array, number: number): Uint8Array {
  return taggedHash("openledger/dispute", claimId, u32be(number));
}
