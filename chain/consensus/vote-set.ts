import { BitArray } from "../types/bit-array.ts";
import type { BlockId } from "../types/block-id.ts";
import type { ValidatorSet } from "../types/validator-set.ts";
import type { Vote } from "../types/vote.ts";
import { isQuorum } from "./threshold.ts";
import { type ValueId, valueId } from "./value-id.ts";

/** The votes for one value. */
interface ValueVotes {
  readonly blockId: BlockId;
  readonly votes: Map<number, Vote>;
  power: number;
}

/**
 * - `added`, with `conflict` when the validator had voted for something else before
 * - `known`: the validator's vote for this value is here already
 * - `full`: the validator has two votes for other values; only a certificate brings a third
 */
export type AddResult =
  | { readonly kind: "added"; readonly conflict: Vote | undefined }
  | { readonly kind: "known" }
  | { readonly kind: "full" };

/** Different votes kept of one validator in one round and type: two prove equivocation, more only cost memory. */
const MAX_VOTES_PER_VALIDATOR = 2;

/**
 * Votes of one height, round and type. Power counts per value, so an equivocator counts for each value that it voted
 * for, as in the paper, where every message sent is eventually received.
 */
export class VoteSet {
  readonly #validators: ValidatorSet;
  readonly #first: (Vote | undefined)[];
  readonly #extra: Map<number, number> = new Map();
  readonly #values: Map<ValueId, ValueVotes> = new Map();
  #power = 0;
  #quorum: ValueVotes | undefined;

  constructor(validators: ValidatorSet) {
    this.#validators = validators;
    this.#first = new Array(validators.validators.length).fill(undefined);
  }

  /** Power of all validators that voted, whatever for. */
  get power(): number {
    return this.#power;
  }

  /** True when more than 2/3 voted, whatever for. */
  get hasQuorumOfAny(): boolean {
    return isQuorum(this.#power, this.#validators.totalPower);
  }

  /** The block id (nil included) that more than 2/3 voted for. */
  get quorum(): BlockId | undefined {
    return this.#quorum?.blockId;
  }

  get quorumValue(): ValueId | undefined {
    return this.#quorum && valueId(this.#quorum.blockId);
  }

  /** Adds a vote whose index, address and signature were checked. */
  add(vote: Vote): AddResult {
    return this.#add(vote, MAX_VOTES_PER_VALIDATOR);
  }

  /** Adds votes that together are a quorum for one value, even of validators with two other votes here. */
  addCertificate(votes: readonly Vote[]): AddResult[] {
    return votes.map((vote) => this.#add(vote, Number.POSITIVE_INFINITY));
  }

  /** The stored vote of the same validator for the same value. */
  find(vote: Vote): Vote | undefined {
    return this.#values.get(valueId(vote.blockId))?.votes.get(vote.validatorIndex);
  }

  has(index: number): boolean {
    return this.#first[index] !== undefined;
  }

  /** First vote of a validator. */
  get(index: number): Vote | undefined {
    return this.#first[index];
  }

  /** True when a vote of this validator for another value could still be added. */
  hasRoom(index: number): boolean {
    return (this.#extra.get(index) ?? 0) + (this.has(index) ? 1 : 0) < MAX_VOTES_PER_VALIDATOR;
  }

  /** First votes of all validators, by index. */
  votes(): Vote[] {
    return this.#first.filter((vote) => vote !== undefined);
  }

  /** Votes of the quorum, by index; empty without one. */
  quorumVotes(): Vote[] {
    return [...(this.#quorum?.votes.values() ?? [])].sort((a, b) => a.validatorIndex - b.validatorIndex);
  }

  votesFor(value: ValueId): ReadonlyMap<number, Vote> | undefined {
    return this.#values.get(value)?.votes;
  }

  bits(): BitArray {
    const indices: number[] = [];
    for (let i = 0; i < this.#first.length; i++) if (this.#first[i]) indices.push(i);
    return BitArray.of(this.#first.length, indices);
  }

  /** Forgets a validator's votes, to bound what it can make us keep of rounds to come. */
  remove(index: number): void {
    if (!this.has(index)) return;
    const power = this.#powerOf(index);
    this.#first[index] = undefined;
    this.#extra.delete(index);
    this.#power -= power;
    for (const [value, entry] of this.#values) {
      if (!entry.votes.delete(index)) continue;
      entry.power -= power;
      if (entry.votes.size === 0) this.#values.delete(value);
      if (entry === this.#quorum && !isQuorum(entry.power, this.#validators.totalPower)) this.#quorum = undefined;
    }
  }

  #add(vote: Vote, limit: number): AddResult {
    const index = vote.validatorIndex;
    const value = valueId(vote.blockId);
    const entry = this.#values.get(value) ?? { blockId: vote.blockId, votes: new Map(), power: 0 };
    if (entry.votes.has(index)) return { kind: "known" };
    const conflict = this.#first[index];
    if (conflict) {
      const extra = this.#extra.get(index) ?? 0;
      if (1 + extra >= limit) return { kind: "full" };
      this.#extra.set(index, extra + 1);
    } else {
      this.#first[index] = vote;
      this.#power += this.#powerOf(index);
    }
    this.#values.set(value, entry);
    entry.votes.set(index, vote);
    entry.power += this.#powerOf(index);
    if (!this.#quorum && isQuorum(entry.power, this.#validators.totalPower)) this.#quorum = entry;
    return { kind: "added", conflict };
  }

  #powerOf(index: number): number {
    return this.#validators.get(index)?.power ?? 0;
  }
}
