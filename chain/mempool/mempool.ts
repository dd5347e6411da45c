import { toHex } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { MempoolError } from "./errors.ts";

export interface MempoolLimits {
  readonly maxTxs: number;
  /** Bytes of all pooled transactions together. */
  readonly maxBytes: number;
  readonly maxTxBytes: number;
  /** Hashes remembered of transactions that came and went, so that gossip does not bring them back. */
  readonly seenTxs: number;
}

export const DEFAULT_MEMPOOL_LIMITS: MempoolLimits = {
  maxTxs: 5_000,
  maxBytes: 64 * 1024 * 1024,
  maxTxBytes: 1024 * 1024,
  seenTxs: 20_000,
};

/** Bytes that a transaction costs in a block beyond its own: protobuf tag and length of up to 4 MiB. */
export const TX_OVERHEAD_BYTES = 5;

export interface PooledTx {
  readonly tx: Uint8Array;
  readonly hash: string;
  readonly gasWanted: number;
}

/**
 * Transactions that passed CheckTx, in order of arrival. One map is the only container, so that list and index cannot
 * disagree. Gas in units of the application.
 */
export class Mempool {
  readonly #limits: MempoolLimits;
  readonly #pool = new Map<string, PooledTx>();
  readonly #seen = new Map<string, true>();
  #bytes = 0;

  constructor(limits: MempoolLimits = DEFAULT_MEMPOOL_LIMITS) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#pool.size;
  }

  /** Bytes of the pooled transactions. */
  get bytes(): number {
    return this.#bytes;
  }

  has(tx: Uint8Array): boolean {
    return this.#pool.has(txKey(tx));
  }

  /**
   * Before CheckTx: refuses what can't be taken, and remembers the hash, so that one transaction is checked once.
   * @throws MempoolError `too_large`, `known`, `full`
   */
  admit(tx: Uint8Array): void {
    if (tx.length === 0 || tx.length > this.#limits.maxTxBytes) {
      throw new MempoolError(
        "too_large",
        `transaction of ${tx.length} bytes; 1 to ${this.#limits.maxTxBytes} are taken`,
      );
    }
    const hash = txKey(tx);
    if (this.#pool.has(hash) || this.#seen.has(hash))
      throw new MempoolError("known", `transaction ${hash} was seen already`);
    this.#requireRoom(tx);
    this.#remember(hash);
  }

  /** After CheckTx accepted. A second insert of one transaction changes nothing. */
  insert(tx: Uint8Array, gasWanted: number): void {
    const hash = txKey(tx);
    if (this.#pool.has(hash)) return;
    this.#requireRoom(tx);
    this.#pool.set(hash, { tx, hash, gasWanted });
    this.#bytes += tx.length;
  }

  /** A transaction whose check failed may come again: what it lacked can arrive later. */
  forget(tx: Uint8Array): void {
    this.#seen.delete(txKey(tx));
  }

  /** Oldest first, within `maxBytes` encoded and `maxGas` (-1: no limit) together. */
  reap(maxBytes: number, maxGas: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let bytes = 0;
    let gas = 0;
    for (const { tx, gasWanted } of this.#pool.values()) {
      if (bytes + tx.length + TX_OVERHEAD_BYTES > maxBytes) break;
      if (maxGas >= 0 && gas + gasWanted > maxGas) break;
      taken.push(tx);
      bytes += tx.length + TX_OVERHEAD_BYTES;
      gas += gasWanted;
    }
    return taken;
  }

  /** Oldest first, at most `limit`. */
  list(limit: number): readonly PooledTx[] {
    const listed: PooledTx[] = [];
    for (const pooled of this.#pool.values()) {
      if (listed.length >= limit) break;
      listed.push(pooled);
    }
    return listed;
  }

  /** A block holds these: they leave the pool and stay known. */
  committed(txs: readonly Uint8Array[]): void {
    for (const tx of txs) {
      const hash = txKey(tx);
      this.#remove(hash);
      this.#remember(hash);
    }
  }

  /** A recheck after a block refused it. */
  evict(hash: string): void {
    this.#remove(hash);
    this.#seen.delete(hash);
  }

  #requireRoom(tx: Uint8Array): void {
    if (this.#pool.size >= this.#limits.maxTxs || this.#bytes + tx.length > this.#limits.maxBytes) {
      throw new MempoolError(
        "full",
        `mempool is full: ${this.#pool.size} transactions, ${this.#bytes} bytes; try again later`,
      );
    }
  }

  #remove(hash: string): void {
    const pooled = this.#pool.get(hash);
    if (!pooled) return;
    this.#pool.delete(hash);
    this.#bytes -= pooled.tx.length;
  }

  #remember(hash: string): void {
    this.#seen.delete(hash);
    this.#seen.set(hash, true);
    if (this.#seen.size <= this.#limits.seenTxs) return;
    const oldest = this.#seen.keys().next();
    if (!oldest.done) this.#seen.delete(oldest.value);
  }
}

/** Lower-case hex of sha256(tx). */
export function txKey(tx: Uint8Array): string {
  return toHex(sha256(tx));
}
