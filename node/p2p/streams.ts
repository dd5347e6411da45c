import type { Stream } from "@libp2p/interface";
import { P2pError, reasonOf } from "./errors.ts";
import { encodeFrame } from "./frames.ts";
import type { ChainIdentity, PeerHello } from "./handshake.ts";
import type { Host } from "./host.ts";
import * as limits from "./limits.ts";
import type { Lane } from "./outbox.ts";
import { PeerStream } from "./peer-stream.ts";
import type { Penalty } from "./peers.ts";
import { Listeners, type PeerId, type Unsubscribe } from "./ports.ts";
import { chainsSpoken } from "./protocols.ts";
import { TokenBucket } from "./rate.ts";

export interface DirectStreamsOptions {
  /** `/openledger/<chainId>/consensus/1`. */
  readonly protocol: string;
  readonly self: ChainIdentity;
  readonly maxFrameBytes?: number;
  readonly maxOutboxBytes?: number;
  readonly maxOutboxFrames?: number;
  readonly bytesPerSecond?: number;
  readonly burstBytes?: number;
  readonly messagesPerSecond?: number;
  readonly burstMessages?: number;
}

/** What is known of one connected peer: its stream, and the attempts to open one. */
interface Link {
  stream: PeerStream | undefined;
  opening: AbortController | undefined;
  reopenTimer: NodeJS.Timeout | undefined;
  delayMs: number;
  readonly churn: TokenBucket;
}

/**
 * One long-lived stream to every connected peer, validator or not, for consensus traffic.
 *
 * Of two peers the one with the lower peer id opens the stream, and its newest stream replaces an older one: so both
 * sides always agree which stream is in use. A stream that fails is reopened while the connection lasts.
 */
export class DirectStreams {
  readonly #options: Required<DirectStreamsOptions>;
  readonly #host: Host;
  readonly #links = new Map<PeerId, Link>();
  readonly #message = new Listeners<[peer: PeerId, payload: Uint8Array]>();
  readonly #up = new Listeners<[peer: PeerId, hello: PeerHello]>();
  readonly #down = new Listeners<[peer: PeerId]>();
  readonly #drain = new Listeners<[peer: PeerId]>();
  #undo: Unsubscribe | undefined;
  #ticker: NodeJS.Timeout | undefined;

