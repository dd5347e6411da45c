import type { ConsensusCore } from "../../chain/consensus/core.ts";
import type { Decide, Prepare } from "../../chain/consensus/effect.ts";
import { FUTURE_ROUNDS_PER_VALIDATOR, MAX_BLOCKS, PAST_ROUNDS } from "../../chain/consensus/limits.ts";
import { NIL, type ValueId, valueId } from "../../chain/consensus/value-id.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { type ExtendedCommit, FLAG_COMMIT } from "../../chain/types/commit.ts";
import type { ValidatorSet } from "../../chain/types/validator-set.ts";
import { PRECOMMIT, PREVOTE, type Proposal, type Vote, type VoteType } from "../../chain/types/vote.ts";
import { decodeBlock, type SimState, verifyExtension } from "./application.ts";
import { verifySimVote } from "./keys.ts";

export class Violation extends Error {}

interface Decision {
  readonly value: ValueId;
  appHash: string | undefined;
}

/** What holds over all nodes and all crashes, whatever the implementation believes. Fed with everything that is published. */
export class Checkers {
  readonly decisions: Map<number, Decision> = new Map();
  /** Distinct (height, round > 0) that some node entered. */
  readonly laterRounds: Set<string> = new Set();
  readonly #faulty: ReadonlySet<string>;
  readonly #amnesic: ReadonlySet<string>;
  readonly #sets: Map<number, ValidatorSet> = new Map();
  readonly #votes: Map<string, Map<number, Set<ValueId>>> = new Map();
  readonly #published: Map<string, ValueId> = new Map();
  readonly #precommitted: Map<string, { readonly round: number; readonly value: ValueId }[]> = new Map();

  /** Addresses of Byzantine keys, and of keys whose node may lose its WAL (these keep only the sign guard's promise). */
  constructor(faulty: ReadonlySet<string>, amnesic: ReadonlySet<string>) {
    this.#faulty = faulty;
    this.#amnesic = amnesic;
  }

  /** Every signature made, published or not: Byzantine ones count towards quorums. */
  voteSigned(vote: Vote): void {
    const byIndex = this.#tally(vote.height, vote.round, vote.type);
    const values = byIndex.get(vote.validatorIndex) ?? new Set<ValueId>();
    values.add(valueId(vote.blockId));
    byIndex.set(vote.validatorIndex, values);
  }

