import { expect, test } from "vitest";
import { ConsensusError, type ConsensusErrorCode } from "../../chain/consensus/errors.ts";
import { WalError } from "../../chain/consensus/wal.ts";
import { NodeError } from "../errors.ts";
import { explainStart } from "./start-error.ts";

const exitCodeOf = (error: unknown) => (error instanceof NodeError ? error.exitCode : undefined);
const consensusError = (code: ConsensusErrorCode) => explainStart(new ConsensusError(code, "why"));

test("a sign state that can't be trusted exits with 5 and says which file to restore", () => {
  for (const code of ["sign_state_missing", "sign_state_stale", "sign_state_corrupt"] as const) {
    const error = consensusError(code);
    expect(exitCodeOf(error)).toBe(5);
    expect((error as NodeError).hint).toContain("data/priv_validator_state.bin");
  }
});

test("a damaged log, or one ahead of the blocks, exits with 6 and says what to do with it", () => {
  for (const error of [explainStart(new WalError("corrupt", 7, "damaged at byte 7")), consensusError("wal_ahead")]) {
    expect(exitCodeOf(error)).toBe(6);
    expect(`${(error as NodeError).message} ${(error as NodeError).hint}`).toContain("data/consensus.wal");
  }
});

test("a broken invariant stays what it is", () => {
  const broken = new ConsensusError("invariant", "why");
  expect(explainStart(broken)).toBe(broken);
});
