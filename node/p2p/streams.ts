import { P2pError } from "./errors.ts";
import { encodeFrame } from "./frames.ts";
import type { ChainIdentity, PeerHello } from "./handshake.ts";
import type { Host } from "./host.ts";
import * as limits from "./limits.ts";
import { Links } from "./links.ts";
import type { Lane } from "./outbox.ts";
import { Listeners, type PeerId, type Unsubscribe } from "./ports.ts";

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

/** One long-lived stream to every connected peer, validator or not, for consensus traffic. */
export class DirectStreams {
  readonly #maxFrameBytes: number;
  readonly #host: Host;
  readonly #links: Links;
  readonly #message = new Listeners<[peer: PeerId, payload: Uint8Array]>();
  readonly #up = new Listeners<[peer: PeerId, hello: PeerHello]>();
  readonly #down = new Listeners<[peer: PeerId]>();
  readonly #drain = new Listeners<[peer: PeerId]>();

  constructor(options: DirectStreamsOptions, ports: { readonly host: Host }) {
    const stream = {
      maxFrameBytes: limits.MAX_CONSENSUS_FRAME_BYTES,
      maxOutboxBytes: limits.MAX_OUTBOX_BYTES,
      maxOutboxFrames: limits.MAX_OUTBOX_FRAMES,
      bytesPerSecond: limits.CONSENSUS_BYTES_PER_SECOND,
      burstBytes: limits.CONSENSUS_BURST_BYTES,
      messagesPerSecond: limits.CONSENSUS_MESSAGES_PER_SECOND,
      burstMessages: limits.CONSENSUS_BURST_MESSAGES,
      nowMs: ports.host.nowMs,
      ...options,
    };
    this.#maxFrameBytes = stream.maxFrameBytes;
    this.#host = ports.host;
    const events = {
      onUp: (peer: PeerId, hello: PeerHello) => this.#up.emit(peer, hello),
      onDown: (peer: PeerId) => this.#down.emit(peer),
      onFrame: (peer: PeerId, payload: Uint8Array) => this.#received(peer, payload),
      onDrain: (peer: PeerId) => this.#drain.emit(peer),
    };
    this.#links = new Links({ protocol: options.protocol, stream }, { host: ports.host, events });
  }

  /** Serves the protocol and opens streams to peers as they connect. */
  start(): Promise<void> {
    return this.#links.start();
  }

  stop(): Promise<void> {
    return this.#links.stop();
  }

  /** Peers whose stream is open. */
  peers(): PeerId[] {
    return this.#links.peers();
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
    for (const peer of this.peers()) {
      if (peer !== options.except && this.#sendFrame(peer, frame, options.lane ?? "urgent")) sent++;
    }
    return sent;
  }

  /** Bytes that wait for a slow peer. */
  queuedBytes(peer: PeerId): number {
    return this.#links.open(peer)?.queuedBytes ?? 0;
  }

  /** Messages in the order a peer sent them (within a lane). The payload is the listener's own. */
  onMessage(listener: (peer: PeerId, payload: Uint8Array) => void): Unsubscribe {
    return this.#message.add(listener);
  }

  /** A stream to the peer opened; after a break this comes again, and what was queued before is lost. */
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

  #received(peer: PeerId, payload: Uint8Array): void {
    const { metrics } = this.#host;
    metrics.framesReceived.inc(LABELS);
    metrics.bytesReceived.inc(LABELS, payload.length);
    this.#message.emit(peer, payload);
  }

  #frame(payload: Uint8Array): Uint8Array {
    if (payload.length === 0 || payload.length > this.#maxFrameBytes) {
      throw new P2pError(
        "message-too-large",
        `message of ${payload.length} bytes, 1 to ${this.#maxFrameBytes} can be sent`,
      );
    }
    return encodeFrame(payload);
  }

  #sendFrame(peer: PeerId, frame: Uint8Array, lane: Lane): boolean {
    const stream = this.#links.open(peer);
    if (!stream) return false;
    const { metrics } = this.#host;
    if (!stream.send(frame, lane)) {
      metrics.framesRefused.inc(LABELS);
      return false;
    }
    metrics.framesSent.inc(LABELS);
    metrics.bytesSent.inc(LABELS, frame.length);
    return true;
  }
}

const LABELS = { channel: "direct" };
