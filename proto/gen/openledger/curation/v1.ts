// Generated from the .proto files by `npm run proto`. Do not edit.
import { message, type MessageCodec } from "../../../runtime.ts";

export const VerdictStatus = {
  VERDICT_STATUS_UNSPECIFIED: 0,
  VERDICT_STATUS_COMMITTED: 1,
  VERDICT_STATUS_REVEALED: 2,
} as const;
export type VerdictStatus = (typeof VerdictStatus)[keyof typeof VerdictStatus];

export const PanelStatus = {
  PANEL_STATUS_UNSPECIFIED: 0,
  /** The contribution is revealed and its review fee held; review has not begun. */
  PANEL_STATUS_WAITING: 1,
  PANEL_STATUS_DRAWN: 2,
  /** Verdicts are counted, liability is released, the fee is paid. */
  PANEL_STATUS_FINAL: 3,
} as const;
export type PanelStatus = (typeof PanelStatus)[keyof typeof PanelStatus];

export interface QueryParamsRequest {}
export const QueryParamsRequest: MessageCodec<QueryParamsRequest> = message<QueryParamsRequest>("openledger.curation.v1.QueryParamsRequest", () => []);

export interface QueryParamsResponse {
  readonly params: Params | undefined;
}
export const QueryParamsResponse: MessageCodec<QueryParamsResponse> = message<QueryParamsResponse>("openledger.curation.v1.QueryParamsResponse", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
]);

export interface QueryCuratorsRequest {}
export const QueryCuratorsRequest: MessageCodec<QueryCuratorsRequest> = message<QueryCuratorsRequest>("openledger.curation.v1.QueryCuratorsRequest", () => []);

export interface QueryCuratorsResponse {
  readonly curators: readonly Curator[];
}
export const QueryCuratorsResponse: MessageCodec<QueryCuratorsResponse> = message<QueryCuratorsResponse>("openledger.curation.v1.QueryCuratorsResponse", () => [
  { no: 1, name: "curators", json: "curators", type: "message", message: () => Curator, repeated: true },
]);

export interface QueryPanelRequest {
  readonly contribution: string;
}
export const QueryPanelRequest: MessageCodec<QueryPanelRequest> = message<QueryPanelRequest>("openledger.curation.v1.QueryPanelRequest", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
]);

export interface QueryPanelResponse {
  readonly panel: Panel | undefined;
}
export const QueryPanelResponse: MessageCodec<QueryPanelResponse> = message<QueryPanelResponse>("openledger.curation.v1.QueryPanelResponse", () => [
  { no: 1, name: "panel", json: "panel", type: "message", message: () => Panel },
]);

export interface QueryVerdictsRequest {
  readonly contribution: string;
}
export const QueryVerdictsRequest: MessageCodec<QueryVerdictsRequest> = message<QueryVerdictsRequest>("openledger.curation.v1.QueryVerdictsRequest", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
]);

export interface QueryVerdictsResponse {
  readonly verdicts: readonly CurationVerdict[];
}
export const QueryVerdictsResponse: MessageCodec<QueryVerdictsResponse> = message<QueryVerdictsResponse>("openledger.curation.v1.QueryVerdictsResponse", () => [
  { no: 1, name: "verdicts", json: "verdicts", type: "message", message: () => CurationVerdict, repeated: true },
]);

/** Registers a curator, or adds to the bond of a registered one. */
export interface MsgRegisterCurator {
  readonly curator: string;
  readonly bond: string;
}
export const MsgRegisterCurator: MessageCodec<MsgRegisterCurator> = message<MsgRegisterCurator>("openledger.curation.v1.MsgRegisterCurator", () => [
  { no: 1, name: "curator", json: "curator", type: "string" },
  { no: 2, name: "bond", json: "bond", type: "string" },
]);

export interface MsgRegisterCuratorResponse {}
export const MsgRegisterCuratorResponse: MessageCodec<MsgRegisterCuratorResponse> = message<MsgRegisterCuratorResponse>("openledger.curation.v1.MsgRegisterCuratorResponse", () => []);

