import type { Context } from "../../chain/app/context.ts";
import type { ClaimKind, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Dispute, Job } from "../../proto/gen/openledger/finetune/v1.ts";

/** Coins; the part of the bank that this module uses. */
export interface BankNeeds {
  moduleBalance(ctx: Context, module: string): bigint;
  sendToModule(ctx: Context, from: string, module: string, amount: bigint): void;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void;
}

export interface DatanetNeeds {
  snapshot(ctx: Context, id: string): { readonly datanet: string; readonly status: number } | undefined;
}

export interface ModelNeeds {
  model(
    ctx: Context,
    id: string,
  ): { readonly owner: string; readonly weightsHash: Uint8Array; readonly snapshots: readonly string[] } | undefined;
}

export interface NewClaim {
  readonly kind: ClaimKind;
  readonly poster: string;
  readonly subject: Uint8Array;
  readonly payloadHash: Uint8Array;
  readonly algorithm: string;
  readonly bond: bigint;
}

/** Claims. The engine takes the bond from the poster and returns or forfeits it. */
export interface ClaimNeeds {
  /** The claim's id. */
  post(ctx: Context, claim: NewClaim): Uint8Array;
  /** `disputed`: by a challenge of the claim itself, which is not over. */
  claim(ctx: Context, id: Uint8Array): { readonly status: ClaimStatus; readonly disputed?: boolean } | undefined;
}

/** A validator's operator and the power it voted with. */
export interface Payee {
  readonly operator: string;
  readonly power: bigint;
}

/** Takes lost bonds: half to the payees by power, the rest to the DataNets' bounties. */
export interface ForfeitNeeds {
  takeForfeit(
    ctx: Context,
    forfeit: {
      readonly from: string;
      readonly amount: bigint;
      readonly rejecters: readonly Payee[];
      readonly datanets: readonly string[];
    },
  ): void;
}

/** A dispute that is to be decided. */
export interface OpenedDispute {
  readonly job: Job;
  readonly dispute: Dispute;
}

/** Decides disputes by a training claim of the dispute's subject (`jobSubject`), whose outcome is the decision. */
export interface DisputeNeeds {
  /** The claim's id. Throws AppError when it cannot begin now: it is asked again some blocks later. */
  open(ctx: Context, opened: OpenedDispute): Uint8Array;
}

export interface FinetuneNeeds {
  readonly bank: BankNeeds;
  readonly datanets: DatanetNeeds;
  readonly models: ModelNeeds;
  readonly claims: ClaimNeeds;
  readonly forfeits: ForfeitNeeds;
  /** A second committee when left out. */
  readonly disputes?: DisputeNeeds;
}
