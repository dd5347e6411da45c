import { readFileSync } from "node:fs";
import { decodeWal } from "../../chain/consensus/wal.ts";
import { decodeRecord } from "../../chain/consensus/wal-record.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import type { Proposal, Vote } from "../../chain/types/vote.ts";
import type { TestNode } from "./node.ts";

/** Every signature that the write-ahead logs of stopped nodes hold: what a node signed and what it got from others. */
export interface Witnessed {
  readonly votes: number;
  /** Two different signatures of one validator for one height, round and step. */
  readonly conflicts: readonly string[];
}

export function witnessedVotes(nodes: readonly TestNode[]): Witnessed {
  const signatures = new Map<string, string>();
  const conflicts: string[] = [];
  for (const node of nodes) {
    const { payloads } = decodeWal(new Uint8Array(readFileSync(node.path("data", "consensus.wal"))));
    for (const [place, signature] of payloads.flatMap(signedIn)) {
      const known = signatures.get(place);
      if (known !== undefined && known !== signature) conflicts.push(`${place}: ${known} and ${signature}`);
      signatures.set(place, signature);
    }
  }
  return { votes: signatures.size, conflicts };
}

/** Place (who, height, round, step) and signature of what one record holds. */
function signedIn(payload: Uint8Array, position: number): (readonly [string, string])[] {
  const record = decodeRecord(payload, position);
  if (record.kind === "endHeight") return [];
  const { input } = record;
  if (input.kind === "votesReceived") return input.votes.map(ofVote);
  if (input.kind === "signedVote") return [ofVote(input.vote)];
  if (input.kind === "proposalReceived" || input.kind === "signedProposal") return [ofProposal(input.proposal)];
  return [];
}

function ofVote({ validatorAddress, height, round, type, signature }: Vote): readonly [string, string] {
  return [`vote type ${type} of ${toHex(validatorAddress)} at ${height}/${round}`, toHex(signature)];
}

/** One proposer a round, so that its address need not be known. */
function ofProposal({ height, round, signature }: Proposal): readonly [string, string] {
  return [`proposal at ${height}/${round}`, toHex(signature)];
}
