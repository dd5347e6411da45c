import type { Context } from "../../chain/app/context.ts";
import type { Equivocation } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Payee } from "./types.ts";

/** Coins; the part of the bank that this module uses. */
export interface BankNeeds {
  moduleBalance(ctx: Context, module: string): bigint;
  sendToModule(ctx: Context, from: string, module: string, amount: bigint): void;
  sendFromModule(ctx: Context, module: string, to: string, amount: bigint): void;
  moduleToModule(ctx: Context, from: string, to: string, amount: bigint): void;
  burn(ctx: Context, module: string, amount: bigint): void;
}

export interface SetMember {
  readonly address: Uint8Array;
  readonly pubKey: Uint8Array;
  readonly power: number;
}

/** Validators; the part of staking that this module uses. */
export interface StakingNeeds {
  validators(ctx: Context): readonly { readonly address: Uint8Array; readonly beaconEnd: Uint8Array }[];
  operatorOf(ctx: Context, consAddress: Uint8Array): string | undefined;
  byOperator(ctx: Context, operator: string): { readonly address: Uint8Array } | undefined;
  /** The set that signs `height`, by power descending then address ascending; undefined outside its ring. */
  setAt(ctx: Context, height: number): readonly SetMember[] | undefined;
}

export interface Forfeit {
  /** Module account that holds the amount. */
  readonly from: string;
  readonly amount: bigint;
  readonly rejecters: readonly Payee[];
  readonly datanets: readonly string[];
}

/** Takes the bond of a rejected claim. Bound late: rewards is composed after this module. */
export interface ForfeitNeeds {
  takeForfeit(ctx: Context, forfeit: Forfeit): void;
}

/** Provable misbehaviour: two leaves of one validator for one claim. Must not throw. */
export interface SlashingNeeds {
  onEquivocation(ctx: Context, evidence: Equivocation): void;
}

/** A model whose fidelity can be claimed, and where an accepted one is written. Bound late. */
export interface FidelityNeeds {
  /** Throws AppError unless the model can have a fidelity: it exists, has an index, and is not retired. */
  checkModel(ctx: Context, model: string): void;
  /** Units of 10^-18, at most 10^18. */
  setFidelity(ctx: Context, model: string, fidelity: bigint): void;
  /** DataNets that the model was trained on. */
  datanetsOf(ctx: Context, model: string): readonly string[];
}

export interface AttributionNeeds {
  readonly bank: BankNeeds;
  readonly staking: StakingNeeds;
  readonly forfeits: ForfeitNeeds;
  readonly fidelity: FidelityNeeds;
  /** Absent while staking has no slashing: the evidence is recorded all the same. */
  readonly slashing?: SlashingNeeds;
}
