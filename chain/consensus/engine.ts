import type { Proposal, Vote } from "../types/vote.ts";
import { ConsensusError, invariant } from "./errors.ts";
import { HeightDriver } from "./height-driver.ts";
import type { Finalized, HeightContext, Input, StartHeight, TimeoutFired } from "./input.ts";
import { LastHeight } from "./last-height.ts";
import type { Message } from "./message.ts";
import { type Request, Requests } from "./requests.ts";
import { type TimeoutConfig, timeoutMs } from "./timeouts.ts";
import type { BlockEntry } from "./value-book.ts";

export interface EngineOptions {
  readonly address: Uint8Array | undefined;
  /** First height of the chain: the only one without a commit before it. */
  readonly initialHeight: number;
  readonly timeouts: TimeoutConfig;
  /** Start the next height as soon as every precommit of the last one is here. */
  readonly skipCommitWait: boolean;
  readonly partBytes: number;
}

/** What the engine is waiting for; several at once are normal, and none of them holds up votes. */
export interface Waiting {
  readonly prepare: boolean;
  readonly process: boolean;
  readonly extend: boolean;
  readonly sign: boolean;
  readonly finalize: boolean;
}

/**
 * The height loop: runs one height driver, keeps the decided height before it, and moves on when the application has
 * applied the decision and the commit pause is over.
 */
export class Engine {
  readonly requests: Requests = new Requests();
  readonly #options: EngineOptions;
  #driver: HeightDriver | undefined;
  #last: LastHeight | undefined;
  #decided: LastHeight | undefined;
  #commitPauseOver = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** The height being decided; undefined before the first `startHeight`. */
  get driver(): HeightDriver | undefined {
    return this.#driver;
  }

  /** The decided height before it, when known. */
  get last(): LastHeight | undefined {
    return this.#last;
  }

  get waiting(): Waiting {
    const kinds = new Set(this.requests.unanswered().map((request: Request) => request.kind));
    return {
      prepare: kinds.has("prepare"),
      process: kinds.has("process"),
      extend: kinds.has("extend"),
      sign: kinds.has("signVote") || kinds.has("signProposal"),
      finalize: kinds.has("decide"),
    };
  }

  /** Handles an input; returns what in it was new, as messages that other peers may lack too. */
  handle(input: Input): readonly Message[] {
    if (input.kind === "startHeight") return this.#startHeight(input);
    const driver = this.#driver;
    if (!driver) throw new ConsensusError("bad_start", `${input.kind} before startHeight`);
    switch (input.kind) {
      case "recovered":
        this.requests.repeat();
        return [];
      case "proposalReceived":
        if (input.proposal.height !== driver.context.height || !driver.addProposal(input.proposal)) return [];
        return [{ kind: "proposal", proposal: input.proposal }];
      case "partReceived": {
        const { height, header, part } = input;
        if (height !== driver.context.height || !driver.addPart(header, part)) return [];
        return [{ kind: "part", height, header, part }];
      }
      case "votesReceived":
        return asMessages(this.#addVotes(driver, input.votes));
      case "finalized":
        this.#finalized(driver, input);
        return [];
      default:
        return this.requests.answer(input) ? this.#answered(driver, input) : [];
    }
  }

  #answered(driver: HeightDriver, input: Input): readonly Message[] {
    switch (input.kind) {
      case "timeout":
        this.#timeout(driver, input);
        return [];
      case "prepared":
        if (input.block && input.height === driver.context.height) driver.prepared(input.round, input.block);
        return [];
      case "processed":
        if (input.height === driver.context.height) driver.processed(input.blockId, input.accept);
        return [];
      case "extended":
        if (input.height === driver.context.height) driver.extended(input.round, input.blockId, input.extension);
        return [];
      case "signedVote":
        return asMessages(this.#addVotes(driver, [input.vote]));
      case "signedProposal":
        return this.#ownProposal(driver, input.proposal);
      default:
        return [];
    }
  }

  #startHeight(start: StartHeight): readonly Message[] {
    const { initialHeight, timeouts } = this.#options;
    const { height, last } = start;
    if (this.#driver && height <= this.#driver.context.height) {
      throw new ConsensusError("bad_start", `startHeight ${height} while at height ${this.#driver.context.height}`);
    }
    if (height < initialHeight || (last && last.extendedCommit.height !== height - 1)) {
      throw new ConsensusError(
        "bad_start",
        `startHeight ${height} does not follow height ${last?.extendedCommit.height ?? initialHeight - 1}`,
      );
    }
    this.requests.forget(() => true);
    this.#last = last && LastHeight.restore(last);
    this.#begin(start);
    this.#scheduleStart(height === initialHeight ? 0 : timeoutMs(timeouts, "commit", 0));
    return [];
  }

