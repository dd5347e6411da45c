import { RequestCheckTx, ResponseCheckTx } from "cosmjs-types/tendermint/abci/types";
import { MempoolError } from "../../chain/mempool/errors.ts";
import { Mempool, type MempoolLimits, TX_OVERHEAD_BYTES } from "../../chain/mempool/mempool.ts";
import { type AppClient, AppHostError } from "../app/client.ts";
import type { ItemVerdict } from "../p2p/index.ts";

/** Rechecked after a block, oldest first; the rest is checked again when it is proposed. */
const MAX_RECHECKS = 1_000;
/** Rechecks that the application is given at once. */
const RECHECK_BATCH = 100;
/** Checks of a new transaction, when commits come between. */
const MAX_TRIES = 3;
/** Consensus waits for rechecks: no longer than its pause between two blocks. */
const RECHECK_MS = 250;

/** Gossip promises no delivery: a transaction that no block took in this many is told to the network again. */
const REPUBLISH_EVERY_BLOCKS = 10;
/** Transactions told again after one block, oldest first. */
const MAX_REPUBLISHED = 64;

/** Code and codespace of CheckTx answers that the application never saw. */
export const MEMPOOL_CODESPACE = "mempool";
const MEMPOOL_CODES = { too_large: 21, known: 19, full: 20 } as const;

/** SDK's ErrTxInMempoolCache, which clients that retry a broadcast expect. */
const NEW = 0;
const RECHECK = 1;

export interface MempoolPorts {
  readonly app: AppClient;
  /** Tells other nodes of a transaction that came in here; false when the queue to them is full. */
  readonly publish: (tx: Uint8Array) => boolean;
  /** Tells them again. */
  readonly republish: (tx: Uint8Array) => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs?: () => number;
}

/** Transactions from wallets and peers on their way to a block. */
export class MempoolService {
  readonly #pool: Mempool;
  readonly #ports: MempoolPorts;
  readonly #nowMs: () => number;
  /** Set while the application commits and the pooled transactions are checked again. */
  #hold: PromiseWithResolvers<void> | undefined;
  #commits = 0;
  /** Blocks that each pooled transaction has seen go by, by hash. */
  #waited: ReadonlyMap<string, number> = new Map();

  constructor(limits: MempoolLimits, ports: MempoolPorts) {
    this.#pool = new Mempool(limits);
    this.#ports = ports;
    this.#nowMs = ports.nowMs ?? (() => performance.now());
  }

  get count(): number {
    return this.#pool.count;
  }

  get bytes(): number {
    return this.#pool.bytes;
  }

  list(limit: number): readonly Uint8Array[] {
    return this.#pool.list(limit).map(({ tx }) => tx);
  }

  reap(maxBytes: number, maxGas: number): Uint8Array[] {
    return this.#pool.reap(maxBytes - TX_OVERHEAD_BYTES, maxGas);
  }

  /** From a wallet: checked, pooled and gossiped. The answer is CheckTx's, or the pool's own refusal in its shape. */
  async add(tx: Uint8Array): Promise<ResponseCheckTx> {
    const response = await this.#check(tx);
    if (response.code === 0) this.#ports.publish(tx);
    return response;
  }

  /** From gossip: a batch of transactions of one peer. */
  async receive(txs: readonly Uint8Array[]): Promise<ItemVerdict[]> {
    const verdicts: ItemVerdict[] = [];
    for (const tx of txs) {
      const { code, codespace } = await this.#check(tx);
      // A transaction may fail here and pass at the sender: states differ by a block. It is not passed on, nor blamed.
      verdicts.push(code === 0 ? { action: "accept" } : { action: "ignore", code: `${codespace}/${code}` });
    }
    return verdicts;
  }

  /**
   * The application is about to commit: what it checks against starts anew. New transactions wait until `committed` has
   * checked the pooled ones again, for they may follow on these.
   */
  hold(): void {
    this.#hold ??= Promise.withResolvers();
    this.#commits++;
  }

  /** A block is applied: its transactions leave, the rest is checked against the new state. */
  async committed(txs: readonly Uint8Array[]): Promise<void> {
    try {
      this.#pool.committed(txs);
      await this.#recheck();
      this.#tellAgain();
    } finally {
      this.#hold?.resolve();
      this.#hold = undefined;
    }
  }

  /** In batches, so that no other check comes between two that follow on each other. */
  async #recheck(): Promise<void> {
    const until = this.#nowMs() + RECHECK_MS;
    const pooled = this.#pool.list(MAX_RECHECKS);
    for (let from = 0; from < pooled.length && this.#nowMs() < until; from += RECHECK_BATCH) {
      const batch = pooled.slice(from, from + RECHECK_BATCH);
      const answers = await Promise.all(batch.map(({ tx }) => this.#ask(tx, RECHECK)));
      for (const [i, { hash }] of batch.entries()) if ((answers[i]?.code ?? 0) !== 0) this.#pool.evict(hash);
    }
  }

  #tellAgain(): void {
    const waited = new Map<string, number>();
    let told = 0;
    for (const { tx, hash } of this.#pool.list(MAX_RECHECKS)) {
      const blocks = (this.#waited.get(hash) ?? 0) + 1;
      const due = blocks % REPUBLISH_EVERY_BLOCKS === 0 && told < MAX_REPUBLISHED;
      if (due && this.#ports.republish(tx)) told++;
      waited.set(hash, blocks);
    }
    this.#waited = waited;
  }

  async #check(tx: Uint8Array): Promise<ResponseCheckTx> {
    try {
      this.#pool.admit(tx);
      const response = await this.#askNew(tx);
      if (response?.code === 0) this.#pool.insert(tx, Number(response.gasWanted));
      else this.#pool.forget(tx);
      return response ?? refusal("full", "the node has too many transactions to check; try again later");
    } catch (error) {
      if (!(error instanceof MempoolError)) throw error;
      // The pool may have filled up during the check; the transaction may come again when it has room.
      if (error.code === "full") this.#pool.forget(tx);
      const text = error.code === "known" ? `tx already exists in cache: ${error.message}` : error.message;
      return refusal(error.code, text);
    }
  }

  /** A refusal that may be due to a commit meanwhile, which forgot what the transaction follows on, does not stand. */
  async #askNew(tx: Uint8Array): Promise<ResponseCheckTx | undefined> {
    for (let tries = 1; ; tries++) {
      while (this.#hold) await this.#hold.promise;
      const commits = this.#commits;
      const response = await this.#ask(tx, NEW);
      if (!response || response.code === 0 || commits === this.#commits || tries === MAX_TRIES) return response;
    }
  }

  /** CheckTx; undefined when the application has too many calls waiting to say. */
  async #ask(tx: Uint8Array, type: typeof NEW | typeof RECHECK): Promise<ResponseCheckTx | undefined> {
    try {
      return await this.#ports.app.checkTx(RequestCheckTx.fromPartial({ tx, type }));
    } catch (error) {
      if (error instanceof AppHostError && error.code === "busy") return undefined;
      throw error;
    }
  }
}

function refusal(code: keyof typeof MEMPOOL_CODES, log: string): ResponseCheckTx {
  return ResponseCheckTx.fromPartial({ code: MEMPOOL_CODES[code], codespace: MEMPOOL_CODESPACE, log });
}
