import type {
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
import type { ExportedState } from "../../chain/app/boundary.ts";

/** What a committed block answers with, once its writes are durable. */
export interface Committed {
  readonly height: number;
  readonly appHash: Uint8Array;
}

/**
 * The application behind an asynchronous boundary. Calls are answered in the order in which they were made, none while a
 * commit is being written; but the node's own may overtake queries and CheckTx. Every promise rejects with AppHostError: `genesis` for a genesis that the application refuses;
 * `busy` for a query or CheckTx beyond the host's limit; `crashed` when the host is dead, `fatal` has resolved, and the
 * node must stop.
 */
export interface AppClient {
  info(request?: RequestInfo): Promise<ResponseInfo>;
  initChain(request: RequestInitChain): Promise<ResponseInitChain>;
  /** Rechecks are the node's own calls. */
  checkTx(request: RequestCheckTx): Promise<ResponseCheckTx>;
  prepareProposal(request: RequestPrepareProposal): Promise<ResponsePrepareProposal>;
  processProposal(request: RequestProcessProposal): Promise<ResponseProcessProposal>;
  verifyVoteExtension(request: RequestVerifyVoteExtension): Promise<ResponseVerifyVoteExtension>;
  finalizeBlock(request: RequestFinalizeBlock): Promise<ResponseFinalizeBlock>;
  /** Resolves when the block's one batch is synced. */
  commit(): Promise<Committed>;
  /** `own`: the node asks for itself, a bounded number of questions, and does not wait behind outsiders. */
  query(request: RequestQuery, options?: { readonly own?: boolean }): Promise<ResponseQuery>;
  /** State as genesis JSON. */
  export(): Promise<ExportedState>;
  /** Broken invariants of the committed state. */
  brokenInvariants(): Promise<readonly string[]>;
  /** Resolves with the reason when the host dies; pending while it lives and after `close`. */
  readonly fatal: Promise<AppHostError>;
  /** Ends the host after the calls under way. */
  close(): Promise<void>;
}

/**
 * - `genesis`: the application refuses the genesis; correct it and start again
 * - `crashed`: the worker ended, or the application stopped itself (broken invariant, corrupt store, calls out of order)
 * - `closed`: the call came after `close`
 * - `busy`: too many calls wait already; try again later
 */
export type AppHostErrorCode = "genesis" | "crashed" | "closed" | "busy";

export class AppHostError extends Error {
  readonly code: AppHostErrorCode;

  constructor(code: AppHostErrorCode, message: string) {
    super(message);
    this.name = "AppHostError";
    this.code = code;
  }
}