/** Returns the bond of a curator that sits on no open panel. */
export interface MsgUnregisterCurator {
  readonly curator: string;
}
export const MsgUnregisterCurator: MessageCodec<MsgUnregisterCurator> = message<MsgUnregisterCurator>("openledger.curation.v1.MsgUnregisterCurator", () => [
  { no: 1, name: "curator", json: "curator", type: "string" },
]);

export interface MsgUnregisterCuratorResponse {}
export const MsgUnregisterCuratorResponse: MessageCodec<MsgUnregisterCuratorResponse> = message<MsgUnregisterCuratorResponse>("openledger.curation.v1.MsgUnregisterCuratorResponse", () => []);

export interface MsgCommitVerdict {
  readonly curator: string;
  readonly contribution: string;
  readonly commitment: Uint8Array;
}
export const MsgCommitVerdict: MessageCodec<MsgCommitVerdict> = message<MsgCommitVerdict>("openledger.curation.v1.MsgCommitVerdict", () => [
  { no: 1, name: "curator", json: "curator", type: "string" },
  { no: 2, name: "contribution", json: "contribution", type: "string" },
  { no: 3, name: "commitment", json: "commitment", type: "bytes" },
]);

export interface MsgCommitVerdictResponse {}
export const MsgCommitVerdictResponse: MessageCodec<MsgCommitVerdictResponse> = message<MsgCommitVerdictResponse>("openledger.curation.v1.MsgCommitVerdictResponse", () => []);

export interface MsgRevealVerdict {
  readonly curator: string;
  readonly contribution: string;
  readonly bitmap: Uint8Array;
  readonly salt: Uint8Array;
}
export const MsgRevealVerdict: MessageCodec<MsgRevealVerdict> = message<MsgRevealVerdict>("openledger.curation.v1.MsgRevealVerdict", () => [
  { no: 1, name: "curator", json: "curator", type: "string" },
  { no: 2, name: "contribution", json: "contribution", type: "string" },
  { no: 3, name: "bitmap", json: "bitmap", type: "bytes" },
  { no: 4, name: "salt", json: "salt", type: "bytes" },
]);

export interface MsgRevealVerdictResponse {}
export const MsgRevealVerdictResponse: MessageCodec<MsgRevealVerdictResponse> = message<MsgRevealVerdictResponse>("openledger.curation.v1.MsgRevealVerdictResponse", () => []);

export interface Curator {
  readonly address: string;
  readonly bond: string;
  /** Bond locked behind verdicts that are not final yet. */
  readonly locked: string;
  /** Verdicts revealed so far. */
  readonly verdicts: bigint;
  /** Panels that it sits on and that are not final. */
  readonly seats: number;
}
export const Curator: MessageCodec<Curator> = message<Curator>("openledger.curation.v1.Curator", () => [
  { no: 1, name: "address", json: "address", type: "string" },
  { no: 2, name: "bond", json: "bond", type: "string" },
  { no: 3, name: "locked", json: "locked", type: "string" },
  { no: 4, name: "verdicts", json: "verdicts", type: "uint64" },
  { no: 5, name: "seats", json: "seats", type: "uint32" },
]);

export interface CurationVerdict {
  readonly contribution: string;
  readonly curator: string;
  /** sha256(verdict tag, curator, contribution, bitmap, salt). */
  readonly commitment: Uint8Array;
  readonly status: VerdictStatus;
  /** Bit i (least significant first): item i is good. */
  readonly bitmap: Uint8Array;
}
export const CurationVerdict: MessageCodec<CurationVerdict> = message<CurationVerdict>("openledger.curation.v1.CurationVerdict", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
  { no: 2, name: "curator", json: "curator", type: "string" },
  { no: 3, name: "commitment", json: "commitment", type: "bytes" },
  { no: 4, name: "status", json: "status", type: "enum", enum: VerdictStatus },
  { no: 5, name: "bitmap", json: "bitmap", type: "bytes" },
]);

