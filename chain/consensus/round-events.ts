import { isNil } from "../types/block-id.ts";
import type { Proposal } from "../types/vote.ts";
import type { RoundEvent, RoundState } from "./round-state.ts";
import type { ValueBook } from "./value-book.ts";
import { valueId } from "./value-id.ts";
import type { VoteKeeper } from "./vote-keeper.ts";

/** What a height knows. */
export interface HeightFacts {
  readonly votes: VoteKeeper;
  readonly blocks: ValueBook;
  readonly proposals: ReadonlyMap<number, Proposal>;
}

/**
 * The next rule whose guard holds, as an event; the left columns of the table in rules.ts. Where several hold, deciding
 * comes first and following the others to a later round second: both make the rest pointless.
 */
export function nextEvent(state: RoundState, facts: HeightFacts): RoundEvent | undefined {
  if (state.step === "commit") return undefined;
  const decision = precommitValue(facts);
  if (decision) return decision;
  if (state.step === "newHeight") return undefined;
  const later = facts.votes.skipRound(state.round);
  if (later !== undefined) return { kind: "skipRound", round: later };
  if (state.step === "propose") return fromProposal(state, facts) ?? precommitAny(state, facts);
  return fromPrevotes(state, facts) ?? precommitAny(state, facts);
}

/** L49: a quorum of precommits in any round, and the whole block. */
function precommitValue({ votes, blocks }: HeightFacts): RoundEvent | undefined {
  for (const { round, blockId } of votes.precommitQuorums()) {
    const value = valueId(blockId);
    if (blocks.get(value)?.bytes) return { kind: "precommitValue", value, round };
  }
  return undefined;
}

/** L22 and L28: the round's proposal, complete and judged; with a proof-of-lock round, also that round's quorum. */
function fromProposal({ round }: RoundState, { votes, blocks, proposals }: HeightFacts): RoundEvent | undefined {
  const proposal = proposals.get(round);
  if (!proposal) return undefined;
  const value = valueId(proposal.blockId);
  const validity = blocks.get(value)?.validity;
  if (validity !== "valid" && validity !== "invalid") return undefined;
  const valid = validity === "valid";
  const { polRound } = proposal;
  if (polRound < 0) return { kind: "proposal", value, valid };
  const polka = votes.round(polRound)?.prevotes.quorumValue;
  return polRound < round && polka === value ? { kind: "proposalWithPolka", value, valid, polRound } : undefined;
}

/** L34, L36 and L44: the prevotes of this round. */
function fromPrevotes(state: RoundState, { votes, blocks }: HeightFacts): RoundEvent | undefined {
  const prevotes = votes.round(state.round)?.prevotes;
  if (!prevotes) return undefined;
  const polka = prevotes.quorum;
  if (polka && isNil(polka) && state.step === "prevote") return { kind: "polkaNil" };
  if (polka && !isNil(polka) && !state.seen.polkaValue) {
    const value = valueId(polka);
    if (blocks.get(value)?.validity === "valid") return { kind: "polkaValue", value };
  }
  const first = state.step === "prevote" && !state.seen.polkaAny && prevotes.hasQuorumOfAny;
  return first ? { kind: "polkaAny" } : undefined;
}

/** L47: a quorum of precommits of this round for whatever. */
function precommitAny(state: RoundState, { votes }: HeightFacts): RoundEvent | undefined {
  const quorum = votes.round(state.round)?.precommits.hasQuorumOfAny;
  return quorum && !state.seen.precommitAny ? { kind: "precommitAny" } : undefined;
}
