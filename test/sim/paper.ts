import type { ConsensusCore } from "../../chain/consensus/core.ts";
import type { Effect } from "../../chain/consensus/effect.ts";
import type { Input } from "../../chain/consensus/input.ts";
import { NIL, type ValueId, valueId } from "../../chain/consensus/value-id.ts";
import type { ValidatorSet } from "../../chain/types/validator-set.ts";
import { PRECOMMIT, PREVOTE, type Proposal, type Vote, type VoteType } from "../../chain/types/vote.ts";

// Algorithm 1 of arXiv 1807.04938, transcribed line by line over a plain list of messages: no tallies, no caches. It runs
// beside the implementation, is given what the implementation keeps (a message that is not kept is a message that the
// network lost), and must send, schedule and decide the same in every step, and hold the same variables.

type Step = "newHeight" | "propose" | "prevote" | "precommit" | "commit";

export class PaperMismatch extends Error {}

/** One correct process of the paper at one height. Rounds and values are -1 and undefined where the paper says so. */
export class PaperProcess {
  round = -1;
  step: Step = "newHeight";
  lockedValue: ValueId | undefined;
  lockedRound = -1;
  validValue: ValueId | undefined;
  validRound = -1;
  decision: ValueId | undefined;
  votes: Vote[] = [];
  proposals: Proposal[] = [];
  readonly complete: Set<ValueId> = new Set();
  readonly validity: Map<ValueId, boolean> = new Map();
  readonly #validators: ValidatorSet;
  readonly #self: Uint8Array | undefined;
  readonly #fired: Set<string> = new Set();
  readonly #canPropose: boolean;
  #output: string[] = [];

  constructor(validators: ValidatorSet, self: Uint8Array | undefined, canPropose: boolean) {
    this.#validators = validators;
    this.#self = self && validators.indexOf(self) >= 0 ? self : undefined;
    this.#canPropose = canPropose;
  }

