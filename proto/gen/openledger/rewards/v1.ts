// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

/** Which part of a fee a payout comes from. */
export const Pool = {
  /** By influence, scaled by the model's fidelity. */
  POOL_INFLUENCE: 0,
  /** By token attribution, which is exact; of generators only. */
  POOL_TOKENS: 1,
} as const;
export type Pool = (typeof Pool)[keyof typeof Pool];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.rewards.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.rewards.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryClaimableRequest {
  readonly address: string;
}
export const QueryClaimableRequest: MessageCodec<QueryClaimableRequest> = message<QueryClaimableRequest>("openledger.rewards.v1.QueryClaimableRequest", () => [
  { no: 1, name: "address", json: "address", type: "string" },
]);

export interface QueryClaimableResponse {
  readonly accrued: Accrued | undefined;
}
export const QueryClaimableResponse: MessageCodec<QueryClaimableResponse> = message<QueryClaimableResponse>("openledger.rewards.v1.QueryClaimableResponse", () => [
  { no: 1, name: "accrued", json: "accrued", type: "message", message: () => Accrued },
]);

export interface QueryTotalsRequest {}
export const QueryTotalsRequest: MessageCodec<QueryTotalsRequest> = message<QueryTotalsRequest>("openledger.rewards.v1.QueryTotalsRequest", () => []);

export interface QueryTotalsResponse {
  readonly totals: FeeSplit | undefined;
  readonly settled: bigint;
}
export const QueryTotalsResponse: MessageCodec<QueryTotalsResponse> = message<QueryTotalsResponse>("openledger.rewards.v1.QueryTotalsResponse", () => [
  { no: 1, name: "totals", json: "totals", type: "message", message: () => FeeSplit },
  { no: 2, name: "settled", json: "settled", type: "uint64" },
]);

export interface QueryContributionRequest {
  readonly contribution: string;
}
export const QueryContributionRequest: MessageCodec<QueryContributionRequest> = message<QueryContributionRequest>("openledger.rewards.v1.QueryContributionRequest", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
]);

export interface QueryContributionResponse {
  readonly rewards: ContributionRewards | undefined;
}
export const QueryContributionResponse: MessageCodec<QueryContributionResponse> = message<QueryContributionResponse>("openledger.rewards.v1.QueryContributionResponse", () => [
  { no: 1, name: "rewards", json: "rewards", type: "message", message: () => ContributionRewards },
]);

export interface QueryContributionsRequest {
  readonly startAfter: string;
  readonly limit: number;
}
export const QueryContributionsRequest: MessageCodec<QueryContributionsRequest> = message<QueryContributionsRequest>("openledger.rewards.v1.QueryContributionsRequest", () => [
  { no: 1, name: "startAfter", json: "start_after", type: "string" },
  { no: 2, name: "limit", json: "limit", type: "uint32" },
]);

export interface QueryContributionsResponse {
  readonly rewards: readonly ContributionRewards[];
}
export const QueryContributionsResponse: MessageCodec<QueryContributionsResponse> = message<QueryContributionsResponse>("openledger.rewards.v1.QueryContributionsResponse", () => [
  { no: 1, name: "rewards", json: "rewards", type: "message", message: () => ContributionRewards, repeated: true },
]);

export interface QuerySettlementRequest {
  readonly request: string;
}
export const QuerySettlementRequest: MessageCodec<QuerySettlementRequest> = message<QuerySettlementRequest>("openledger.rewards.v1.QuerySettlementRequest", () => [
  { no: 1, name: "request", json: "request", type: "string" },
]);

export interface QuerySettlementResponse {
  readonly settlement: Settlement | undefined;
}
export const QuerySettlementResponse: MessageCodec<QuerySettlementResponse> = message<QuerySettlementResponse>("openledger.rewards.v1.QuerySettlementResponse", () => [
  { no: 1, name: "settlement", json: "settlement", type: "message", message: () => Settlement },
]);

export interface HeldOutShare {
  readonly contributor: string;
  /** Held-out items of the contributor in this snapshot. */
  readonly items: number;
  readonly claimed: string;
  readonly claimable: string;
}
export const HeldOutShare: MessageCodec<HeldOutShare> = message<HeldOutShare>("openledger.rewards.v1.HeldOutShare", () => [
  { no: 1, name: "contributor", json: "contributor", type: "string" },
  { no: 2, name: "items", json: "items", type: "uint32" },
  { no: 3, name: "claimed", json: "claimed", type: "string" },
  { no: 4, name: "claimable", json: "claimable", type: "string" },
]);

