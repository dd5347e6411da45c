import { RequestVerifyVoteExtension } from "cosmjs-types/tendermint/abci/types";
import { decodeExtendedCommit } from "../../chain/codec/commit.ts";
import { proposalSignBytes, voteExtensionSignBytes, voteSignBytes } from "../../chain/codec/sign-bytes.ts";
import type { Check } from "../../chain/consensus/admission.ts";
import type { Decide, Extend, Prepare, Process, ScheduleTimeout } from "../../chain/consensus/effect.ts";
import type { HeightContext, Input, LastDecision, StartHeight } from "../../chain/consensus/input.ts";
import { decodeMessage, encodeMessage } from "../../chain/consensus/messages.ts";
import { ConsensusLoop } from "../../chain/consensus/node-loop.ts";
import type { LoopPorts, Signer, SignStatePort } from "../../chain/consensus/ports.ts";
import { SignGuard } from "../../chain/consensus/sign-guard.ts";
import type { TimeoutConfig } from "../../chain/consensus/timeouts.ts";
import { decodeWal } from "../../chain/consensus/wal.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { verifyEd25519 } from "../../chain/crypto/keys.ts";
import type { ChainState } from "../../chain/execution/chain-state.ts";
import type { PackedBlock } from "../../chain/execution/make-block.ts";
import { decodeBlock } from "../../chain/types/block.ts";
import { extensionsEnabled } from "../../chain/types/params.ts";
import { type Part, PartSet } from "../../chain/types/part-set.ts";
import type { Vote } from "../../chain/types/vote.ts";
import type { AppClient } from "../app/client.ts";
import type { CommittedBlock, Executor } from "../chain/executor.ts";
import type { LevelBlocks } from "../disk/level-blocks.ts";
import type { Network, NodeLog, PeerId } from "../p2p/index.ts";
import type { SerialQueue } from "../serial-queue.ts";
import { explainStart } from "./start-error.ts";
import { WallVoteClock } from "./vote-clock.ts";
import type { WalFile } from "./wal-file.ts";

/** What peers lack is sent this often. */
const TICK_MS = 100;

/** ABCI: VerifyVoteExtension accepted. */
const ACCEPT = 1;

/** What a validator puts into its precommits and into transaction 0 beyond what consensus knows. */
export interface ProposalSource {
  /** Candidate for transaction 0 (a TxRaw) with pooled openings, if there are any, then the mempool's transactions. */
  transactions(maxBytes: number): readonly Uint8Array[];
  /** Vote extension of this height; what it commits to is durable. */
  extension(height: number): Promise<Uint8Array>;
}

export interface ConsensusOptions {
  readonly chainId: string;
  readonly timeouts: TimeoutConfig;
}

export interface ConsensusPorts {
  readonly executor: Executor;
  readonly blocks: LevelBlocks;
  readonly app: AppClient;
  readonly network: Network;
  readonly source: ProposalSource;
  /** Applying a block is exclusive: consensus and block sync take turns. */
  readonly applying: SerialQueue;
  readonly wal: WalFile;
  readonly signState: SignStatePort;
  readonly storedSignState: Uint8Array | undefined;
  readonly signer: Signer | undefined;
  readonly log: NodeLog;
  /** Called after each applied block, before consensus goes on. */
  readonly committed: (block: CommittedBlock) => Promise<void>;
  /** A broken invariant: the node must stop. */
  readonly fatal: (error: Error) => void;
}

/** Runs the consensus loop on real devices: streams, timers, files and the application. */
export class ConsensusService {
  readonly #options: ConsensusOptions;
  readonly #ports: ConsensusPorts;
  readonly #loop: ConsensusLoop;
  readonly #clock: WallVoteClock;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #undo: (() => void)[] = [];
  #started = false;
  #stopped = false;

