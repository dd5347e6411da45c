import { readFileSync } from "node:fs";
import { decodeProposal, decodeVote } from "../../chain/codec/vote.ts";
import { decodeWal } from "../../chain/consensus/wal.ts";
import { decodeRecord } from "../../chain/consensus/wal-record.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import type { Proposal, Vote } from "../../chain/types/vote.ts";
import { SignState } from "../../proto/gen/openledger/consensus/v1.ts";
import type { TestNode } from "./node.ts";

/** Place (who, height, round, step) and signature. */
export type Signed = readonly [place: string, signature: string];

export interface Witnessed {
  readonly votes: number;
  /** Two different signatures of one validator for one height, round and step. */
  readonly conflicts: readonly string[];
}

/**
 * Every signature that the write-ahead logs of stopped nodes hold: what a node signed and what it got from others.
 * `others` are signatures known from elsewhere, such as {@link lastSigned}.
 */
export function witnessedVotes(nodes: readonly TestNode[], others: readonly Signed[]): Witnessed {
  const signatures = new Map<string, string>();
  const conflicts: string[] = [];
  for (const [place, signature] of [...others, ...nodes.flatMap(loggedBy)]) {
    const known = signatures.get(place);
    if (known !== undefined && known !== signature) conflicts.push(`${place}: ${known} and ${signature}`);
    signatures.set(place, signature);
  }
  return { votes: signatures.size, conflicts };
}

/** What the sign guard of a stopped validator says that it signed last, whether or not anybody saw it. */
export function lastSigned(node: TestNode): Signed[] {
  const bytes = new Uint8Array(readFileSync(node.path("data", "priv_validator_state.bin")));
  const { vote, proposal } = SignState.decode(bytes);
  if (vote) return [ofVote(decodeVote(vote))];
  return proposal ? [ofProposal(decodeProposal(proposal))] : [];
}

/** What the write-ahead log of a stopped node holds. */
export function loggedBy(node: TestNode): Signed[] {
  const { payloads } = decodeWal(new Uint8Array(readFileSync(node.path("data", "consensus.wal"))));
  return payloads.flatMap(signedIn);
}

function signedIn(payload: Uint8Array, position: number): Signed[] {
  const record = decodeRecord(payload, position);
  if (record.kind === "endHeight") return [];
  const { input } = record;
  if (input.kind === "votesReceived") return input.votes.map(ofVote);
  if (input.kind === "signedVote") return [ofVote(input.vote)];
  if (input.kind === "proposalReceived" || input.kind === "signedProposal") return [ofProposal(input.proposal)];
  return [];
}

function ofVote({ validatorAddress, height, round, type, signature }: Vote): Signed {
  return [`vote type ${type} of ${toHex(validatorAddress)} at ${height}/${round}`, toHex(signature)];
}

/** One proposer a round, so that its address need not be known. */
function ofProposal({ height, round, signature }: Proposal): Signed {
  return [`proposal at ${height}/${round}`, toHex(signature)];
}