export interface QueryHeldOutRequest {
  readonly snapshot: string;
}
export const QueryHeldOutRequest: MessageCodec<QueryHeldOutRequest> = message<QueryHeldOutRequest>("openledger.rewards.v1.QueryHeldOutRequest", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "string" },
]);

export interface QueryHeldOutResponse {
  readonly ledger: HeldOutLedger | undefined;
  readonly shares: readonly HeldOutShare[];
}
export const QueryHeldOutResponse: MessageCodec<QueryHeldOutResponse> = message<QueryHeldOutResponse>("openledger.rewards.v1.QueryHeldOutResponse", () => [
  { no: 1, name: "ledger", json: "ledger", type: "message", message: () => HeldOutLedger },
  { no: 2, name: "shares", json: "shares", type: "message", message: () => HeldOutShare, repeated: true },
]);

export interface QueryBountyRequest {
  readonly datanet: string;
}
export const QueryBountyRequest: MessageCodec<QueryBountyRequest> = message<QueryBountyRequest>("openledger.rewards.v1.QueryBountyRequest", () => [
  { no: 1, name: "datanet", json: "datanet", type: "string" },
]);

export interface QueryBountyResponse {
  readonly bounty: Bounty | undefined;
}
export const QueryBountyResponse: MessageCodec<QueryBountyResponse> = message<QueryBountyResponse>("openledger.rewards.v1.QueryBountyResponse", () => [
  { no: 1, name: "bounty", json: "bounty", type: "message", message: () => Bounty },
]);

export interface MsgClaimRewards {
  readonly claimant: string;
  /** Snapshots out of whose held-out ledgers the claimant's part is taken first. */
  readonly snapshots: readonly string[];
}
export const MsgClaimRewards: MessageCodec<MsgClaimRewards> = message<MsgClaimRewards>("openledger.rewards.v1.MsgClaimRewards", () => [
  { no: 1, name: "claimant", json: "claimant", type: "string" },
  { no: 2, name: "snapshots", json: "snapshots", type: "string", repeated: true },
]);

export interface MsgClaimRewardsResponse {
  readonly amount: string;
}
export const MsgClaimRewardsResponse: MessageCodec<MsgClaimRewardsResponse> = message<MsgClaimRewardsResponse>("openledger.rewards.v1.MsgClaimRewardsResponse", () => [
  { no: 1, name: "amount", json: "amount", type: "string" },
]);

/** The parts of one fee; they sum to it. Amounts in uopen. */
export interface FeeSplit {
  readonly fee: string;
  readonly host: string;
  readonly burn: string;
  readonly treasury: string;
  readonly model: string;
  readonly attestors: string;
  readonly contributors: string;
  readonly curation: string;
  readonly bounty: string;
  /** Accrued to the owners of held-out items of the model's snapshots. */
  readonly heldOut: string;
}
export const FeeSplit: MessageCodec<FeeSplit> = message<FeeSplit>("openledger.rewards.v1.FeeSplit", () => [
  { no: 1, name: "fee", json: "fee", type: "string" },
  { no: 2, name: "host", json: "host", type: "string" },
  { no: 3, name: "burn", json: "burn", type: "string" },
  { no: 4, name: "treasury", json: "treasury", type: "string" },
  { no: 5, name: "model", json: "model", type: "string" },
  { no: 6, name: "attestors", json: "attestors", type: "string" },
  { no: 7, name: "contributors", json: "contributors", type: "string" },
  { no: 8, name: "curation", json: "curation", type: "string" },
  { no: 9, name: "bounty", json: "bounty", type: "string" },
  { no: 10, name: "heldOut", json: "held_out", type: "string" },
]);

/** How the contributors' half of one fee was divided, before fidelity. Amounts in uopen. */
export interface PoolSplit {
  readonly influence: string;
  readonly tokens: string;
  readonly heldOut: string;
}
export const PoolSplit: MessageCodec<PoolSplit> = message<PoolSplit>("openledger.rewards.v1.PoolSplit", () => [
  { no: 1, name: "influence", json: "influence", type: "string" },
  { no: 2, name: "tokens", json: "tokens", type: "string" },
  { no: 3, name: "heldOut", json: "held_out", type: "string" },
]);

export interface Payout {
  readonly contribution: string;
  readonly item: number;
  readonly contributor: string;
  /** Share in units of 10^-18 of the settlement vector. */
  readonly weight: bigint;
  readonly amount: string;
  readonly pool: Pool;
}
export const Payout: MessageCodec<Payout> = message<Payout>("openledger.rewards.v1.Payout", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
  { no: 2, name: "item", json: "item", type: "uint32" },
  { no: 3, name: "contributor", json: "contributor", type: "string" },
  { no: 4, name: "weight", json: "weight", type: "uint64" },
  { no: 5, name: "amount", json: "amount", type: "string" },
  { no: 6, name: "pool", json: "pool", type: "enum", enum: Pool },
]);

