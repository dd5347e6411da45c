import type { ClaimVerdict } from "../../factory/verify-claim.ts";
import { InfluenceError } from "../errors.ts";
import type { GradientOptions } from "./gradients.ts";
import type { TokenRow } from "./types.ts";

/** An adapter index claim with what recomputes it. */
export interface AdapterIndexClaim {
  readonly headerBytes: Uint8Array;
  readonly rows: Uint8Array;
  readonly basis: Uint8Array;
  /** Canonical manifest bytes, graph and weights as registered. */
  readonly manifest: Uint8Array;
  readonly graph: Uint8Array;
  readonly weights: Uint8Array;
  /** Training log, and the root that is registered for it. */
  readonly log: Uint8Array;
  readonly logRoot: Uint8Array;
  /** State of a checkpoint of the log, as bytes. */
  readonly readState: (checkpoint: number) => Promise<Uint8Array>;
  /** Trained items with their texts, in the order of the training, as the snapshots give them. */
  readonly items: readonly TokenRow[];
  readonly texts: readonly string[];
  readonly heldOut?: readonly Pick<TokenRow, "tokens">[];
}

export interface VerifyAdapterOptions extends GradientOptions {
  /** Rows whose gradients make the witness. */
  readonly witnessRows?: number;
}

/** Recomputes an adapter index claim. */
export async function verifyAdapterIndex(
  _claim: AdapterIndexClaim,
  _seed: Uint8Array,
  _options: VerifyAdapterOptions = {},
): Promise<ClaimVerdict> {
  throw new InfluenceError("bad-shape", "adapter index claims cannot be verified yet");
}
