import type { Context } from "../../chain/app/context.ts";
import type { ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Contribution } from "../../proto/gen/openledger/datanet/v1.ts";

/** Coins; the part of the bank that this module uses. */
export interface BankNeeds {
  moduleBalance(ctx: Context, module: string): bigint;
  sendToModule(ctx: Context, from: string, module: string, amount: bigint): void;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void;
  moduleToModule(ctx: Context, from: string, to: string, amount: bigint): void;
  burn(ctx: Context, module: string, amount: bigint): void;
}

/** What a panel found. */
export interface PanelFinding {
  /** Bit i, lowest first within a byte: item i was accepted. */
  readonly accepted: Uint8Array;
  readonly count: number;
}

/** Review of contributions. */
export interface CurationNeeds {
  /** Module account that receives review fees. */
  readonly account: string;
  /** Books a review fee that has just arrived on the account. */
  receiveFee(ctx: Context, contribution: string, amount: bigint): void;
  drawPanel(ctx: Context, contribution: Contribution): void;
  /** Counts the verdicts, releases liability, pays the review fee. */
  finalise(ctx: Context, contribution: Contribution): PanelFinding;
  /** Panel seats of the DataNet's current review whose verdict is neither committed nor revealed. */
  uncommitted(ctx: Context, datanet: string): number;
  /** Committed verdicts of the current review that wait for their reveal. */
  unrevealed(ctx: Context, datanet: string): number;
}

export interface NewClaim {
  readonly kind: ClaimKind;
  readonly poster: string;
  readonly subject: Uint8Array;
  readonly payloadHash: Uint8Array;
  readonly algorithm: string;
  readonly bond: bigint;
}

/** Attested claims. The engine takes the bond from the poster and returns, charges or forfeits it at the tally. */
export interface ClaimNeeds {
  /** The claim's id. */
  post(ctx: Context, claim: NewClaim): Uint8Array;
}

/** A claim as its outcome reports it. */
export interface TalliedClaim {
  readonly id: Uint8Array;
  readonly subject: Uint8Array;
}

/** What the claim engine calls for claims of kind SNAPSHOT. */
export interface SnapshotClaimHandlers {
  onAccepted(ctx: Context, claim: TalliedClaim): void;
  onRejected(ctx: Context, claim: TalliedClaim): void;
  onNoQuorum(ctx: Context, claim: TalliedClaim): void;
  /** DataNets whose bounty takes the rest of a forfeited bond. */
  forfeitTo(ctx: Context, claim: TalliedClaim): readonly string[];
  /** Share of the bond that burns without a quorum, in basis points. */
  noQuorumBurnBps(ctx: Context): number;
}

/** The random beacon; the part of attribution's keeper that this module uses. */
export interface BeaconNeeds {
  /** Undefined for a height that is still to come, and for one that is too long ago. */
  beaconAt(ctx: Context, height: number): Uint8Array | undefined;
  /** The newest one. */
  beacon(ctx: Context): { readonly beacon: Uint8Array };
}

export interface DatanetNeeds {
  readonly beacons: BeaconNeeds;
  readonly bank: BankNeeds;
  readonly curation: CurationNeeds;
  readonly claims: ClaimNeeds;
}
