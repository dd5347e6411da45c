import { type Message, TopicValidatorResult } from "@libp2p/gossipsub";
import { sha256 } from "../../chain/crypto/hash.ts";
import type { GossipBatch } from "../../proto/gen/openledger/p2p/v1.ts";
import { P2pError, reasonOf } from "./errors.ts";
import { decodeBatch, encodeBatch, type FrameFault, intoFrames } from "./gossip-frame.ts";
import type { Host } from "./host.ts";
import * as limits from "./limits.ts";
import { Listeners, type PeerId, type Unsubscribe } from "./ports.ts";
import { TokenBucket } from "./rate.ts";
import { SeenCache } from "./seen.ts";

/**
 * A verdict over one item.
 *
 * - `accept`: useful; relayed and delivered
 * - `ignore`: not relayed, nobody blamed: stateful reasons (sequence, fee, mempool full), already known
 * - `reject`: invalid whatever the state; not relayed, and the peer that sent it is scored down
 */
export type ItemVerdict =
  | { readonly action: "accept" }
  | { readonly action: "ignore"; readonly code: string }
  | { readonly action: "reject"; readonly code: string };

/** Why a whole frame was ignored before its items were checked. */
export type IgnoreCode = "known" | "rate-limited" | "busy" | "check-failed";

export interface BatchGossipOptions {
  readonly topic: string;
  /** Short name for metrics and logs. */
  readonly name: string;
  readonly maxItemBytes?: number;
  readonly flushMs?: number;
}

export interface BatchGossipPorts {
  readonly host: Host;
  /** Checks items that this node has not accepted before; one verdict for each, in order. */
  readonly check: (items: readonly Uint8Array[], from: PeerId) => Promise<readonly ItemVerdict[]>;
  readonly wallClockMs?: () => number;
}

type FrameVerdict =
  | { readonly action: "accept"; readonly code: string }
  | { readonly action: "ignore"; readonly code: string }
  | { readonly action: "reject"; readonly code: string; readonly malformed: boolean };

/** Items gossiped in batches over one topic. Delivery is not guaranteed, and peers that join later get no history. */
export class BatchGossip {
  readonly #options: Required<BatchGossipOptions>;
  readonly #ports: Required<BatchGossipPorts>;
  readonly #item = new Listeners<[item: Uint8Array, from: PeerId]>();
  readonly #seen = new SeenCache(limits.SEEN_GENERATION_ITEMS);
  readonly #budgets = new Map<PeerId, TokenBucket>();
  #queue: { readonly item: Uint8Array; readonly again: boolean }[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #checking = 0;
  #undo: Unsubscribe | undefined;

  constructor(options: BatchGossipOptions, ports: BatchGossipPorts) {
    this.#options = { maxItemBytes: limits.MAX_GOSSIP_ITEM_BYTES, flushMs: limits.GOSSIP_FLUSH_MS, ...options };
    this.#ports = { wallClockMs: Date.now, ...ports };
  }

