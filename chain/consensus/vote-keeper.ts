import type { BlockId } from "../types/block-id.ts";
import type { ValidatorSet } from "../types/validator-set.ts";
import { PREVOTE, type Vote, type VoteType } from "../types/vote.ts";
import { FUTURE_ROUNDS_PER_VALIDATOR, PAST_ROUNDS } from "./limits.ts";
import { isQuorum, isSkip } from "./threshold.ts";
import { valueId } from "./value-id.ts";
import { VoteSet } from "./vote-set.ts";

export interface RoundVotes {
  readonly round: number;
  readonly prevotes: VoteSet;
  readonly precommits: VoteSet;
}

/** Which rounds' votes are worth keeping: the current one, and older ones that still matter (locked, valid, proof of lock). */
export interface RoundWindow {
  readonly current: number;
  pinned(round: number): boolean;
}

/** What a batch of votes changed: those that were new, and pairs that prove equivocation. */
export interface Tallied {
  readonly fresh: Vote[];
  readonly conflicts: (readonly [Vote, Vote])[];
}

/** All votes of one height, bounded in rounds. */
export class VoteKeeper {
  readonly #validators: ValidatorSet;
  readonly #rounds: Map<number, RoundVotes> = new Map();
  /** Rounds later than the current one in which a validator has votes. */
  readonly #ahead: Map<number, number[]> = new Map();

  constructor(validators: ValidatorSet) {
    this.#validators = validators;
  }

  round(round: number): RoundVotes | undefined {
    return this.#rounds.get(round);
  }

  set(round: number, type: VoteType): VoteSet | undefined {
    const votes = this.#rounds.get(round);
    return type === PREVOTE ? votes?.prevotes : votes?.precommits;
  }

  /** Rounds with votes, ascending. */
  rounds(): number[] {
    return [...this.#rounds.keys()].sort((a, b) => a - b);
  }

  /** The stored vote of the same round, type, validator and value. */
  find(vote: Vote): Vote | undefined {
    return this.set(vote.round, vote.type)?.find(vote);
  }

  /** True when a vote alone, outside a certificate, would be kept. */
  accepts(vote: Vote, window: RoundWindow): boolean {
    const { round, validatorIndex } = vote;
    if (round > window.current) {
      const ahead = this.#roundsAhead(validatorIndex, window.current);
      const room = ahead.length < FUTURE_ROUNDS_PER_VALIDATOR || ahead.includes(round) || round > Math.min(...ahead);
      if (!room) return false;
    } else if (round < window.current - PAST_ROUNDS && !window.pinned(round)) return false;
    return this.set(round, vote.type)?.hasRoom(validatorIndex) ?? true;
  }

  /** True when the votes, all of one round and type, are a quorum for one value. */
  isCertificate(votes: readonly Vote[]): boolean {
    const first = votes[0];
    if (!first) return false;
    const value = valueId(first.blockId);
    let power = 0;
    for (const vote of votes) {
      if (valueId(vote.blockId) !== value) return false;
      power += this.#validators.get(vote.validatorIndex)?.power ?? 0;
    }
    return isQuorum(power, this.#validators.totalPower);
  }

  /** Adds checked votes of one round and type; a certificate is kept whole, single votes within the bounds. */
  add(votes: readonly Vote[], window: RoundWindow): Tallied {
    const tallied: Tallied = { fresh: [], conflicts: [] };
    const certificate = votes.length > 1 && this.isCertificate(votes);
    for (const vote of votes) {
      if (!certificate && !this.accepts(vote, window)) continue;
      this.#makeRoom(vote, window.current);
      const set = this.#open(vote.round, vote.type);
      const [result] = certificate ? set.addCertificate([vote]) : [set.add(vote)];
      if (result?.kind !== "added") continue;
      tallied.fresh.push(vote);
      if (result.conflict) tallied.conflicts.push([result.conflict, vote]);
    }
    return tallied;
  }

  /** Highest round above `current` in which more than 1/3 of the power has voted (L55). */
  skipRound(current: number): number | undefined {
    let best: number | undefined;
    for (const [round, votes] of this.#rounds) {
      if (round <= current || (best !== undefined && round < best)) continue;
      if (isSkip(this.#votersPower(votes), this.#validators.totalPower)) best = round;
    }
    return best;
  }

  /** Rounds with a quorum of precommits for a block, and that block (L49). */
  precommitQuorums(): { round: number; blockId: BlockId }[] {
    const found: { round: number; blockId: BlockId }[] = [];
    for (const [round, { precommits }] of this.#rounds) {
      const blockId = precommits.quorum;
      if (blockId && blockId.hash.length > 0) found.push({ round, blockId });
    }
    return found;
  }

  /** Drops rounds that no longer matter; called on every new round. */
  prune(window: RoundWindow): void {
    for (const [round, { precommits }] of this.#rounds) {
      if (round >= window.current - PAST_ROUNDS || window.pinned(round) || precommits.quorum?.hash.length) continue;
      this.#rounds.delete(round);
    }
    for (const index of [...this.#ahead.keys()]) {
      if (this.#roundsAhead(index, window.current).length === 0) this.#ahead.delete(index);
    }
  }

  #votersPower({ prevotes, precommits }: RoundVotes): number {
    let power = prevotes.power;
    for (const vote of precommits.votes()) {
      if (!prevotes.has(vote.validatorIndex)) power += this.#validators.get(vote.validatorIndex)?.power ?? 0;
    }
    return power;
  }

  #roundsAhead(index: number, current: number): number[] {
    return (this.#ahead.get(index) ?? []).filter((round) => round > current);
  }

  /** Keeps only a validator's newest rounds ahead: a correct validator only moves forward. */
  #makeRoom(vote: Vote, current: number): void {
    if (vote.round <= current) return;
    const ahead = this.#roundsAhead(vote.validatorIndex, current);
    if (!ahead.includes(vote.round)) ahead.push(vote.round);
    if (ahead.length > FUTURE_ROUNDS_PER_VALIDATOR) {
      const oldest = Math.min(...ahead);
      ahead.splice(ahead.indexOf(oldest), 1);
      this.#forget(vote.validatorIndex, oldest);
    }
    this.#ahead.set(vote.validatorIndex, ahead);
  }

  #forget(index: number, round: number): void {
    const votes = this.#rounds.get(round);
    votes?.prevotes.remove(index);
    votes?.precommits.remove(index);
    if (votes && votes.prevotes.power + votes.precommits.power === 0) this.#rounds.delete(round);
  }

  #open(round: number, type: VoteType): VoteSet {
    let votes = this.#rounds.get(round);
    if (!votes) {
      votes = { round, prevotes: new VoteSet(this.#validators), precommits: new VoteSet(this.#validators) };
      this.#rounds.set(round, votes);
    }
    return type === PREVOTE ? votes.prevotes : votes.precommits;
  }
}