  votePublished(vote: Vote): void {
    const address = toHex(vote.validatorAddress);
    if (this.#faulty.has(address)) return;
    const { height, round, type } = vote;
    this.#once(`${address} ${height} ${round} ${type}`, valueId(vote.blockId));
    if (this.#amnesic.has(address)) return;
    if (type === PRECOMMIT) this.#checkPrecommit(vote, address);
    else this.#checkPrevote(vote, address);
  }

  proposalPublished(address: Uint8Array, proposal: Proposal): void {
    const key = toHex(address);
    if (this.#faulty.has(key)) return;
    const { height, round, polRound, blockId } = proposal;
    this.#once(`${key} ${height} ${round} proposal`, valueId(blockId));
    if (polRound < 0 || this.#amnesic.has(key)) return;
    if (!this.#hasQuorum({ height, round: polRound, type: PREVOTE, value: valueId(blockId) })) {
      throw new Violation(`a proposal of height ${height} names round ${polRound}, which has no quorum for it`);
    }
  }

  decided(node: string, { height, round, blockId, blockBytes, extendedCommit }: Decide, state: SimState): void {
    const value = valueId(blockId);
    const before = this.decisions.get(height);
    if (before && before.value !== value)
      throw new Violation(`agreement: ${node} decides another block at height ${height}`);
    this.decisions.set(height, before ?? { value, appHash: undefined });
    const block = decodeBlock(blockBytes);
    if (!block.valid || block.height !== height)
      throw new Violation(`validity: ${node} decides an invalid block at height ${height}`);
    if (!this.#hasQuorum({ height, round, type: PRECOMMIT, value })) {
      throw new Violation(`${node} decides height ${height} in round ${round} without a quorum of precommits`);
    }
    this.#checkCommit(extendedCommit, state.validators, height);
  }

  applied(node: string, state: SimState): void {
    const decision = this.decisions.get(state.height);
    const appHash = toHex(state.appHash);
    if (!decision) throw new Violation(`${node} applied height ${state.height}, which nobody decided`);
    if (decision.appHash !== undefined && decision.appHash !== appHash) {
      throw new Violation(`app hash: ${node} differs at height ${state.height}`);
    }
    decision.appHash = appHash;
    this.#sets.set(state.height + 1, state.validators);
  }

  /** Nobody is accused who did not sign twice: only Byzantine keys do. */
  evidence(address: Uint8Array): void {
    if (!this.#faulty.has(toHex(address))) throw new Violation("evidence against a correct validator");
  }

  genesis(state: SimState): void {
    this.#sets.set(1, state.validators);
  }

  /** Regression: a proposer always holds the extensions of the block before. */
  prepareAsked(request: Prepare, before: ValidatorSet, extensions: boolean): void {
    const commit = request.lastExtendedCommit;
    if (request.height === 1) return;
    if (!commit) throw new Violation(`asked to prepare height ${request.height} without the commit before`);
    this.#checkCommit(commit, before, request.height - 1, extensions);
  }

  /** Bounds on what a core keeps. */
  limits({ engine }: ConsensusCore): void {
    const { driver } = engine;
    if (!driver) return;
    const { state, context, votes, blocks } = driver;
    if (state.round > 0) this.laterRounds.add(`${context.height} ${state.round}`);
    const validators = context.validators.validators.length;
    const rounds = votes.rounds().length;
    if (rounds > PAST_ROUNDS + 4 + FUTURE_ROUNDS_PER_VALIDATOR * validators)
      throw new Violation(`votes of ${rounds} rounds are kept`);
    if ([...blocks.entries()].length > MAX_BLOCKS || driver.proposals.size > 2)
      throw new Violation("too many blocks are kept");
    const waiting = engine.requests.unanswered().length;
    if (waiting > 64) throw new Violation(`${waiting} requests wait for an answer`);
  }

  /** No correct key signs two different things for one height, round and step, in all its lives. */
  #once(name: string, value: ValueId): void {
    const before = this.#published.get(name);
    if (before !== undefined && before !== value) throw new Violation(`self-equivocation: ${name}`);
    this.#published.set(name, value);
  }

  /** L36: a precommit for a value needs a quorum of prevotes for it in its round. */
  #checkPrecommit({ height, round, blockId }: Vote, address: string): void {
    const value = valueId(blockId);
    if (value === NIL) return;
    if (!this.#hasQuorum({ height, round, type: PREVOTE, value })) {
      throw new Violation(`a precommit at ${height}/${round} without a quorum of prevotes`);
    }
    const key = `${address} ${height}`;
    const earlier = this.#precommitted.get(key) ?? [];
    earlier.push({ round, value });
    this.#precommitted.set(key, earlier);
  }

  /** L23, L29: against an own earlier precommit only with a quorum of prevotes at least as new. */
  #checkPrevote({ height, round, blockId }: Vote, address: string): void {
    const value = valueId(blockId);
    if (value === NIL) return;
    const earlier = (this.#precommitted.get(`${address} ${height}`) ?? []).filter((lock) => lock.round < round);
    const lock = earlier.sort((a, b) => b.round - a.round)[0];
    if (!lock || lock.value === value) return;
    for (let at = lock.round; at < round; at++)
      if (this.#hasQuorum({ height, round: at, type: PREVOTE, value })) return;
    throw new Violation(`a prevote at ${height}/${round} breaks the lock of round ${lock.round}`);
  }

  #checkCommit(commit: ExtendedCommit, validators: ValidatorSet, height: number, extensions?: boolean): void {
    let power = 0;
    commit.signatures.forEach((entry, validatorIndex) => {
      const validator = validators.get(validatorIndex);
      if (!validator || entry.flag !== FLAG_COMMIT) return;
      const vote = {
        ...entry,
        type: PRECOMMIT,
        height,
        round: commit.round,
        blockId: commit.blockId,
        validatorIndex,
      } as Vote;
      const extended = entry.extensionSignature.length > 0;
      if (extensions !== undefined && extended !== extensions)
        throw new Violation(`height ${height}: a precommit with the wrong extension`);
      if (!verifySimVote(validator.pubKey, vote, extended) || (extended && !verifyExtension(vote))) {
        throw new Violation(`height ${height}: a commit holds a bad precommit`);
      }
      power += validator.power;
    });
    if (commit.height !== height || 3 * power <= 2 * validators.totalPower)
      throw new Violation(`height ${height}: a commit without quorum`);
  }

  #hasQuorum(at: {
    readonly height: number;
    readonly round: number;
    readonly type: VoteType;
    readonly value: ValueId;
  }): boolean {
    const set = this.#sets.get(at.height);
    let power = 0;
    for (const [index, values] of this.#tally(at.height, at.round, at.type)) {
      if (values.has(at.value)) power += set?.get(index)?.power ?? 0;
    }
    return set !== undefined && 3 * power > 2 * set.totalPower;
  }

  #tally(height: number, round: number, type: VoteType): Map<number, Set<ValueId>> {
    const key = `${height} ${round} ${type}`;
    let tally = this.#votes.get(key);
    if (!tally) {
      tally = new Map();
      this.#votes.set(key, tally);
    }
    return tally;
  }
}
