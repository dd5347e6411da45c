import type { Broadcast, Decide, Extend, Prepare, Process, ScheduleTimeout } from "../../chain/consensus/effect.ts";
import type { Input } from "../../chain/consensus/input.ts";
import { TICK_MS } from "../../chain/consensus/limits.ts";
import type { Message } from "../../chain/consensus/message.ts";
import { ConsensusLoop } from "../../chain/consensus/node-loop.ts";
import type { LoopPorts, Signer } from "../../chain/consensus/ports.ts";
import type { TimeoutConfig } from "../../chain/consensus/timeouts.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { fromMs } from "../../chain/types/time.ts";
import {
  extensionOf,
  SIM_PART_BYTES,
  SimApplication,
  type SimState,
  type StoredBlock,
  verifyExtension,
} from "./application.ts";
import type { Checkers } from "./checkers.ts";
import type { SimClock } from "./clock.ts";
import { SimDisk } from "./disk.ts";
import type { FaultCounts, FaultPlan } from "./faults.ts";
import { type SimKey, simSigner, verifySimProposal, verifySimVote } from "./keys.ts";
import { PaperOracle } from "./paper.ts";
import type { SimRng } from "./rng.ts";

const SIM_TIMEOUTS: TimeoutConfig = {
  proposeMs: 200,
  proposeDeltaMs: 100,
  prevoteMs: 80,
  prevoteDeltaMs: 60,
  precommitMs: 80,
  precommitDeltaMs: 60,
  commitMs: 250,
};

/** Milliseconds since 1970 at which every simulation begins. */
const START_MS = 1_700_000_000_000;

/** Thrown in the middle of a write: the node is gone, and what the write would have done with it. */
class CrashSignal extends Error {}

export interface NodeServices {
  readonly clock: SimClock;
  readonly rng: SimRng;
  readonly plan: FaultPlan;
  readonly faults: FaultCounts;
  readonly checkers: Checkers;
  readonly genesis: SimState;
  /** Keys that blocks may add to or remove from the validator set. */
  readonly keys: number;
  healed(): boolean;
  send(from: number, to: number, message: Message): void;
  /** Nodes that this one is connected to now. */
  connected(node: number): readonly number[];
  crashed(node: number): void;
  /** Blocks of another node, for block sync. */
  blocksAbove(node: number, height: number): readonly StoredBlock[];
}

export interface NodeOptions {
  readonly id: number;
  readonly key: SimKey;
  /** Its key is in Byzantine hands: it lies to peers, or has a twin. */
  readonly byzantine: boolean;
  readonly liar: boolean;
  readonly forgetful: boolean;
}

/** One machine: disk, application, and, while it is up, the real consensus loop. */
export class SimNode {
  readonly options: NodeOptions;
  readonly application: SimApplication;
  readonly #services: NodeServices;
  readonly #disk: SimDisk;
  readonly #skewMs: number;
  readonly #drift: number;
  #loop: ConsensusLoop | undefined;
  #life = 0;
  #writesLeft = Number.POSITIVE_INFINITY;
  #crashAt: string | undefined;

  constructor(options: NodeOptions, services: NodeServices) {
    this.options = options;
    this.#services = services;
    const { plan, rng, genesis } = services;
    const chain = { validators: genesis.validators.validators.length, powers: [], extensionsFrom: plan.extensionsFrom };
    this.application = new SimApplication(chain, genesis);
    this.#disk = new SimDisk((name) => this.#beforeWrite(name));
    this.#skewMs = rng.between(-plan.clockSkewMs, plan.clockSkewMs);
    this.#drift = 1 + (rng.below(200) / 100 - 1) * plan.timerDrift * 0.5;
    if (plan.clockSkewMs > 0 || plan.timerDrift > 0) services.faults.clockSkew++;
  }

  get isUp(): boolean {
    return this.#loop !== undefined;
  }

  get height(): number {
    return this.application.state.height;
  }

  get step(): string {
    return this.#loop?.core.engine.driver?.state.step ?? "";
  }

  get round(): number {
    return this.#loop?.core.engine.driver?.state.round ?? 0;
  }