  /** Subscribes. The host must run, and its `topics` contain the topic. */
  start(): void {
    const { gossip } = this.#ports.host;
    gossip.topicValidators.set(this.#options.topic, (from, message) => this.#validate(from.toString(), message));
    gossip.subscribe(this.#options.topic);
    this.#undo = this.#ports.host.onPeer({ down: (peer) => this.#budgets.delete(peer) });
  }

  stop(): void {
    this.#undo?.();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { gossip } = this.#ports.host;
    gossip.topicValidators.delete(this.#options.topic);
    if (gossip.getTopics().includes(this.#options.topic)) gossip.unsubscribe(this.#options.topic);
  }

  /**
   * Queues an item of this node for the next frame. An item already gossiped is not sent again. False when the queue
   * is full. Throws `message-too-large` over the item limit.
   */
  publish(item: Uint8Array): boolean {
    if (this.#seen.has(keyOf(item))) return true;
    const queued = this.#enqueue(item, false);
    if (queued) this.#seen.add(keyOf(item));
    return queued;
  }

  /** Queues an item that was gossiped before, for peers that missed it. The caller decides how often. */
  republish(item: Uint8Array): boolean {
    return this.#enqueue(item, true);
  }

  /** Items accepted from peers, each once. */
  onItem(listener: (item: Uint8Array, from: PeerId) => void): Unsubscribe {
    return this.#item.add(listener);
  }

  /** Forgets an item (a tx that left the mempool unexecuted, say), so that it may be received again. */
  forget(item: Uint8Array): void {
    this.#seen.delete(keyOf(item));
  }

  #enqueue(item: Uint8Array, again: boolean): boolean {
    const { maxItemBytes, flushMs, name } = this.#options;
    if (item.length === 0 || item.length > maxItemBytes) {
      throw new P2pError("message-too-large", `${name}: ${item.length} bytes, 1 to ${maxItemBytes} can be gossiped`);
    }
    if (this.#queue.length >= limits.MAX_GOSSIP_QUEUE_ITEMS) return false;
    if (this.#queuedBytes + item.length > limits.MAX_GOSSIP_QUEUE_BYTES) return false;
    this.#queue.push({ item, again });
    this.#queuedBytes += item.length;
    this.#timer ??= setTimeout(() => this.#flush(), flushMs);
    return true;
  }

  #flush(): void {
    this.#timer = undefined;
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    const again = queue.filter((each) => each.again).map((each) => each.item);
    const fresh = queue.filter((each) => !each.again).map((each) => each.item);
    for (const frame of intoFrames(fresh)) this.#send(encodeBatch(frame, 0n));
    // Seconds: the same items re-published by several nodes at once stay one message.
    const salt = BigInt(Math.floor(this.#ports.wallClockMs() / 1000));
    for (const frame of intoFrames(again)) this.#send(encodeBatch(frame, salt));
  }

  #send(data: Uint8Array): void {
    const { host } = this.#ports;
    const labels = { channel: this.#options.name };
    host.metrics.framesSent.inc(labels);
    host.metrics.bytesSent.inc(labels, data.length);
    host.gossip.publish(this.#options.topic, data).catch((error) => {
      host.log.debug({ topic: this.#options.topic, reason: reasonOf(error) }, "gossip frame not published");
    });
  }

  async #validate(from: PeerId, message: Message): Promise<TopicValidatorResult> {
    const { host } = this.#ports;
    const labels = { channel: this.#options.name };
    host.metrics.framesReceived.inc(labels);
    host.metrics.bytesReceived.inc(labels, message.data.length);
    const verdict = await this.#judge(from, message.data);
    host.metrics.gossipVerdicts.inc({ topic: this.#options.name, action: verdict.action, code: verdict.code });
    if (verdict.action === "accept") return TopicValidatorResult.Accept;
    if (verdict.action === "ignore") return TopicValidatorResult.Ignore;
    host.book.penalise(from, verdict.malformed ? "bad-gossip-frame" : "invalid-gossip-item", verdict.code);
    return TopicValidatorResult.Reject;
  }

  async #judge(from: PeerId, data: Uint8Array): Promise<FrameVerdict> {
    if (!this.#budget(from).take(data.length)) {
      this.#ports.host.book.penalise(from, "too-many-requests", `${this.#options.name} gossip`);
      return { action: "ignore", code: "rate-limited" };
    }
    const batch = decodeBatch(data, this.#options.maxItemBytes);
    if (typeof batch === "string") return { action: "reject", code: batch satisfies FrameFault, malformed: true };
    const fresh = batch.items.filter((item) => !this.#seen.has(keyOf(item)));
    // A re-publication is relayed even when known here: a peer behind this node may lack it.
    if (fresh.length === 0)
      return batch.salt > 0n ? { action: "accept", code: "known" } : { action: "ignore", code: "known" };
    if (this.#checking >= limits.MAX_CHECKS_IN_FLIGHT) return { action: "ignore", code: "busy" };
    this.#checking++;
    try {
      return await this.#check(from, batch, fresh);
    } catch (error) {
      this.#ports.host.log.error({ topic: this.#options.topic, reason: reasonOf(error) }, "gossip check failed");
      return { action: "ignore", code: "check-failed" };
    } finally {
      this.#checking--;
    }
  }

  async #check(from: PeerId, batch: GossipBatch, fresh: readonly Uint8Array[]): Promise<FrameVerdict> {
    const verdicts = await this.#ports.check(fresh, from);
    let ignored: string | undefined;
    let useful = fresh.length < batch.items.length;
    for (const [i, item] of fresh.entries()) {
      const verdict = verdicts[i] ?? { action: "ignore", code: "check-failed" };
      if (verdict.action === "reject") return { action: "reject", code: verdict.code, malformed: false };
      if (verdict.action === "ignore") ignored ??= verdict.code;
      else {
        useful = true;
        this.#deliver(item, from);
      }
    }
    return useful ? { action: "accept", code: "ok" } : { action: "ignore", code: ignored ?? "known" };
  }

  #deliver(item: Uint8Array, from: PeerId): void {
    const key = keyOf(item);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#item.emit(item, from);
  }

  #budget(peer: PeerId): TokenBucket {
    const known = this.#budgets.get(peer);
    if (known) return known;
    const rate = { perSecond: limits.GOSSIP_BYTES_PER_SECOND, burst: limits.GOSSIP_BURST_BYTES };
    const budget = new TokenBucket(rate, this.#ports.host.nowMs);
    this.#budgets.set(peer, budget);
    return budget;
  }
}

/** Signed transactions. `check` is the mempool's CheckTx with insertion. */
export class TxGossip extends BatchGossip {
  constructor(options: Omit<BatchGossipOptions, "name">, ports: BatchGossipPorts) {
    super({ ...options, name: "txs" }, ports);
  }

  publishTx(tx: Uint8Array): boolean {
    return this.publish(tx);
  }

  onTx(listener: (tx: Uint8Array, from: PeerId) => void): Unsubscribe {
    return this.onItem(listener);
  }
}

/** Openings of attestation leaves, opaque here; the owner re-publishes until they are in a block. */
export class OpeningGossip extends BatchGossip {
  constructor(options: Omit<BatchGossipOptions, "name">, ports: BatchGossipPorts) {
    super({ ...options, name: "openings" }, ports);
  }
}

function keyOf(item: Uint8Array): string {
  return Buffer.from(sha256(item)).toString("latin1");
}
