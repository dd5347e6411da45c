import {
  RequestCheckTx,
  RequestFinalizeBlock,
  RequestInfo,
  RequestInitChain,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestQuery,
  RequestVerifyVoteExtension,
  ResponseCheckTx,
  ResponseFinalizeBlock,
  ResponseInfo,
  ResponseInitChain,
  ResponsePrepareProposal,
  ResponseProcessProposal,
  ResponseQuery,
  ResponseVerifyVoteExtension,
} from "cosmjs-types/tendermint/abci/types";
import type { LogFields } from "../../chain/ports.ts";
import type { AppHostErrorCode } from "./client.ts";

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** Request and response of one ABCI call, as they cross the boundary in bytes. */
export interface AbciMethod<Q, R> {
  readonly request: Codec<Q>;
  readonly response: Codec<R>;
}

const method = <Q, R>(request: Codec<Q>, response: Codec<R>): AbciMethod<Q, R> => ({ request, response });

export const ABCI = {
  info: method(RequestInfo, ResponseInfo),
  initChain: method(RequestInitChain, ResponseInitChain),
  checkTx: method(RequestCheckTx, ResponseCheckTx),
  prepareProposal: method(RequestPrepareProposal, ResponsePrepareProposal),
  processProposal: method(RequestProcessProposal, ResponseProcessProposal),
  verifyVoteExtension: method(RequestVerifyVoteExtension, ResponseVerifyVoteExtension),
  finalizeBlock: method(RequestFinalizeBlock, ResponseFinalizeBlock),
  query: method(RequestQuery, ResponseQuery),
} as const;

export type AbciName = keyof typeof ABCI;

/** Calls that ABCI does not have in this form; their answers are JSON text or a Committed. */
export type HostCall = AbciName | "commit" | "export" | "brokenInvariants";

/** Calls that outsiders cause, so that their number in flight is limited; consensus has one call in flight. */
export const LIMITED_CALLS: ReadonlySet<HostCall> = new Set(["checkTx", "query"]);

/** Such calls waiting at once: a second of work at a few thousand a second. */
export const MAX_WAITING_CALLS = 4_096;

/** Of these, what lies before the application at once: what consensus may have to wait for, and enough to keep it busy. */
export const MAX_POSTED_CALLS = 8;

export interface CallMessage {
  readonly id: number;
  readonly call: HostCall;
  readonly body: Uint8Array;
}

/** What the worker posts. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "answer"; readonly id: number; readonly body: Uint8Array }
  | { readonly kind: "error"; readonly id: number; readonly code: AppHostErrorCode; readonly message: string }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields?: LogFields;
    }
  | { readonly kind: "stopped"; readonly code?: string; readonly message: string; readonly hint?: string };
