import { type BlockId, isNil, NIL_BLOCK_ID, type PartSetHeader } from "../types/block-id.ts";
import type { Part } from "../types/part-set.ts";
import { PRECOMMIT, PREVOTE, type Proposal, type Vote, type VoteType } from "../types/vote.ts";
import { invariant } from "./errors.ts";
import type { HeightContext, PreparedBlock, TimeoutFired } from "./input.ts";
import { ProposerSchedule } from "./proposer.ts";
import type { Requests } from "./requests.ts";
import { nextEvent } from "./round-events.ts";
import {
  INITIAL_ROUND_STATE,
  type RoundEvent,
  type RoundOutput,
  type RoundState,
  type ValueRound,
} from "./round-state.ts";
import { applyRule } from "./rules.ts";
import { type TimeoutConfig, timeoutMs } from "./timeouts.ts";
import { type BlockEntry, ValueBook } from "./value-book.ts";
import { NIL, type ValueId, valueId } from "./value-id.ts";
import { type RoundWindow, VoteKeeper } from "./vote-keeper.ts";

export interface HeightDriverOptions {
  readonly context: HeightContext;
  /** The node's own address; outside the set, or without a key, it only follows. */
  readonly address: Uint8Array | undefined;
  readonly timeouts: TimeoutConfig;
  readonly partBytes: number;
}

/** What the height driver asks of the engine, which knows the height before. */
export interface HeightDriverPorts {
  readonly requests: Requests;
  /** The node's turn to make a block. */
  prepare(round: number): void;
  decided(decision: { readonly round: number; readonly entry: BlockEntry }): void;
}

/**
 * One height: ties proposals, block parts, validity and votes together, turns them into rule events until none is left,
 * and the rules' outputs into requests.
 */
export class HeightDriver {
  readonly context: HeightContext;
  readonly votes: VoteKeeper;
  readonly blocks: ValueBook;
  readonly partBytes: number;
  readonly proposers: ProposerSchedule;
  /** The first proposal of the current and the next round. */
  readonly proposals: Map<number, Proposal> = new Map();
  readonly #ownIndex: number;
  readonly #timeouts: TimeoutConfig;
  readonly #ports: HeightDriverPorts;
  #state: RoundState = INITIAL_ROUND_STATE;

  constructor(options: HeightDriverOptions, ports: HeightDriverPorts) {
    this.context = options.context;
    this.votes = new VoteKeeper(options.context.validators);
    this.blocks = new ValueBook(options.partBytes);
    this.partBytes = options.partBytes;
    this.proposers = new ProposerSchedule(options.context.validators);
    this.#ownIndex = options.address ? options.context.validators.indexOf(options.address) : -1;
    this.#timeouts = options.timeouts;
    this.#ports = ports;
  }

  get state(): RoundState {
    return this.#state;
  }

  /** Rounds whose votes are kept. */
  get window(): RoundWindow {
    const { round, locked, valid } = this.#state;
    const polRound = this.proposals.get(round)?.polRound;
    return {
      current: round,
      pinned: (other) => other === locked?.round || other === valid?.round || other === polRound,
    };
  }

  start(): void {
    this.#enter(0);
    this.#advance();
  }

  /** True when the proposal is new. Only those of this and the next round are kept. */
  addProposal(proposal: Proposal): boolean {
    if (!this.wantsProposal(proposal.round)) return false;
    this.proposals.set(proposal.round, proposal);
    this.blocks.want(proposal.blockId);
    this.#advance();
    return true;
  }

  wantsProposal(round: number): boolean {
    const { round: current, step } = this.#state;
    return step !== "commit" && (round === current || round === current + 1) && !this.proposals.has(round);
  }

  /** True when the part was lacking and belongs to its block. */
  addPart(header: PartSetHeader, part: Part): boolean {
    const taken = this.blocks.addPart(header, part);
    if (taken) this.#advance();
    return taken;
  }

  /** Every part of a block of this height, once they are all here. */
  parts(blockId: BlockId): readonly Part[] | undefined {
    const parts = this.blocks.get(valueId(blockId))?.parts;
    if (!parts?.isComplete) return undefined;
    return Array.from({ length: blockId.parts.total }, (_, index) => parts.get(index) as Part);
  }

  /** The votes that were new. */
  addVotes(votes: readonly Vote[]): readonly Vote[] {
    const { fresh, conflicts } = this.votes.add(votes, this.window);
    for (const [voteA, voteB] of conflicts) this.#reportConflict(voteA, voteB);
    if (fresh.length > 0) this.#advance();
    return fresh;
  }

  timeout({ step, round }: TimeoutFired): void {
    if (step !== "commit") this.#apply({ kind: "timeout", step, round });
    this.#advance();
  }