  constructor(options: ConsensusOptions, ports: ConsensusPorts) {
    this.#options = options;
    this.#ports = ports;
    const { state } = ports.executor;
    this.#clock = new WallVoteClock(state.lastTime);
    this.#loop = new ConsensusLoop(
      {
        initialHeight: state.initialHeight,
        timeouts: options.timeouts,
        skipCommitWait: false,
      },
      this.#loopPorts(),
    );
  }

  /** Heights by which peers are ahead; more than one is block sync's work. */
  behind(): number {
    return this.#loop.behind();
  }

  /** Height, round and step now, for people. */
  describe(): { readonly height: number; readonly round: number; readonly step: string } {
    const driver = this.#loop.core.engine.driver;
    return {
      height: driver?.context.height ?? 0,
      round: driver?.state.round ?? 0,
      step: driver?.state.step ?? "newHeight",
    };
  }

  /** Looks at the files of the last run. Throws NodeError `sign_state` or `corrupt` when they can't be trusted. */
  async check(): Promise<void> {
    const { wal, signer, storedSignState } = this.#ports;
    const { last } = await this.#startHeight();
    try {
      decodeWal(wal.read());
      if (signer) SignGuard.require(storedSignState).assertCovers(signer.address, last?.extendedCommit);
    } catch (error) {
      throw explainStart(error);
    }
  }

  /** Throws as `check`. */
  async start(): Promise<void> {
    const { network, wal, storedSignState } = this.#ports;
    const height = await this.#startHeight();
    if (this.#stopped) return;
    try {
      this.#loop.start(height, { wal: wal.read(), signState: storedSignState });
    } catch (error) {
      throw explainStart(error);
    }
    this.#started = true;
    this.#undo.push(
      network.streams.onPeerUp((peer) => this.#guarded(() => this.#loop.push({ kind: "peerUp", peer }))),
      network.streams.onPeerDown((peer) => this.#guarded(() => this.#loop.push({ kind: "peerDown", peer }))),
      network.streams.onMessage((peer, bytes) => this.#receive(peer, bytes)),
    );
    for (const peer of network.streams.peers()) this.#loop.push({ kind: "peerUp", peer });
    const tick = setInterval(() => this.#guarded(() => this.#loop.push({ kind: "tick" })), TICK_MS);
    this.#undo.push(() => clearInterval(tick));
  }

  /** Resolves when no block is being applied: the files and databases may be closed then. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const undo of this.#undo.splice(0)) undo();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#ports.applying.run(() => Promise.resolve());
  }

  /** Block sync moved the chain. */
  async moved(): Promise<void> {
    if (!this.#started) return;
    const start = await this.#startHeight();
    const current = this.#loop.core.engine.driver?.context.height ?? 0;
    if (start.height > current) this.#guarded(() => this.#loop.push(start));
  }

  async #startHeight(): Promise<StartHeight> {
    const { state } = this.#ports.executor;
    return { kind: "startHeight", ...contextOf(state), last: await this.#lastDecision(state) };
  }

  async #lastDecision(state: ChainState): Promise<LastDecision | undefined> {
    const { lastHeight, lastValidators, params } = state;
    if (!lastValidators) return undefined;
    const [commit, block] = await Promise.all([
      this.#ports.blocks.loadExtendedCommit(lastHeight),
      this.#ports.blocks.loadBlock(lastHeight),
    ]);
    if (!commit) return undefined;
    return {
      validators: lastValidators,
      voteExtensions: extensionsEnabled(params, lastHeight),
      extendedCommit: decodeExtendedCommit(commit),
      parts: block && partsOf(block),
    };
  }

  #loopPorts(): LoopPorts {
    const { wal, signState, signer, network, log } = this.#ports;
    return {
      wal,
      signState,
      signer,
      clock: this.#clock,
      application: {
        prepare: (request) => this.#run("prepare", () => this.#prepare(request)),
        process: (request) => this.#run("process", () => this.#process(request)),
        extend: (request) => this.#run("extend", () => this.#extend(request)),
        decide: (request) => this.#run("decide", () => this.#decide(request)),
      },
      transport: {
        send: (peer, message) => void network.streams.send(peer, encodeMessage(message)),
        broadcast: (message) => void network.streams.broadcast(encodeMessage(message)),
      },
      timers: { schedule: (timeout) => this.#schedule(timeout) },
      reports: {
        evidence: ({ voteA }) =>
          log.warn(
            { validator: toHex(voteA.validatorAddress), height: voteA.height, round: voteA.round },
            "a validator signed two votes for different blocks",
          ),
      },
    };
  }

  /** In turn with the application of blocks: block sync must not move the application while it makes one. */
  #prepare(request: Prepare): Promise<void> {
    const { applying, executor } = this.#ports;
    const { height, round } = request;
    return applying.run(async () => {
      if (this.#stopped || executor.state.lastHeight !== height - 1) return;
      this.#push({ kind: "prepared", height, round, block: await this.#makeBlock(request) });
    });
  }

  async #makeBlock({ height, round, lastExtendedCommit }: Prepare): Promise<PackedBlock | undefined> {
    const { executor, signer, source, log } = this.#ports;
    const proposerAddress = signer?.address as Uint8Array;
    try {
      const txs = source.transactions(executor.state.params.block.maxBytes);
      const block = await executor.prepare({ proposerAddress, lastCommit: lastExtendedCommit, txs });
      this.#clock.seen(block.blockId, decodeBlock(block.blockBytes).header.time);
      return block;
    } catch (error) {
      log.error({ height, round, reason: (error as Error).message }, "no proposal could be made");
      return undefined;
    }
  }

  async #process({ height, blockId, blockBytes }: Process): Promise<void> {
    const { executor, log } = this.#ports;
    if (executor.state.lastHeight !== height - 1) return;
    const refusal = await executor.process(blockBytes, blockId);
    if (refusal) log.warn({ height, block: toHex(blockId.hash), reason: refusal }, "proposal refused");
    else this.#clock.seen(blockId, decodeBlock(blockBytes).header.time);
    this.#push({ kind: "processed", height, blockId, accept: !refusal });
  }

  async #extend({ height, round, blockId, blockBytes }: Extend): Promise<void> {
    const { source, signer, app } = this.#ports;
    // After a restart the block may have been processed by the run before: its time bounds that of the precommit.
    this.#clock.seen(blockId, decodeBlock(blockBytes).header.time);
    const extension = await source.extension(height);
    const request = RequestVerifyVoteExtension.fromPartial({
      hash: blockId.hash,
      height: BigInt(height),
      validatorAddress: signer?.address ?? new Uint8Array(0),
      voteExtension: extension,
    });
    if ((await app.verifyVoteExtension(request)).status !== ACCEPT) {
      throw new Error(`the own vote extension of height ${height} fails the own check`);
    }
    this.#push({ kind: "extended", height, round, blockId, extension });
  }

  async #decide(decision: Decide): Promise<void> {
    const { applying, executor, committed } = this.#ports;
    await applying.run(async () => {
      if (this.#stopped || executor.state.lastHeight >= decision.height) return;
      const { blockBytes, blockId, extendedCommit } = decision;
      const block = await executor.apply(blockBytes, blockId, extendedCommit);
      this.#clock.applied(block.block.header.time);
      await committed(block);
      this.#push({ kind: "finalized", height: decision.height, next: contextOf(block.state) });
    });
  }

  #receive(peer: PeerId, bytes: Uint8Array): void {
    const { book } = this.#ports.network.host;
    try {
      const admission = this.#loop.admit(peer, decodeMessage(bytes));
      if (admission.verdict === "ignore") return;
      if (admission.verdict === "reject") {
        book.penalise(peer, "invalid-consensus-message", admission.code);
        return;
      }
      this.#run("check", async () => {
        const holds = await this.#hold(admission.checks);
        if (holds) this.#push(admission.input);
        else book.penalise(peer, "invalid-consensus-message", "signature");
      });
    } catch (error) {
      book.penalise(peer, "malformed-frame", (error as Error).message);
    }
  }

  async #hold(checks: readonly Check[]): Promise<boolean> {
    for (const check of checks) {
      if (check.kind === "proposal") {
        const bytes = proposalSignBytes(this.#options.chainId, check.proposal);
        if (!verifyEd25519(check.pubKey, bytes, check.proposal.signature)) return false;
      } else if (!(await this.#voteHolds(check.vote, check.pubKey, check.extension))) return false;
    }
    return true;
  }

  async #voteHolds(vote: Vote, pubKey: Uint8Array, extended: boolean): Promise<boolean> {
    const { chainId } = this.#options;
    if (!verifyEd25519(pubKey, voteSignBytes(chainId, vote), vote.signature)) return false;
    if (!extended) return true;
    if (!verifyEd25519(pubKey, voteExtensionSignBytes(chainId, vote), vote.extensionSignature)) return false;
    const request = RequestVerifyVoteExtension.fromPartial({
      hash: vote.blockId.hash,
      height: BigInt(vote.height),
      validatorAddress: vote.validatorAddress,
      voteExtension: vote.extension,
    });
    return (await this.#ports.app.verifyVoteExtension(request)).status === ACCEPT;
  }

  #schedule(timeout: ScheduleTimeout): void {
    const { height, round, step, ms } = timeout;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#guarded(() => this.#loop.push({ kind: "timeout", height, round, step }));
    }, ms);
    this.#timers.add(timer);
  }

  /** Starts asynchronous work after the port call has returned; its failure stops the node. */
  #run(what: string, work: () => Promise<void>): void {
    queueMicrotask(() => {
      if (this.#stopped) return;
      work().catch((error: unknown) => {
        if (!this.#stopped)
          this.#ports.fatal(new Error(`consensus ${what}: ${(error as Error).message}`, { cause: error }));
      });
    });
  }

  /** An answer that comes after the stop must not reach the WAL, whose file is closed. */
  #push(input: Input): void {
    if (!this.#stopped) this.#loop.push(input);
  }

  #guarded(work: () => void): void {
    if (this.#stopped) return;
    try {
      work();
    } catch (error) {
      this.#ports.fatal(error as Error);
    }
  }
}

function contextOf(state: ChainState): HeightContext {
  const height = state.lastHeight + 1;
  return {
    height,
    validators: state.validators,
    voteExtensions: extensionsEnabled(state.params, height),
    maxBlockBytes: state.params.block.maxBytes,
  };
}

function partsOf(block: Uint8Array): readonly Part[] {
  const set = PartSet.fromBytes(block);
  return Array.from({ length: set.header.total }, (_, i) => set.get(i) as Part);
}