  start(): void {
    this.#life++;
    if (this.application.blocks.length > this.height) this.#apply();
    this.#guarded(() => {
      const address = this.options.key.address;
      const options = { initialHeight: 1, timeouts: SIM_TIMEOUTS, partBytes: SIM_PART_BYTES };
      const loop = new ConsensusLoop({ ...options, skipCommitWait: this.#services.plan.skipCommitWait }, this.#ports());
      this.#watch(loop, new PaperOracle(loop.core, address));
      this.#loop = loop;
      const last = this.application.last();
      if (this.options.byzantine && last) this.#disk.forgeSignState(last.extendedCommit);
      loop.start({ kind: "startHeight", ...this.application.contextOf(this.height + 1), last }, this.#disk.stored);
      for (const peer of this.#services.connected(this.options.id)) loop.push({ kind: "peerUp", peer: String(peer) });
    });
    this.#later(TICK_MS * this.#drift, () => this.#tick());
    this.#later(200, () => this.#syncBlocks());
  }

  /** The process ends now; what was not synced may be lost. */
  crash(): void {
    if (!this.#loop) return;
    const { faults, rng } = this.#services;
    this.#loop = undefined;
    this.#life++;
    this.#writesLeft = Number.POSITIVE_INFINITY;
    this.#crashAt = undefined;
    if (this.#disk.crash(rng)) faults.tornWal++;
    if (this.options.forgetful && rng.chance(0.7)) {
      faults.walLost++;
      this.#disk.loseWal();
    }
    this.#services.crashed(this.options.id);
  }

  /** Crashes at a write to come: the `count`-th, or the first with this name. */
  crashSoon(at: { readonly count: number } | { readonly name: string }): void {
    if ("count" in at) this.#writesLeft = at.count;
    else this.#crashAt = at.name;
  }

  disarm(): void {
    this.#writesLeft = Number.POSITIVE_INFINITY;
    this.#crashAt = undefined;
  }

  push(input: Input): void {
    this.#guarded(() => this.#loop?.push(input));
  }

  deliver(from: number, message: Message): void {
    const loop = this.#loop;
    if (!loop) return;
    const admission = loop.admit(String(from), message);
    if (admission.verdict !== "check") return;
    for (const check of admission.checks) {
      if (check.kind === "proposal" && !verifySimProposal(check.pubKey, check.proposal)) return;
      if (check.kind !== "vote") continue;
      if (!verifySimVote(check.pubKey, check.vote, check.extension)) return;
      if (check.extension && !verifyExtension(check.vote)) return;
    }
    this.push(admission.input);
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof CrashSignal)) throw error;
      this.#services.faults.crashAtWrite++;
      this.crash();
    }
  }

  #beforeWrite(name: string): void {
    if (--this.#writesLeft > 0 && this.#crashAt !== name) return;
    if (name === "afterSignStateSave") this.#services.faults.crashBetweenSignAndPublish++;
    throw new CrashSignal(name);
  }

  /** Runs in this life of the node only. */
  #later(ms: number, run: () => void): void {
    const life = this.#life;
    this.#services.clock.after(ms, () => {
      if (this.#life === life && this.#loop) this.#guarded(run);
    });
  }

  #tick(): void {
    this.#loop?.push({ kind: "tick" });
    this.#later(TICK_MS * this.#drift, () => this.#tick());
  }

  /** Compares every step of the core with the paper. */
  #watch(loop: ConsensusLoop, oracle: PaperOracle): void {
    const { core } = loop;
    const handle = core.handle.bind(core);
    core.handle = (input) => {
      const effects = handle(input);
      if (input.kind !== "tick" && input.kind !== "peerStatus") {
        oracle.check(input, effects);
        this.#services.checkers.limits(core);
      }
      return effects;
    };
  }

  #applicationDelay(): number {
    const { healed, plan, rng, faults } = this.#services;
    if (healed()) return 1;
    const delay = rng.between(0, plan.applicationMs);
    if (delay > 50) faults.slowApplication++;
    return delay;
  }

  #ports(): LoopPorts {
    const { checkers, clock } = this.#services;
    const now = () => fromMs(START_MS + Math.floor(clock.now) + this.#skewMs);
    return {
      wal: this.#disk.wal,
      signState: this.#disk.signState,
      signer: this.#signer(),
      clock: { voteTime: now, proposalTime: now },
      application: {
        prepare: (request) => this.#prepare(request),
        process: (request) => this.#process(request),
        extend: (request) => this.#extend(request),
        decide: (request) => this.#decide(request),
      },
      transport: {
        send: (peer, message) => this.#services.send(this.options.id, Number(peer), message),
        broadcast: (message) => this.#broadcast(message),
      },
      timers: { schedule: (timeout) => this.#schedule(timeout) },
      reports: {
        evidence: ({ voteA, voteB }) => {
          if (equalBytes(voteA.blockId.hash, voteB.blockId.hash)) throw new Error("evidence of two equal votes");
          checkers.evidence(voteA.validatorAddress);
        },
      },
    };
  }

  #signer(): Signer {
    const signer = simSigner(this.options.key);
    return {
      ...signer,
      signVote: (vote, withExtension) => {
        const signatures = signer.signVote(vote, withExtension);
        this.#services.checkers.voteSigned({ ...vote, ...signatures });
        return signatures;
      },
    };
  }

  #schedule({ height, round, step, ms }: ScheduleTimeout): void {
    const input: Input = { kind: "timeout", height, round, step };
    this.#later(ms * this.#drift, () => this.#loop?.push(input));
  }

  #prepare(request: Prepare): void {
    const { plan, rng, faults, checkers, healed } = this.#services;
    const before = this.application.last();
    if (before) checkers.prepareAsked(request, before.validators, before.voteExtensions);
    const bad = (this.options.byzantine || plan.byzantine === "none") && !healed() && rng.chance(plan.invalidRate);
    const changes = !healed() && rng.chance(plan.changeRate);
    const change = changes ? { key: rng.below(this.#services.keys), power: rng.pick([0, 1, 1, 2, 5]) } : undefined;
    if (bad) faults.invalidProposal++;
    if (changes) faults.validatorChange++;
    const block = rng.chance(0.02) ? undefined : this.application.prepare(request, rng, { change, valid: !bad });
    const { height, round } = request;
    this.#later(this.#applicationDelay(), () => this.#loop?.push({ kind: "prepared", height, round, block }));
  }

  #process(request: Process): void {
    const { height, blockId } = request;
    const accept = this.application.process(request);
    this.#later(this.#applicationDelay(), () => this.#loop?.push({ kind: "processed", height, blockId, accept }));
  }

  #extend({ height, round, blockId }: Extend): void {
    const extension = extensionOf(this.options.key.index, height, blockId);
    this.#later(this.#applicationDelay(), () =>
      this.#loop?.push({ kind: "extended", height, round, blockId, extension }),
    );
  }

  /** Stores, then applies: a crash may come between. */
  #decide(request: Decide): void {
    const { checkers } = this.#services;
    checkers.decided(`node ${this.options.id}`, request, this.application.state);
    const { height } = request;
    this.#later(this.#applicationDelay(), () => {
      if (this.application.blocks.length !== height - 1) return;
      this.application.store(request);
      this.#later(this.#applicationDelay(), () => {
        if (this.height !== height - 1) return;
        this.#apply();
        this.#loop?.push({ kind: "finalized", height, next: this.application.contextOf(height + 1) });
      });
    });
  }

  #apply(): void {
    this.application.catchUp();
    this.#services.checkers.applied(`node ${this.options.id}`, this.application.state);
  }

  #broadcast(message: Broadcast["message"]): void {
    const { checkers, connected, rng, healed } = this.#services;
    const { id, key, liar } = this.options;
    if (message.kind === "votes") for (const vote of message.votes) checkers.votePublished(vote);
    if (message.kind === "proposal") checkers.proposalPublished(key.address, message.proposal);
    for (const peer of connected(id)) {
      const lie = liar && !healed() && rng.chance(0.5) ? this.#lie(message) : message;
      if (lie) this.#services.send(id, peer, lie);
    }
    if (message.kind !== "status") this.#beforeWrite("published");
  }

  /** What a Byzantine validator tells some peers instead: another vote, another block, or nothing. */
  #lie(message: Message): Message | undefined {
    const { rng, checkers, faults } = this.#services;
    faults.liar++;
    const signer = simSigner(this.options.key);
    if (message.kind === "votes") {
      const votes = message.votes.map((vote) => {
        const driver = this.#loop?.core.engine.driver;
        const others = [...(driver?.blocks.entries() ?? [])].map((entry) => entry.blockId);
        const nil = { hash: new Uint8Array(0), parts: { total: 0, hash: new Uint8Array(0) } };
        const blockId = rng.pick([nil, ...others]);
        const extended = vote.type === 2 && blockId.hash.length > 0 && driver?.context.voteExtensions === true;
        const extension = extended ? extensionOf(this.options.key.index, vote.height, blockId) : new Uint8Array(0);
        const round = rng.chance(0.2) ? vote.round + rng.below(3) : vote.round;
        const lie = { ...vote, round, blockId, extension };
        const signed = { ...lie, ...signer.signVote(lie, extended) };
        checkers.voteSigned(signed);
        return signed;
      });
      return { kind: "votes", votes };
    }
    if (message.kind !== "proposal") return rng.chance(0.5) ? undefined : message;
    const polRound = rng.between(-1, message.proposal.round - 1);
    const proposal = { ...message.proposal, polRound };
    return { kind: "proposal", proposal: { ...proposal, signature: signer.signProposal(proposal) } };
  }

  /** Two or more heights behind: take blocks from others, as block sync does. */
  #syncBlocks(): void {
    this.#later(200, () => this.#syncBlocks());
    const behind = this.#loop?.behind() ?? 0;
    if (behind < 2 || this.application.blocks.length !== this.height) return;
    const blocks = this.#services.blocksAbove(this.options.id, this.height);
    if (blocks.length < 2) return;
    for (const block of blocks) {
      this.application.store(block);
      this.#apply();
    }
    const start = { ...this.application.contextOf(this.height + 1), last: this.application.last() };
    this.#loop?.push({ kind: "startHeight", ...start });
  }
}
