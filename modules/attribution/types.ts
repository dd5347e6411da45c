import type { Context } from "../../chain/app/context.ts";
import type { Claim, ClaimKind, ClaimStatus, Outcome } from "../../proto/gen/openledger/attribution/v1.ts";

/** A claim as a module posts it. */
export interface ClaimPost {
  readonly kind: ClaimKind;
  /** bech32 account; the bond is taken from it. */
  readonly poster: string;
  readonly subject: Uint8Array;
  /** Empty when the kind has nothing to open. */
  readonly payloadHash: Uint8Array;
  readonly algorithm: string;
  /** In the fee denom, at least `min_claim_bond`; 0 for a kind whose module holds the stakes (`ClaimHandler.stakes`). */
  readonly bond: bigint;
  /** What is claimed, in clear, when the poster's module keeps it nowhere else; `statementHash` of it is the payload hash. */
  readonly statement?: Uint8Array;
}

/** An account to be paid, with its voting power in the claim's committee. */
export interface Payee {
  readonly operator: string;
  readonly power: bigint;
}

export interface ClaimResult {
  readonly outcome: Outcome;
  /** The poster's opening; empty when there is none. */
  readonly opening: Uint8Array;
  /** Operators of the unvoided members that voted for the result, in committee order; empty for no quorum. */
  readonly winners: readonly Payee[];
}

/**
 * What a module does with the outcome of its claims. Called once per claim in end of block, in a branch of its own: an
 * AppError undoes the branch and the claim ends without quorum. The bond is the engine's affair.
 */
export interface ClaimHandler {
  onAccepted(ctx: Context, claim: Claim, result: ClaimResult): void;
  onRejected(ctx: Context, claim: Claim, result: ClaimResult): void;
  onNoQuorum(ctx: Context, claim: Claim, result: ClaimResult): void;
  /** Content rules of the poster's opening, whose hash already matched. Throws AppError. Absent: nothing to open. */
  checkOpening?(ctx: Context, claim: Claim, opening: Uint8Array): void;
  /**
   * Share of the bond that burns when the committee reaches no quorum, in basis points, 0 to 10,000; absent: the kind's
   * parameter `no_quorum_burn_bps`.
   * For kinds whose open claim blocks others: a poster who withholds the data makes validators abstain.
   */
  noQuorumBurnBps?(ctx: Context): number;
  /** DataNets whose bounty takes the rest of a forfeited bond; absent or empty: the treasury. */
  forfeitTo?(ctx: Context, claim: Claim): readonly string[];
  /** Who holds what the poster stands to lose: its module, for claims without a bond. Absent: the claim's own bond. */
  readonly stakes?: "module";
}

/** What a lost dispute took. */
export interface Overturned {
  readonly claim: Claim;
  readonly bond: bigint;
  readonly datanets: readonly string[];
}

/** The part of this module that other modules use. */
export interface ClaimEngine {
  /**
   * Registers a handler at composition: of a kind, or of one algorithm of that kind (which then goes first), so that
   * several modules can post claims of one kind under algorithms of their own.
   */
  register(kind: ClaimKind, handler: ClaimHandler, algorithm?: string): void;
  /** The claim's id. Throws AppError. */
  post(ctx: Context, post: ClaimPost): Uint8Array;
  status(ctx: Context, id: Uint8Array): ClaimStatus | undefined;
  claim(ctx: Context, id: Uint8Array): Claim | undefined;
  /** True while the claim is open, or accepted and its time for disputes is not over. */
  isDisputable(ctx: Context, id: Uint8Array): boolean;
  /** A dispute begins: until `endDispute` the bond of the claim is not returned. Throws attribution/22 (not disputable). */
  beginDispute(ctx: Context, id: Uint8Array): Claim;
  /** The last dispute of the claim ended without harm to it. Its bond stays for `graceBlocks` more, if not longer. */
  endDispute(ctx: Context, id: Uint8Array, graceBlocks: number): void;
  /** The poster lost: the claim is overturned and its bond goes to the module account `to`. Throws attribution/22. */
  overturn(ctx: Context, id: Uint8Array, to: string): Overturned;
}

/** Influence of one query: what its settlement vector gave to each contribution. */
export interface InfluenceUpdate {
  readonly model: string;
  /** Contributions may repeat (several items). Weights in units of 10^-18. */
  readonly entries: readonly { readonly contribution: string; readonly datanet: string; readonly weight: bigint }[];
}

/** The scores that every settlement updates. */
export interface InfluenceLedger {
  recordInfluence(ctx: Context, update: InfluenceUpdate): void;
}