  /** The application's block for this node's turn; too late when the round has left its first step. */
  prepared(round: number, block: PreparedBlock): void {
    if (round !== this.#state.round || this.#state.step !== "propose") return;
    const entry = this.blocks.want(block.blockId);
    for (const part of block.parts) this.blocks.addPart(block.blockId.parts, part);
    invariant(entry.bytes !== undefined, "a prepared block's parts do not make the block");
    this.#askProposal(block.blockId, -1);
  }

  processed(blockId: BlockId, accept: boolean): void {
    const entry = this.blocks.get(valueId(blockId));
    if (entry?.validity !== "asked") return; // dropped since, and perhaps being assembled again
    entry.validity = accept ? "valid" : "invalid";
    this.#advance();
  }

  /** The extension of this node's precommit of the current round; useful to the next proposer even after the decision. */
  extended(round: number, blockId: BlockId, extension: Uint8Array): void {
    const { step, decision } = this.#state;
    const late = step === "commit" && decision?.value === valueId(blockId);
    if (round !== this.#state.round || (step !== "precommit" && !late)) return;
    this.#askVote(PRECOMMIT, blockId, { extension, withExtension: true });
  }

  #advance(): void {
    for (;;) {
      this.#wantCertified();
      const event = nextEvent(this.#state, this);
      if (!event) break;
      const before = this.#state;
      this.#apply(event);
      invariant(this.#state !== before, `no rule takes ${event.kind} in step ${before.step}`);
    }
    this.#askProcess();
  }

  #apply(event: RoundEvent): void {
    const { state, outputs } = applyRule(this.#state, event);
    this.#state = state;
    for (const output of outputs) this.#follow(output);
  }

  #follow(output: RoundOutput): void {
    switch (output.kind) {
      case "startRound":
        this.#enter(output.round);
        break;
      case "propose":
        this.#propose(output.valid);
        break;
      case "schedule":
        this.#schedule(output.step);
        break;
      case "prevote":
        this.#vote(PREVOTE, output.value);
        break;
      case "precommit":
        this.#vote(PRECOMMIT, output.value);
        break;
      case "decide":
        this.#decide(output.value, output.round);
        break;
    }
  }

  #enter(round: number): void {
    const { height, validators } = this.context;
    const proposer = validators.indexOf(this.proposers.at(round).address) === this.#ownIndex;
    this.#ports.requests.forget((request) => {
      const stale = request.kind === "scheduleTimeout" || request.kind === "prepare" || request.kind === "extend";
      return stale && request.height === height && request.round < round;
    });
    this.#apply({ kind: "newRound", round, proposer });
    for (const old of this.proposals.keys()) if (old < round) this.proposals.delete(old);
    this.votes.prune(this.window);
    this.blocks.keepOnly(this.#wantedBlocks());
  }

  #wantedBlocks(): Set<ValueId> {
    const { locked, valid } = this.#state;
    const wanted = new Set<ValueId>();
    for (const { blockId } of this.proposals.values()) wanted.add(valueId(blockId));
    for (const { blockId } of this.votes.precommitQuorums()) wanted.add(valueId(blockId));
    if (locked) wanted.add(locked.value);
    if (valid) wanted.add(valid.value);
    return wanted;
  }

  /** A quorum names a block that a correct validator has: assemble it even without its proposal. */
  #wantCertified(): void {
    const polka = this.votes.round(this.#state.round)?.prevotes.quorum;
    if (polka && !isNil(polka)) this.blocks.want(polka);
    for (const { blockId } of this.votes.precommitQuorums()) this.blocks.want(blockId);
  }

  #askProcess(): void {
    if (this.#state.step === "commit") return;
    for (const entry of this.blocks.entries()) {
      if (!entry.bytes || entry.validity !== "unknown") continue;
      entry.validity = "asked";
      const { height } = this.context;
      const { blockId, bytes } = entry;
      this.#ports.requests.ask({ kind: "process", height, round: this.#state.round, blockId, blockBytes: bytes });
    }
  }

  #propose(valid: ValueRound | undefined): void {
    if (!valid) {
      this.#ports.prepare(this.#state.round);
      return;
    }
    const entry = this.blocks.get(valid.value);
    invariant(entry !== undefined, "the valid value's block is gone");
    this.#askProposal(entry.blockId, valid.round);
  }

  #askProposal(blockId: BlockId, polRound: number): void {
    const proposal = { height: this.context.height, round: this.#state.round, polRound, blockId };
    this.#ports.requests.ask({ kind: "signProposal", proposal });
  }

  #schedule(step: "propose" | "prevote" | "precommit"): void {
    const { round } = this.#state;
    const ms = timeoutMs(this.#timeouts, step, round);
    this.#ports.requests.ask({ kind: "scheduleTimeout", height: this.context.height, round, step, ms });
  }

  #vote(type: VoteType, value: ValueId): void {
    if (this.#ownIndex < 0) return;
    const entry = value === NIL ? undefined : this.blocks.get(value);
    const blockId = entry?.blockId ?? NIL_BLOCK_ID;
    const { height, voteExtensions } = this.context;
    if (type === PRECOMMIT && entry && voteExtensions) {
      invariant(entry.bytes !== undefined, "a precommit for an incomplete block");
      this.#ports.requests.ask({ kind: "extend", height, round: this.#state.round, blockId, blockBytes: entry.bytes });
      return;
    }
    this.#askVote(type, blockId, { extension: new Uint8Array(0), withExtension: false });
  }

  #askVote(type: VoteType, blockId: BlockId, extra: { extension: Uint8Array; withExtension: boolean }): void {
    const validator = this.context.validators.get(this.#ownIndex);
    invariant(validator !== undefined, "a vote by a node outside the validator set");
    const vote = {
      type,
      height: this.context.height,
      round: this.#state.round,
      blockId,
      validatorAddress: validator.address,
      validatorIndex: this.#ownIndex,
      extension: extra.extension,
    };
    this.#ports.requests.ask({ kind: "signVote", vote, withExtension: extra.withExtension });
  }

  #decide(value: ValueId, round: number): void {
    const entry = this.blocks.get(value);
    invariant(entry?.bytes !== undefined, "decided a block that is not complete");
    this.#ports.requests.forget(({ kind }) => kind !== "extend" && kind !== "signVote");
    this.#ports.decided({ round, entry });
  }

  #reportConflict(voteA: Vote, voteB: Vote): void {
    const { validators } = this.context;
    const validatorPower = validators.get(voteA.validatorIndex)?.power ?? 0;
    this.#ports.requests.emit({ kind: "evidence", voteA, voteB, validatorPower, totalPower: validators.totalPower });
  }
}