  #begin({ height, validators, voteExtensions, maxBlockBytes }: HeightContext): void {
    const { address, timeouts, partBytes } = this.#options;
    this.#decided = undefined;
    this.#commitPauseOver = false;
    this.#driver = new HeightDriver(
      { context: { height, validators, voteExtensions, maxBlockBytes }, address, timeouts, partBytes },
      {
        requests: this.requests,
        prepare: (round) => this.#prepare(height, round),
        decided: (decision) => this.#decide(decision),
      },
    );
  }

  /** Round 0 starts with a timeout of its own height, so that the WAL of that height holds its start. */
  #scheduleStart(ms: number): void {
    const height = this.#driver?.context.height as number;
    this.requests.ask({ kind: "scheduleTimeout", height, round: 0, step: "commit", ms });
  }

  #timeout(driver: HeightDriver, input: TimeoutFired): void {
    const { height } = driver.context;
    if (input.step !== "commit") {
      if (input.height === height) driver.timeout(input);
    } else if (input.height === height && !this.#decided) {
      if (driver.state.step === "newHeight") driver.start();
    } else if (input.height === height) this.#commitPauseOver = true;
    else if (input.height === height - 1 && driver.state.step === "newHeight") this.#scheduleStart(0);
  }

  /** Without the extended commit of the block before, a valid proposal can't be made: the turn passes. */
  #prepare(height: number, round: number): void {
    if (!this.#last && height > this.#options.initialHeight) return;
    this.requests.ask({ kind: "prepare", height, round, lastExtendedCommit: this.#last?.extendedCommit() });
  }

  #ownProposal(driver: HeightDriver, proposal: Proposal): readonly Message[] {
    if (proposal.height !== driver.context.height || !driver.addProposal(proposal)) return [];
    const { height, blockId } = proposal;
    const parts = driver.parts(blockId) ?? [];
    return [
      { kind: "proposal", proposal },
      ...parts.map((part): Message => ({ kind: "part", height, header: blockId.parts, part })),
    ];
  }

  #addVotes(driver: HeightDriver, votes: readonly Vote[]): readonly Vote[] {
    const [first] = votes;
    if (first?.height === driver.context.height) return driver.addVotes(votes);
    const last = this.#last;
    if (!last || !first || !last.takes(first)) return [];
    const fresh = last.addVotes(votes);
    const complete = fresh.length > 0 && this.#options.skipCommitWait && last.isComplete;
    if (complete && driver.state.step === "newHeight") this.#scheduleStart(0);
    return fresh;
  }

  #decide({ round, entry }: { readonly round: number; readonly entry: BlockEntry }): void {
    const driver = this.#driver;
    const precommits = driver?.votes.round(round)?.precommits;
    invariant(
      driver !== undefined && precommits !== undefined && entry.bytes !== undefined,
      "decided without votes or block",
    );
    const { height, validators, voteExtensions } = driver.context;
    const { blockId, bytes } = entry;
    const parts = driver.parts(blockId);
    this.#decided = new LastHeight({ height, round, blockId, validators, voteExtensions, precommits, parts });
    const extendedCommit = this.#decided.extendedCommit();
    this.requests.ask({ kind: "decide", height, round, blockId, blockBytes: bytes, extendedCommit });
    const ms = timeoutMs(this.#options.timeouts, "commit", 0);
    this.requests.ask({ kind: "scheduleTimeout", height, round: 0, step: "commit", ms });
  }

  #finalized(driver: HeightDriver, input: Finalized): void {
    if (!this.requests.answer(input)) return;
    const decided = this.#decided;
    invariant(
      decided !== undefined && input.next.height === decided.height + 1,
      `finalized ${input.height} leads to ${input.next.height}`,
    );
    const pauseOver = this.#commitPauseOver || (this.#options.skipCommitWait && decided.isComplete);
    this.#last = decided;
    this.requests.forget((request) => request.kind !== "scheduleTimeout" || request.height !== driver.context.height);
    this.#begin(input.next);
    if (pauseOver) this.#scheduleStart(0);
  }
}

function asMessages(votes: readonly Vote[]): readonly Message[] {
  return votes.length === 0 ? [] : [{ kind: "votes", votes }];
}