export interface Panel {
  readonly contribution: string;
  /** By address ascending; empty before the draw. */
  readonly curators: readonly string[];
  readonly status: PanelStatus;
  /** Review fee held for this contribution; "0" when final. */
  readonly fee: string;
  /** Of the final panel: curators who revealed, by address ascending. */
  readonly revealed: readonly string[];
}
export const Panel: MessageCodec<Panel> = message<Panel>("openledger.curation.v1.Panel", () => [
  { no: 1, name: "contribution", json: "contribution", type: "string" },
  { no: 2, name: "curators", json: "curators", type: "string", repeated: true },
  { no: 3, name: "status", json: "status", type: "enum", enum: PanelStatus },
  { no: 4, name: "fee", json: "fee", type: "string" },
  { no: 5, name: "revealed", json: "revealed", type: "string", repeated: true },
]);

/** Seats of a DataNet's current review: what the creator waits for to end a phase early. */
export interface Progress {
  readonly datanet: string;
  readonly seats: number;
  readonly committed: number;
  readonly revealed: number;
}
export const Progress: MessageCodec<Progress> = message<Progress>("openledger.curation.v1.Progress", () => [
  { no: 1, name: "datanet", json: "datanet", type: "string" },
  { no: 2, name: "seats", json: "seats", type: "uint32" },
  { no: 3, name: "committed", json: "committed", type: "uint32" },
  { no: 4, name: "revealed", json: "revealed", type: "uint32" },
]);

export interface Params {
  /** Least bond of a curator. */
  readonly curatorBond: string;
  readonly panelSize: number;
  /** Liability locked per verdict, equal for accept and reject. */
  readonly liability: string;
  readonly maxCurators: number;
}
export const Params: MessageCodec<Params> = message<Params>("openledger.curation.v1.Params", () => [
  { no: 1, name: "curatorBond", json: "curator_bond", type: "string" },
  { no: 2, name: "panelSize", json: "panel_size", type: "uint32" },
  { no: 3, name: "liability", json: "liability", type: "string" },
  { no: 4, name: "maxCurators", json: "max_curators", type: "uint32" },
]);

export interface GenesisState {
  readonly params: Params | undefined;
  readonly curators: readonly Curator[];
  readonly panels: readonly Panel[];
  readonly verdicts: readonly CurationVerdict[];
  readonly progress: readonly Progress[];
}
export const GenesisState: MessageCodec<GenesisState> = message<GenesisState>("openledger.curation.v1.GenesisState", () => [
  { no: 1, name: "params", json: "params", type: "message", message: () => Params },
  { no: 2, name: "curators", json: "curators", type: "message", message: () => Curator, repeated: true },
  { no: 3, name: "panels", json: "panels", type: "message", message: () => Panel, repeated: true },
  { no: 4, name: "verdicts", json: "verdicts", type: "message", message: () => CurationVerdict, repeated: true },
  { no: 5, name: "progress", json: "progress", type: "message", message: () => Progress, repeated: true },
]);

export const Query = {
  Params: { path: "/openledger.curation.v1.Query/Params", request: QueryParamsRequest, response: QueryParamsResponse },
  Curators: { path: "/openledger.curation.v1.Query/Curators", request: QueryCuratorsRequest, response: QueryCuratorsResponse },
  Panel: { path: "/openledger.curation.v1.Query/Panel", request: QueryPanelRequest, response: QueryPanelResponse },
  Verdicts: { path: "/openledger.curation.v1.Query/Verdicts", request: QueryVerdictsRequest, response: QueryVerdictsResponse },
} as const;

export const Msg = {
  RegisterCurator: { path: "/openledger.curation.v1.Msg/RegisterCurator", request: MsgRegisterCurator, response: MsgRegisterCuratorResponse },
  UnregisterCurator: { path: "/openledger.curation.v1.Msg/UnregisterCurator", request: MsgUnregisterCurator, response: MsgUnregisterCuratorResponse },
  CommitVerdict: { path: "/openledger.curation.v1.Msg/CommitVerdict", request: MsgCommitVerdict, response: MsgCommitVerdictResponse },
  RevealVerdict: { path: "/openledger.curation.v1.Msg/RevealVerdict", request: MsgRevealVerdict, response: MsgRevealVerdictResponse },
} as const;
