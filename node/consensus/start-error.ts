import { ConsensusError, type ConsensusErrorCode } from "../../chain/consensus/errors.ts";
import { WalError } from "../../chain/consensus/wal.ts";
import { NodeError, type NodeErrorCode } from "../errors.ts";

const NEXT_STEPS: Readonly<Partial<Record<ConsensusErrorCode, readonly [NodeErrorCode, string]>>> = {
  sign_state_missing: [
    "sign_state",
    "restore data/priv_validator_state.bin of this machine, never of another; without it this key must not sign again",
  ],
  sign_state_stale: [
    "sign_state",
    "restore the newest data/priv_validator_state.bin, and check that no other machine runs with this key",
  ],
  sign_state_corrupt: [
    "sign_state",
    "restore data/priv_validator_state.bin from a copy made after this node last ran; without it this key must not sign again",
  ],
  wal_ahead: [
    "corrupt",
    "data/blocks is older than data/consensus.wal: restore both from one copy, or remove the log: the sign state still keeps this key from signing twice",
  ],
};

/** Why consensus did not start, for the operator: which file, and what to do with it. Other errors pass unchanged. */
export function explainStart(error: unknown): unknown {
  if (error instanceof WalError) {
    return new NodeError(
      "corrupt",
      `data/consensus.wal: ${error.message}`,
      "restore the file from a copy, or remove it: the sign state keeps this key from signing twice, and peers send the height again",
      { cause: error },
    );
  }
  const next = error instanceof ConsensusError ? NEXT_STEPS[error.code] : undefined;
  return next ? new NodeError(next[0], (error as Error).message, next[1], { cause: error }) : error;
}
