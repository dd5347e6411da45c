import { decodeExtendedCommit } from "../../chain/codec/commit.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { ExecutionError } from "../../chain/execution/errors.ts";
import { blockHash, decodeBlock } from "../../chain/types/block.ts";
import {
  CommitError,
  type ExtendedCommit,
  toCommit,
  verifyCommit,
  verifyExtendedCommit,
} from "../../chain/types/commit.ts";
import { extensionsEnabled } from "../../chain/types/params.ts";
import { PartSet } from "../../chain/types/part-set.ts";
import type { CommittedBlock, Executor } from "../chain/executor.ts";
import type { BlockBytes, Network, NodeLog, PeerId } from "../p2p/index.ts";
import type { SerialQueue } from "../serial-queue.ts";

/** How often peers are asked for their heights while nothing suggests that they are ahead. */
const POLL_MS = 2_000;
/** And this often while there is no peer to ask: a node that starts should not wait after the first one joined. */
const LONELY_POLL_MS = 200;
/** Consensus gossip serves one height of lag; block sync starts above it. */
const CONSENSUS_LAG = 1;
const BLOCKS_PER_REQUEST = 32;
const REQUEST_TIMEOUT_MS = 10_000;

/** A peer that failed is left out for one poll, then two, four, .. up to this many: a minute. */
const MAX_POLLS_LEFT_OUT = 30;

export interface BlockSyncPorts {
  readonly network: Network;
  readonly executor: Executor;
  readonly applying: SerialQueue;
  readonly log: NodeLog;
  readonly committed: (block: CommittedBlock) => Promise<void>;
  /** The chain moved: consensus starts over at the next height. */
  readonly moved: () => Promise<void>;
  readonly fatal: (error: Error) => void;
}

/** Fetches decided blocks from peers while this node is behind. Every block is proven by its own extended commit. */
export class BlockSync {
  readonly #ports: BlockSyncPorts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #catchingUp = false;
  #round = 0;
  readonly #met = Promise.withResolvers<void>();
  /** Failures in a row of connected peers, and the round in which they are asked again. */
  readonly #failed = new Map<PeerId, { readonly failures: number; readonly again: number }>();

  constructor(ports: BlockSyncPorts) {
    this.#ports = ports;
  }

  get catchingUp(): boolean {
    return this.#catchingUp;
  }

  /** Resolves once a peer said where the chain stands, and this node has taken from its peers what it could get. */
  get met(): Promise<void> {
    return this.#met.promise;
  }

  start(): void {
    this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#poll()
        .catch((error: unknown) => {
          if (!this.#stopped) this.#ports.fatal(error as Error);
        })
        .finally(() => this.#schedule(this.#ports.network.host.peers().length > 0 ? POLL_MS : LONELY_POLL_MS));
    }, ms);
  }

