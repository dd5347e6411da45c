import {
  DuplicateVoteEvidence as WireDuplicateVote,
  Evidence as WireEvidence,
} from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { Timestamp } from "../types/time.ts";
import { MAX_TOTAL_POWER } from "../types/validator-changes.ts";
import type { Vote } from "../types/vote.ts";
import { decodeCanonical, requirePresent, safeInteger } from "./checks.ts";
import { timeFromWire, timeToWire } from "./primitives.ts";
import { voteFromWire, voteToWire } from "./vote.ts";

/** Evidence of one block may take 1 MiB in all (CometBFT's default evidence.max_bytes). */
export const MAX_EVIDENCE_BYTES: number = 1024 * 1024;

/** Two different votes of one validator for one height, round and type; vote A has the lower block id. */
export interface DuplicateVoteEvidence {
  readonly voteA: Vote;
  readonly voteB: Vote;
  readonly totalPower: number;
  readonly validatorPower: number;
  /** Time of the block at the votes' height. */
  readonly timestamp: Timestamp;
}

/** tendermint.types.Evidence with duplicate votes in it. */
export function encodeDuplicateVote(evidence: DuplicateVoteEvidence): Uint8Array {
  return encodeBytes(WireEvidence, {
    duplicateVoteEvidence: {
      voteA: voteToWire(evidence.voteA),
      voteB: voteToWire(evidence.voteB),
      totalVotingPower: BigInt(evidence.totalPower),
      validatorPower: BigInt(evidence.validatorPower),
      timestamp: timeToWire(evidence.timestamp),
    },
  });
}

/** Throws CodecError for anything but canonical evidence of duplicate votes, the one kind that this chain accepts. */
export function decodeDuplicateVote(bytes: Uint8Array): DuplicateVoteEvidence {
  const path = "duplicate_vote_evidence";
  const wire = duplicateVoteOf(decodeEvidence(bytes));
  return {
    voteA: voteFromWire(requirePresent(wire.voteA, `${path}.vote_a`), `${path}.vote_a`),
    voteB: voteFromWire(requirePresent(wire.voteB, `${path}.vote_b`), `${path}.vote_b`),
    totalPower: safeInteger(wire.totalVotingPower, `${path}.total_voting_power`, 1, MAX_TOTAL_POWER),
    validatorPower: safeInteger(wire.validatorPower, `${path}.validator_power`, 1, MAX_TOTAL_POWER),
    timestamp: timeFromWire(wire.timestamp, `${path}.timestamp`),
  };
}

function duplicateVoteOf(evidence: WireEvidence): WireDuplicateVote {
  return requirePresent(evidence.duplicateVoteEvidence, "evidence.duplicate_vote_evidence");
}

/** Canonical tendermint.types.Evidence, its content not yet checked. Throws CodecError. */
export function decodeEvidence(bytes: Uint8Array): WireEvidence {
  return decodeCanonical(WireEvidence, bytes, MAX_EVIDENCE_BYTES);
}

/** Leaf of the evidence hash: the message inside, without the wrapper that names its kind. */
export function evidenceLeaf(bytes: Uint8Array): Uint8Array {
  return encodeBytes(WireDuplicateVote, duplicateVoteOf(decodeEvidence(bytes)));
}