/** Everything that was paid for one settled request. */
export interface Settlement {
  readonly request: string;
  readonly model: string;
  readonly snapshots: readonly string[];
  readonly split: FeeSplit | undefined;
  readonly payouts: readonly Payout[];
  /** Model fidelity used, units of 10^-18. */
  readonly fidelity: bigint;
  readonly height: bigint;
  readonly pools: PoolSplit | undefined;
}
export const Settlement: MessageCodec<Settlement> = message<Settlement>("openledger.rewards.v1.Settlement", () => [
  { no: 1, name: "request", json: "request", type: "string" },
  { no: 2, name: "model", json: "model", type: "string" },
  { no: 3, name: "snapshots", json: "snapshots", type: "string", repeated: true },
  { no: 4, name: "split", json: "split", type: "message", message: () => FeeSplit },
  { no: 5, name: "payouts", json: "payouts", type: "message", message: () => Payout, repeated: true },
  { no: 6, name: "fidelity", json: "fidelity", type: "uint64" },
  { no: 7, name: "height", json: "height", type: "uint64" },
  { no: 8, name: "pools", json: "pools", type: "message", message: () => PoolSplit },
]);

export interface ContributionRewards {
  readonly contribution: string;
  readonly contributor: string;
  /** Through both pools. */
  readonly paid: string;
  readonly payouts: bigint;
  /** Of `paid`: through token attribution. */
  readonly tokens: string;
}
export const ContributionRewards: MessageCodec<ContributionRewards> = message<ContributionRewards>("openledger.rewards.v1.ContributionRewards", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
  { no: 2, name: "contributor", json: "contributor", type: "string" },
  { no: 3, name: "paid", json: "paid", type: "string" },
  { no: 4, name: "payouts", json: "payouts", type: "uint64" },
  { no: 5, name: "tokens", json: "tokens", type: "string" },
]);

/**
 * The flat share that a snapshot's held-out items have earned: each contributor is entitled to
 * floor(accrued x own items / all held-out items), at any time and over all times together.
 */
export interface HeldOutLedger {
  readonly snapshot: string;
  readonly accrued: string;
  /** Of `accrued`: moved to the contributors. */
  readonly claimed: string;
}
export const HeldOutLedger: MessageCodec<HeldOutLedger> = message<HeldOutLedger>("openledger.rewards.v1.HeldOutLedger", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "string" },
  { no: 2, name: "accrued", json: "accrued", type: "string" },
  { no: 3, name: "claimed", json: "claimed", type: "string" },
]);

/** What one contributor has taken out of a HeldOutLedger. */
export interface HeldOutClaim {
  readonly snapshot: string;
  readonly contributor: string;
  readonly claimed: string;
}
export const HeldOutClaim: MessageCodec<HeldOutClaim> = message<HeldOutClaim>("openledger.rewards.v1.HeldOutClaim", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "string" },
  { no: 2, name: "contributor", json: "contributor", type: "string" },
  { no: 3, name: "claimed", json: "claimed", type: "string" },
]);

export interface Accrued {
  readonly address: string;
  /** Claimable now. */
  readonly amount: string;
  /** Paid out so far. */
  readonly claimed: string;
}
export const Accrued: MessageCodec<Accrued> = message<Accrued>("openledger.rewards.v1.Accrued", () => [
  { no: 1, name: "address", json: "address", type: "string" },
  { no: 2, name: "amount", json: "amount", type: "string" },
  { no: 3, name: "claimed", json: "claimed", type: "string" },
]);

export interface CuratorVerdicts {
  readonly curator: string;
  readonly verdicts: bigint;
}
export const CuratorVerdicts: MessageCodec<CuratorVerdicts> = message<CuratorVerdicts>("openledger.rewards.v1.CuratorVerdicts", () => [
  { no: 1, name: "curator", json: "curator", type: "string" },
  { no: 2, name: "verdicts", json: "verdicts", type: "uint64" },
]);

/** How the curation share of a snapshot's models is divided; fixed once the snapshot is accepted. */
export interface CuratorShares {
  readonly snapshot: string;
  readonly curators: readonly CuratorVerdicts[];
}
export const CuratorShares: MessageCodec<CuratorShares> = message<CuratorShares>("openledger.rewards.v1.CuratorShares", () => [
  { no: 1, name: "snapshot", json: "snapshot", type: "string" },
  { no: 2, name: "curators", json: "curators", type: "message", message: () => CuratorVerdicts, repeated: true },
]);