  /** Asks every peer for its height and takes blocks from those that are ahead, until none is. */
  async #poll(): Promise<void> {
    this.#round++;
    let moved = false;
    const answers = await this.#ask();
    for (const { peer, height } of ahead(answers, this.#height())) {
      if (height - this.#height() <= CONSENSUS_LAG) continue;
      this.#catchingUp = true;
      moved = (await this.#takeFrom(peer, height)) || moved;
      if (this.#stopped) return;
    }
    if (moved) await this.#ports.moved();
    this.#catchingUp = false;
    if (answers.length > 0) this.#met.resolve();
  }

  #height(): number {
    return this.#ports.executor.state.lastHeight;
  }

  async #ask(): Promise<Answer[]> {
    const { network } = this.#ports;
    const peers = network.host.peers();
    for (const peer of this.#failed.keys()) if (!peers.includes(peer)) this.#failed.delete(peer);
    const willing = peers.filter((peer) => (this.#failed.get(peer)?.again ?? 0) <= this.#round);
    const asked = willing.map(async (peer) => {
      try {
        return { peer, ...(await network.blocks.status(peer, { timeoutMs: REQUEST_TIMEOUT_MS })) };
      } catch {
        return undefined;
      }
    });
    return (await Promise.all(asked)).flatMap((answer) => answer ?? []);
  }

  /** True when at least one block was applied. A peer that fails or lies is left; another goes on from there. */
  async #takeFrom(peer: PeerId, target: number): Promise<boolean> {
    const { network, log } = this.#ports;
    const start = this.#height();
    log.info({ peer, from: start + 1, to: target }, "block sync");
    while (this.#height() < target && !this.#stopped) {
      const from = this.#height() + 1;
      const count = Math.min(BLOCKS_PER_REQUEST, target - from + 1);
      try {
        const blocks = await network.blocks.range(peer, { from, count }, { timeoutMs: REQUEST_TIMEOUT_MS });
        for (const block of blocks) await this.#apply(peer, block);
        this.#failed.delete(peer);
      } catch (error) {
        if (error instanceof PeerFault) network.host.book.penalise(peer, "bad-block", error.message);
        else if (!isP2pError(error)) throw error;
        log.warn({ peer, height: from, reason: (error as Error).message }, "block sync leaves this peer");
        this.#leaveOut(peer);
        break;
      }
    }
    return this.#height() > start;
  }

  /** Peers that promise blocks and give none, or false ones, must not keep this node from those that have them. */
  #leaveOut(peer: PeerId): void {
    const failures = (this.#failed.get(peer)?.failures ?? 0) + 1;
    const polls = Math.min(2 ** (failures - 1), MAX_POLLS_LEFT_OUT);
    this.#failed.set(peer, { failures, again: this.#round + 1 + polls });
  }

  async #apply(peer: PeerId, bytes: BlockBytes): Promise<void> {
    const { applying, executor, committed } = this.#ports;
    await applying.run(async () => {
      if (this.#stopped || bytes.height !== executor.state.lastHeight + 1) return;
      const commit = this.#verify(bytes);
      try {
        await committed(await executor.apply(bytes.block, commit.blockId, commit));
      } catch (error) {
        if (error instanceof ExecutionError) throw new PeerFault(`block ${bytes.height} of ${peer}: ${error.message}`);
        throw error;
      }
    });
  }

  /** The commit, once it is proven that more than 2/3 of the set decided exactly these bytes. */
  #verify({ height, block, extendedCommit }: BlockBytes): ExtendedCommit {
    const { chainId, validators, params } = this.#ports.executor.state;
    try {
      const commit = decodeExtendedCommit(extendedCommit);
      const blockId = { hash: blockHash(decodeBlock(block)), parts: PartSet.fromBytes(block).header };
      if (!equalBytes(blockId.hash, commit.blockId.hash)) throw new PeerFault("the commit is for another block");
      if (extensionsEnabled(params, height)) verifyExtendedCommit(chainId, validators, blockId, height, commit);
      else {
        verifyCommit(chainId, validators, blockId, height, toCommit(commit));
        if (commit.signatures.some(carriesExtension)) throw new PeerFault("a vote extension before their first height");
      }
      return commit;
    } catch (error) {
      if (error instanceof CommitError) throw new PeerFault(`${error.code}: ${error.message}`);
      throw new PeerFault((error as Error).message);
    }
  }
}

/** What a peer says that it holds. */
interface Answer {
  readonly peer: PeerId;
  readonly base: number;
  readonly height: number;
}

/** Those that have the next block, the highest first. */
function ahead(answers: readonly Answer[], height: number): Answer[] {
  return answers.filter((each) => each.base <= height + 1 && each.height > height).sort((a, b) => b.height - a.height);
}

function carriesExtension({ extension, extensionSignature }: ExtendedCommit["signatures"][number]): boolean {
  return extension.length + extensionSignature.length > 0;
}

class PeerFault extends Error {}

function isP2pError(error: unknown): boolean {
  return error instanceof Error && error.name === "P2pError";
}
