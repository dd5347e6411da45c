/**
 * Why consensus refuses to start or to go on.
 *
 * - `sign_state_missing`: a key but no record of what it signed; `init` creates one, a restored key needs its own
 * - `sign_state_stale`: the chain holds a signature of this key newer than the record
 * - `sign_state_corrupt`: the record does not decode
 * - `wal_ahead`: the WAL ends heights that the block store lacks
 * - `bad_start`: the first input is not `startHeight`, or its parts contradict each other
 * - `invariant`: a rule of this code is broken: a bug, the node stops
 */
export type ConsensusErrorCode =
  | "sign_state_missing"
  | "sign_state_stale"
  | "sign_state_corrupt"
  | "wal_ahead"
  | "bad_start"
  | "invariant";

export class ConsensusError extends Error {
  readonly code: ConsensusErrorCode;
  constructor(code: ConsensusErrorCode, message: string) {
    super(message);
    this.name = "ConsensusError";
    this.code = code;
  }
}

/** Stops the node when a rule of this code is broken, in production too. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConsensusError("invariant", message);
}