export interface Bounty {
  readonly datanet: string;
  readonly amount: string;
}
export const Bounty: MessageCodec<Bounty> = message<Bounty>("openledger.rewards.v1.Bounty", () => [
  { no: 1, name: "datanet", json: "datanet", type: "string" },
  { no: 2, name: "amount", json: "amount", type: "string" },
]);

/** Shares in units of 1/10000; floor + largest remainder. */
export interface Params {
  readonly host: number;
  readonly burn: number;
  readonly treasury: number;
  /** Of the net after host, burn and treasury. */
  readonly model: number;
  readonly attestors: number;
  readonly contributors: number;
  readonly curation: number;
  /**
   * Of the contributors' part: the token pool of a generator, and the flat share of held-out items; the rest is the
   * influence pool.
   */
  readonly tokenPool: number;
  readonly heldOut: number;
}
export const Params: MessageCodec<Params> = message<Params>("openledger.rewards.v1.Params", () => [
  { no: 1, name: "host", json: "host", type: "uint32" },
  { no: 2, name: "burn", json: "burn", type: "uint32" },
  { no: 3, name: "treasury", json: "treasury", type: "uint32" },
  { no: 4, name: "model", json: "model", type: "uint32" },
  { no: 5, name: "attestors", json: "attestors", type: "uint32" },
  { no: 6, name: "contributors", json: "contributors", type: "uint32" },
  { no: 7, name: "curation", json: "curation", type: "uint32" },
  { no: 8, name: "tokenPool", json: "token_pool", type: "uint32" },
  { no: 9, name: "heldOut", json: "held_out", type: "uint32" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly accrued: readonly Accrued[];
  readonly bounties: readonly Bounty[];
  readonly contributions: readonly ContributionRewards[];
  readonly settlements: readonly Settlement[];
  readonly totals: FeeSplit | undefined;
  readonly settled: bigint;
  readonly curatorShares: readonly CuratorShares[];
  readonly heldOut: readonly HeldOutLedger[];
  readonly heldOutClaims: readonly HeldOutClaim[];
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.rewards.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "accrued", json: "accrued", type: "message", message: () => Accrued, repeated: true },
  { no: 3, name: "bounties", json: "bounties", type: "message", message: () => Bounty, repeated: true },
  { no: 4, name: "contributions", json: "contributions", type: "message", message: () => ContributionRewards, repeated: true },
  { no: 5, name: "settlements", json: "settlements", type: "message", message: () => Settlement, repeated: true },
  { no: 6, name: "totals", json: "totals", type: "message", message: () => FeeSplit },
  { no: 7, name: "settled", json: "settled", type: "uint64" },
  { no: 8, name: "curatorShares", json: "curator_shares", type: "message", message: () => CuratorShares, repeated: true },
  { no: 9, name: "heldOut", json: "held_out", type: "message", message: () => HeldOutLedger, repeated: true },
  { no: 10, name: "heldOutClaims", json: "held_out_claims", type: "message", message: () => HeldOutClaim, repeated: true },
]);

export const Query = {
  Params: { path: "/openledger.rewards.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  Claimable: { path: "/openledger.rewards.v1.Query/Claimable", request: QueryClaimableRequest, response: QueryClaimableResponse },
  Totals: { path: "/openledger.rewards.v1.Query/Totals", request: QueryTotalsRequest, response: QueryTotalsResponse },
  Contribution: { path: "/openledger.rewards.v1.Query/Contribution", request: QueryContributionRequest, response: QueryContributionResponse },
  /** Every contribution of a DataNet that was paid, in id order. */
  Contributions: { path: "/openledger.rewards.v1.Query/Contributions", request: QueryContributionsRequest, response: QueryContributionsResponse },
  Settlement: { path: "/openledger.rewards.v1.Query/Settlement", request: QuerySettlementRequest, response: QuerySettlementResponse },
  Bounty: { path: "/openledger.rewards.v1.Query/Bounty", request: QueryBountyRequest, response: QueryBountyResponse },
  /** The flat share of a snapshot's held-out items, and who may take how much of it now. */
  HeldOut: { path: "/openledger.rewards.v1.Query/HeldOut", request: QueryHeldOutRequest, response: QueryHeldOutResponse },
} as const;

export const Msg = {
  ClaimRewards: { path: "/openledger.rewards.v1.Msg/ClaimRewards", request: MsgClaimRewards, response: MsgClaimRewardsResponse },
} as const;