  constructor(options: DirectStreamsOptions, ports: { readonly host: Host }) {
    this.#host = ports.host;
    this.#options = {
      maxFrameBytes: limits.MAX_CONSENSUS_FRAME_BYTES,
      maxOutboxBytes: limits.MAX_OUTBOX_BYTES,
      maxOutboxFrames: limits.MAX_OUTBOX_FRAMES,
      bytesPerSecond: limits.CONSENSUS_BYTES_PER_SECOND,
      burstBytes: limits.CONSENSUS_BURST_BYTES,
      messagesPerSecond: limits.CONSENSUS_MESSAGES_PER_SECOND,
      burstMessages: limits.CONSENSUS_BURST_MESSAGES,
      ...options,
    };
  }

  /** Serves the protocol and opens streams to peers as they connect. Call before the host starts. */
  async start(): Promise<void> {
    const { protocol } = this.#options;
    await this.#host.handle(protocol, (stream, peer) => this.#onInbound(stream, peer), { maxInboundStreams: 2 });
    this.#undo = this.#host.onPeer({
      up: (peer) => this.#scheduleOpen(peer, 0),
      down: (peer) => this.#forget(peer),
      identified: (peer, protocols) => this.#onIdentified(peer, protocols),
    });
    for (const peer of this.#host.peers()) this.#scheduleOpen(peer, 0);
    this.#ticker = setInterval(() => {
      for (const link of this.#links.values()) link.stream?.tick();
    }, TICK_MS);
    this.#ticker.unref();
  }

  async stop(): Promise<void> {
    this.#undo?.();
    this.#undo = undefined;
    clearInterval(this.#ticker);
    for (const peer of [...this.#links.keys()]) this.#forget(peer);
    await this.#host.unhandle(this.#options.protocol);
  }

  /** Peers whose stream is open. */
  peers(): PeerId[] {
    return [...this.#links].flatMap(([peer, link]) => (link.stream?.isOpen ? [peer] : []));
  }

  /**
   * Queues a message for a peer. False when there is no open stream or its queue is full; then nothing was queued and
   * `onDrain` tells when to try again. A message over the frame limit throws `message-too-large`.
   */
  send(peer: PeerId, payload: Uint8Array, lane: Lane = "urgent"): boolean {
    return this.#sendFrame(peer, this.#frame(payload), lane);
  }

  /** Queues a message for every peer (except one, the peer that it came from, say); the number of peers that took it. */
  broadcast(payload: Uint8Array, options: { readonly except?: PeerId; readonly lane?: Lane } = {}): number {
    const frame = this.#frame(payload);
    let sent = 0;
    for (const peer of this.#links.keys()) {
      if (peer !== options.except && this.#sendFrame(peer, frame, options.lane ?? "urgent")) sent++;
    }
    return sent;
  }

  /** Bytes that wait for a slow peer. */
  queuedBytes(peer: PeerId): number {
    return this.#links.get(peer)?.stream?.queuedBytes ?? 0;
  }

  onMessage(listener: (peer: PeerId, payload: Uint8Array) => void): Unsubscribe {
    return this.#message.add(listener);
  }

  onPeerUp(listener: (peer: PeerId, hello: PeerHello) => void): Unsubscribe {
    return this.#up.add(listener);
  }

  onPeerDown(listener: (peer: PeerId) => void): Unsubscribe {
    return this.#down.add(listener);
  }

  /** A peer whose queue was full has room again. */
  onDrain(listener: (peer: PeerId) => void): Unsubscribe {
    return this.#drain.add(listener);
  }

  #frame(payload: Uint8Array): Uint8Array {
    if (payload.length === 0 || payload.length > this.#options.maxFrameBytes) {
      throw new P2pError(
        "message-too-large",
        `message of ${payload.length} bytes, 1 to ${this.#options.maxFrameBytes} can be sent`,
      );
    }
    return encodeFrame(payload);
  }

  #sendFrame(peer: PeerId, frame: Uint8Array, lane: Lane): boolean {
    const stream = this.#links.get(peer)?.stream;
    if (!stream?.isOpen) return false;
    const queued = stream.send(frame, lane);
    const { metrics } = this.#host;
    if (!queued) metrics.framesRefused.inc({ channel: CHANNEL });
    else {
      metrics.framesSent.inc({ channel: CHANNEL });
      metrics.bytesSent.inc({ channel: CHANNEL }, frame.length);
    }
    return queued;
  }

  #link(peer: PeerId): Link {
    const known = this.#links.get(peer);
    if (known) return known;
    const link: Link = {
      stream: undefined,
      opening: undefined,
      reopenTimer: undefined,
      delayMs: limits.REOPEN_MIN_DELAY_MS,
      churn: new TokenBucket({ perSecond: 0.5, burst: 10 }, this.#host.nowMs),
    };
    this.#links.set(peer, link);
    return link;
  }

  #isOpener(peer: PeerId): boolean {
    return this.#host.peerId < peer;
  }

  #scheduleOpen(peer: PeerId, delayMs: number): void {
    if (!this.#undo || !this.#host.isConnected(peer)) return;
    const link = this.#link(peer);
    if (!this.#isOpener(peer) || link.reopenTimer || link.opening) return;
    link.reopenTimer = setTimeout(() => {
      link.reopenTimer = undefined;
      void this.#open(peer, link);
    }, delayMs);
  }

  async #open(peer: PeerId, link: Link): Promise<void> {
    if (link.stream || !this.#host.isConnected(peer)) return;
    const opening = new AbortController();
    link.opening = opening;
    try {
      const signal = AbortSignal.any([opening.signal, AbortSignal.timeout(limits.HANDSHAKE_TIMEOUT_MS)]);
      const stream = await this.#host.openStream(peer, this.#options.protocol, signal);
      link.opening = undefined;
      if (opening.signal.aborted) stream.abort(new Error("no longer needed"));
      else this.#adopt(peer, link, stream);
    } catch (error) {
      link.opening = undefined;
      this.#host.log.debug({ peer, reason: reasonOf(error) }, "direct stream not opened");
      this.#reopenLater(peer, link);
    }
  }

  #reopenLater(peer: PeerId, link: Link): void {
    if (this.#links.get(peer) !== link || !this.#host.isConnected(peer)) return;
    this.#scheduleOpen(peer, link.delayMs);
    link.delayMs = Math.min(link.delayMs * 2, limits.REOPEN_MAX_DELAY_MS);
  }

  #onInbound(stream: Stream, peer: PeerId): void {
    const link = this.#link(peer);
    if (this.#isOpener(peer)) {
      this.#host.book.penalise(peer, "stream-churn", "opened a stream in the wrong direction");
      stream.abort(new Error("the peer with the lower id opens the stream"));
      return;
    }
    if (!link.churn.take(1)) {
      this.#host.book.penalise(peer, "stream-churn", "reopens its stream too often");
      stream.abort(new Error("too many streams"));
      return;
    }
    link.stream?.close();
    this.#adopt(peer, link, stream);
  }

  #adopt(peer: PeerId, link: Link, stream: Stream): void {
    let opened = false;
    const adopted: PeerStream = new PeerStream(
      stream,
      { ...this.#options, nowMs: this.#host.nowMs },
      {
        onOpen: (hello) => {
          opened = true;
          link.delayMs = limits.REOPEN_MIN_DELAY_MS;
          this.#host.book.describe(peer, hello);
          this.#countStreams();
          this.#host.log.info({ peer, moniker: hello.moniker }, "peer joined");
          this.#up.emit(peer, hello);
        },
        onFrame: (payload) => {
          const { metrics } = this.#host;
          metrics.framesReceived.inc({ channel: CHANNEL });
          metrics.bytesReceived.inc({ channel: CHANNEL }, payload.length);
          this.#message.emit(peer, payload);
        },
        onDrain: () => this.#drain.emit(peer),
        onClose: (error) => {
          if (link.stream === adopted) link.stream = undefined;
          this.#countStreams();
          if (opened) this.#down.emit(peer);
          this.#onClosed(peer, link, error);
        },
      },
    );
    link.stream = adopted;
    adopted.start();
  }

  #onClosed(peer: PeerId, link: Link, error: P2pError | undefined): void {
    if (error?.code === "wrong-chain") {
      this.#refuse(peer, error.message);
      return;
    }
    const penalty = error && PENALTY_OF[error.code];
    if (penalty) this.#host.book.penalise(peer, penalty, error.message);
    if (error) this.#host.log.debug({ peer, code: error.code, reason: error.message }, "direct stream closed");
    this.#reopenLater(peer, link);
  }

  #onIdentified(peer: PeerId, protocols: readonly string[]): void {
    if (protocols.includes(this.#options.protocol)) return;
    const others = chainsSpoken(protocols);
    if (others.length === 0) {
      this.#host.log.debug({ peer }, "peer does not run this network's program");
      return;
    }
    const own = this.#options.self.chainId;
    this.#refuse(
      peer,
      `wrong genesis: it runs chain "${others.join(", ")}", this node runs chain "${own}". ` +
        "Use the network's genesis.json, or remove that peer from the configuration",
    );
  }

  #refuse(peer: PeerId, reason: string): void {
    this.#host.log.warn({ peer, reason }, `refused peer: ${reason}`);
    this.#host.book.penalise(peer, "wrong-chain", reason);
  }

  #forget(peer: PeerId): void {
    const link = this.#links.get(peer);
    if (!link) return;
    this.#links.delete(peer);
    clearTimeout(link.reopenTimer);
    link.opening?.abort();
    link.stream?.close();
  }

  #countStreams(): void {
    this.#host.metrics.streams.set(this.peers().length);
  }
}

const CHANNEL = "direct";
const TICK_MS = 5_000;

const PENALTY_OF: Partial<Record<P2pError["code"], Penalty>> = {
  "frame-too-large": "oversize-frame",
  "frame-malformed": "malformed-frame",
  timeout: "handshake-timeout",
};
