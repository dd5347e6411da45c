import { isNil } from "../types/block-id.ts";
import type { HeightDriver } from "./height-driver.ts";
import { MAX_STATUS_PARTS, MAX_STATUS_ROUNDS } from "./limits.ts";
import type { RoundStatus, Status } from "./message.ts";
import type { RoundVotes } from "./vote-keeper.ts";

/** The node's account of itself for its peers: where it is and what it has of this height. */
export function statusOf(driver: HeightDriver): Status {
  const { round, step } = driver.state;
  const parts = [...driver.blocks.entries()].slice(0, MAX_STATUS_PARTS);
  return {
    height: driver.context.height,
    round,
    step,
    proposal: driver.proposals.has(round),
    parts: parts.map((entry) => ({ header: entry.blockId.parts, have: entry.parts.bits() })),
    rounds: relevantRounds(driver).slice(0, MAX_STATUS_ROUNDS).map(roundStatus),
  };
}

/** Most useful first: the current round, its proof of lock, rounds about to decide, then the newest. */
function relevantRounds({ votes, state, proposals }: HeightDriver): RoundVotes[] {
  const first = [state.round, proposals.get(state.round)?.polRound ?? -1];
  for (const { round } of votes.precommitQuorums()) first.push(round);
  const rounds = new Set([...first, ...votes.rounds().reverse()]);
  return [...rounds].flatMap((round) => votes.round(round) ?? []);
}

function roundStatus({ round, prevotes, precommits }: RoundVotes): RoundStatus {
  return {
    round,
    prevotes: prevotes.bits(),
    precommits: precommits.bits(),
    prevoteQuorum: prevotes.quorum !== undefined && !isNil(prevotes.quorum),
    precommitQuorum: precommits.quorum !== undefined && !isNil(precommits.quorum),
  };
}