  takeOutput(): string[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  // L11
  startRound(round: number): void {
    this.round = round;
    this.step = "propose";
    this.#output.push(`timeout propose ${round}`); // L21, also for the proposer (see rules.ts)
    const proposer = round === 0 ? this.#validators.proposer() : this.#validators.incrementPriority(round).proposer();
    if (!this.#self || this.#validators.indexOf(this.#self) !== this.#validators.indexOf(proposer.address)) return;
    if (this.validValue !== undefined)
      this.#output.push(`propose ${round} ${this.validValue} ${this.validRound}`); // L16, L19
    else if (this.#canPropose) this.#output.push(`getValue ${round}`); // L18
  }

  /** Fires rules until none is enabled. */
  run(): void {
    while (this.decision === undefined && this.#fire());
  }

  // L57, L61, L65
  timeout(step: string, round: number): void {
    if (round !== this.round || this.decision !== undefined) return;
    if (step === "propose" && this.step === "propose") this.#send(PREVOTE, NIL);
    else if (step === "prevote" && this.step === "prevote") this.#send(PRECOMMIT, NIL);
    else if (step === "precommit") this.startRound(this.round + 1);
  }

  #fire(): boolean {
    return (
      this.#decide() ||
      (this.round >= 0 && (this.#skip() || this.#onProposal() || this.#onPrevotes() || this.#onPrecommits()))
    );
  }

  // L49
  #decide(): boolean {
    for (const { type, round, blockId } of this.votes) {
      const value = valueId(blockId);
      if (type !== PRECOMMIT || value === NIL || !this.complete.has(value)) continue;
      if (
        !this.#moreThan(2, (vote) => vote.type === PRECOMMIT && vote.round === round && valueId(vote.blockId) === value)
      )
        continue;
      this.decision = value;
      this.step = "commit";
      this.#output.push(`decide ${round} ${value}`);
      return true;
    }
    return false;
  }

  // L55
  #skip(): boolean {
    const later = [...new Set(this.votes.map((vote) => vote.round))]
      .filter((round) => round > this.round)
      .sort((a, b) => b - a);
    for (const round of later) {
      if (!this.#moreThan(1, (vote) => vote.round === round)) continue;
      this.startRound(round);
      return true;
    }
    return false;
  }

  // L22, L28
  #onProposal(): boolean {
    if (this.step !== "propose") return false;
    const proposal = this.proposals.find(({ round }) => round === this.round);
    if (!proposal) return false;
    const value = valueId(proposal.blockId);
    const valid = this.validity.get(value);
    if (valid === undefined) return false;
    const { polRound } = proposal;
    if (polRound === -1) {
      this.#send(PREVOTE, valid && (this.lockedRound === -1 || this.lockedValue === value) ? value : NIL); // L23
      return true;
    }
    if (polRound >= this.round || !this.#quorumOf(PREVOTE, polRound, value)) return false;
    this.#send(PREVOTE, valid && (this.lockedRound <= polRound || this.lockedValue === value) ? value : NIL); // L29
    return true;
  }

  #onPrevotes(): boolean {
    if (this.step !== "prevote" && this.step !== "precommit") return false;
    // L44
    if (this.step === "prevote" && this.#quorumOf(PREVOTE, this.round, NIL)) {
      this.#send(PRECOMMIT, NIL);
      return true;
    }
    // L36
    for (const [value, valid] of this.validity) {
      if (!valid || !this.#quorumOf(PREVOTE, this.round, value) || !this.#first("L36")) continue;
      if (this.step === "prevote") {
        this.lockedValue = value;
        this.lockedRound = this.round;
        this.#send(PRECOMMIT, value);
      }
      this.validValue = value;
      this.validRound = this.round;
      return true;
    }
    // L34
    const any = this.#moreThan(2, (vote) => vote.type === PREVOTE && vote.round === this.round);
    if (this.step !== "prevote" || !any || !this.#first("L34")) return false;
    this.#output.push(`timeout prevote ${this.round}`);
    return true;
  }

  // L47
  #onPrecommits(): boolean {
    if (!this.#moreThan(2, (vote) => vote.type === PRECOMMIT && vote.round === this.round) || !this.#first("L47"))
      return false;
    this.#output.push(`timeout precommit ${this.round}`);
    return true;
  }

  #send(type: VoteType, value: ValueId): void {
    this.step = type === PREVOTE ? "prevote" : "precommit";
    if (this.#self) this.#output.push(`${this.step} ${this.round} ${value}`);
  }

  #first(rule: string): boolean {
    const name = `${rule} ${this.round}`;
    if (this.#fired.has(name)) return false;
    this.#fired.add(name);
    return true;
  }

  #quorumOf(type: VoteType, round: number, value: ValueId): boolean {
    return this.#moreThan(2, (vote) => vote.type === type && vote.round === round && valueId(vote.blockId) === value);
  }

  /** More than `thirds` thirds of the power sent a message for which `matches` holds. */
  #moreThan(thirds: 1 | 2, matches: (vote: Vote) => boolean): boolean {
    const senders = new Set<number>();
    for (const vote of this.votes) if (matches(vote)) senders.add(vote.validatorIndex);
    let power = 0;
    for (const index of senders) power += this.#validators.get(index)?.power ?? 0;
    return 3 * power > thirds * this.#validators.totalPower;
  }
}

/** Runs the paper beside a core and throws {@link PaperMismatch} at the first difference. */
export class PaperOracle {
  readonly #core: ConsensusCore;
  readonly #self: Uint8Array | undefined;
  #process: PaperProcess | undefined;
  #height = 0;

  constructor(core: ConsensusCore, self: Uint8Array | undefined) {
    this.#core = core;
    this.#self = self;
  }

  /** After the core has handled an input. */
  check(input: Input, effects: readonly Effect[]): void {
    const driver = this.#core.engine.driver;
    if (!driver) return;
    if (driver.context.height !== this.#height) {
      this.#height = driver.context.height;
      const canPropose = this.#core.engine.last !== undefined || this.#height === 1;
      this.#process = new PaperProcess(driver.context.validators, this.#self, canPropose);
      return;
    }
    if (input.kind === "recovered") return;
    const paper = this.#process as PaperProcess;
    if (this.#receive(paper, input)) paper.run();
    this.#compareOutputs(paper, input, effects);
    this.#compareVariables(paper, input);
    this.#forget(paper, input);
  }

  /** False for inputs that the paper does not know. */
  #receive(paper: PaperProcess, input: Input): boolean {
    const { driver } = this.#core.engine;
    switch (input.kind) {
      case "timeout":
        if (input.height !== this.#height) return false;
        if (input.step !== "commit") paper.timeout(input.step, input.round);
        else if (paper.step === "newHeight" && driver?.state.step !== "newHeight") paper.startRound(0);
        return true;
      case "votesReceived":
      case "signedVote": {
        const votes = input.kind === "signedVote" ? [input.vote] : input.votes;
        for (const vote of votes) if (driver?.votes.find(vote) === vote) paper.votes.push(vote);
        return true;
      }
      case "proposalReceived":
      case "signedProposal": {
        const { proposal } = input;
        const kept =
          proposal.height === this.#height && proposal.round >= paper.round && proposal.round <= paper.round + 1;
        const first = !paper.proposals.some(({ round }) => round === proposal.round);
        if (kept && first && paper.step !== "commit") paper.proposals.push(proposal);
        return this.#learnBlocks(paper);
      }
      case "partReceived":
      case "prepared":
      case "processed":
        return this.#learnBlocks(paper);
      default:
        return false;
    }
  }

  #learnBlocks(paper: PaperProcess): boolean {
    for (const { blockId, bytes, validity } of this.#core.engine.driver?.blocks.entries() ?? []) {
      const value = valueId(blockId);
      if (bytes) paper.complete.add(value);
      if (validity === "valid" || validity === "invalid") paper.validity.set(value, validity === "valid");
    }
    return true;
  }

  #compareOutputs(paper: PaperProcess, input: Input, effects: readonly Effect[]): void {
    const expected = paper.takeOutput().sort().join("; ");
    const actual = effects
      .flatMap((effect) => outputOf(effect, input))
      .sort()
      .join("; ");
    if (expected !== actual) throw mismatch(input, `the paper does [${expected}], the implementation [${actual}]`);
  }

  #compareVariables(paper: PaperProcess, input: Input): void {
    const state = this.#core.engine.driver?.state;
    const actual = [
      state?.round,
      state?.step,
      state?.locked?.value,
      state?.locked?.round ?? -1,
      state?.valid?.value,
      state?.valid?.round ?? -1,
    ];
    const expected = [
      paper.round,
      paper.step,
      paper.lockedValue,
      paper.lockedRound,
      paper.validValue,
      paper.validRound,
    ];
    if (actual.some((value, i) => value !== expected[i])) {
      throw mismatch(input, `the paper has [${expected.join(", ")}], the implementation [${actual.join(", ")}]`);
    }
  }

  /** What the implementation no longer keeps is lost for the paper too. */
  #forget(paper: PaperProcess, input: Input): void {
    const { driver } = this.#core.engine;
    if (!driver || (input.kind !== "timeout" && input.kind !== "votesReceived" && input.kind !== "signedVote")) return;
    paper.votes = paper.votes.filter((vote) => driver.votes.find(vote) === vote);
    paper.proposals = paper.proposals.filter(({ round }) => round >= paper.round);
    for (const value of [...paper.complete]) if (!driver.blocks.get(value)?.bytes) paper.complete.delete(value);
    for (const value of [...paper.validity.keys()]) {
      const known = driver.blocks.get(value)?.validity;
      if (known !== "valid" && known !== "invalid") paper.validity.delete(value);
    }
  }
}

function outputOf(effect: Effect, input: Input): string[] {
  switch (effect.kind) {
    case "scheduleTimeout":
      return effect.step === "commit" ? [] : [`timeout ${effect.step} ${effect.round}`];
    case "prepare":
      return [`getValue ${effect.round}`];
    case "signProposal": {
      const { round, polRound, blockId } = effect.proposal;
      return input.kind === "prepared" ? [] : [`propose ${round} ${valueId(blockId)} ${polRound}`];
    }
    case "extend":
      return [`precommit ${effect.round} ${valueId(effect.blockId)}`];
    case "signVote": {
      const { type, round, blockId } = effect.vote;
      if (input.kind === "extended") return [];
      return [`${type === PREVOTE ? "prevote" : "precommit"} ${round} ${valueId(blockId)}`];
    }
    case "decide":
      return [`decide ${effect.round} ${valueId(effect.blockId)}`];
    default:
      return [];
  }
}

function mismatch(input: Input, text: string): PaperMismatch {
  return new PaperMismatch(`on ${input.kind}: ${text}`);
}
