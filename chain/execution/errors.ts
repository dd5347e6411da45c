/**
 * Why a block does not follow the chain.
 *
 * - `wrong_chain`, `wrong_height`, `wrong_parent`: made for another chain, height or predecessor
 * - `wrong_header`: a header field disagrees with the state (the field is named)
 * - `wrong_time`: not the weighted median of the last commit, or the genesis time in the first block
 * - `wrong_proposer`: not in the validator set
 * - `bad_commit`: the last commit does not prove the block before
 * - `too_large`: encoded block above max_bytes
 * - `bad_evidence`: evidence that this node can't accept
 * - `bad_updates`: the application returned validators or parameters that break their rules
 * - `bad_state`: stored state that does not decode
 */
export type ExecutionErrorCode =
  | "wrong_chain"
  | "wrong_height"
  | "wrong_parent"
  | "wrong_header"
  | "wrong_time"
  | "wrong_proposer"
  | "bad_commit"
  | "too_large"
  | "bad_evidence"
  | "bad_updates"
  | "bad_state";

export class ExecutionError extends Error {
  readonly code: ExecutionErrorCode;
  constructor(code: ExecutionErrorCode, message: string) {
    super(message);
    this.name = "ExecutionError";
    this.code = code;
  }
}
