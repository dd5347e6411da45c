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
import type { DiskOp } from "../store/persist/disk.ts";

/** A committed block: what must be durable before its height is answered to anybody. */
export interface CommitWrites {
  readonly height: number;
  readonly appHash: Uint8Array;
  /** One atomic, synced batch. */
  readonly writes: readonly DiskOp[];
}

/** State as genesis JSON, for a new chain that goes on from this one. */
export interface ExportedState {
  readonly height: number;
  readonly appHash: Uint8Array;
  readonly appState: Readonly<Record<string, unknown>>;
}

/**
 * The application as ABCI 2.0 shapes it: pure and synchronous, one call at a time. Only `commit` and `export` differ,
 * since the host does the writing. ExtendVote is the node's, which knows what its verifier computed.
 *
 * Bad input is answered, never thrown: a refused transaction is a result code, a refused proposal a status, a failed
 * query a response code. What is thrown means that the host must stop: AppError from `initChain` (the genesis is
 * wrong), InvariantBroken, StoreError, or BoundaryError (calls out of order).
 */
export interface Application {
  info(request: RequestInfo): ResponseInfo;
  initChain(request: RequestInitChain): ResponseInitChain;
  checkTx(request: RequestCheckTx): ResponseCheckTx;
  /**
   * `txs[0]` may be a candidate for transaction 0 that carries the node's pooled openings; transaction 0 is made anew
   * and stands first in the answer, before as many of the other transactions as are valid and fit.
   */
  prepareProposal(request: RequestPrepareProposal): ResponsePrepareProposal;
  processProposal(request: RequestProcessProposal): ResponseProcessProposal;
  /** Size and canonical bytes only, never content: a correct node must never refuse another's precommit. */
  verifyVoteExtension(request: RequestVerifyVoteExtension): ResponseVerifyVoteExtension;
  finalizeBlock(request: RequestFinalizeBlock): ResponseFinalizeBlock;
  commit(): CommitWrites;
  /**
   * Paths: gRPC method names; `/cosmos.tx.v1beta1.Service/Simulate`; `/store/<name>/key` with proofs;
   * `/app/version` and `/app/simulate`.
   */
  query(request: RequestQuery): ResponseQuery;
  export(): ExportedState;
  /** Broken invariants of the committed state, as `module: name: why`. */
  brokenInvariants(): readonly string[];
}

/**
 * - `wrong_height`: the block is not the next one
 * - `not_initialised`: no genesis, or no block yet
 * - `already_initialised`: InitChain on a chain that has blocks
 * - `not_finalized`: Commit without FinalizeBlock, or FinalizeBlock twice
 */
export type BoundaryErrorCode = "wrong_height" | "not_initialised" | "already_initialised" | "not_finalized";

/** The host called out of order: a bug in the host, so it stops. */
export class BoundaryError extends Error {
  readonly code: BoundaryErrorCode;

  constructor(code: BoundaryErrorCode, message: string) {
    super(`application: ${message}`);
    this.name = "BoundaryError";
    this.code = code;
  }
}
