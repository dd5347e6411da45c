import type { Stream } from "@libp2p/interface";
import { type P2pError, reasonOf } from "./errors.ts";
import type { PeerHello } from "./handshake.ts";
import type { Host } from "./host.ts";
import { HANDSHAKE_TIMEOUT_MS, REOPEN_MAX_DELAY_MS, REOPEN_MIN_DELAY_MS } from "./limits.ts";
import { PeerStream, type PeerStreamOptions } from "./peer-stream.ts";
import type { Penalty } from "./peers.ts";
import type { PeerId, Unsubscribe } from "./ports.ts";
import { chainsSpoken } from "./protocols.ts";
import { TokenBucket } from "./rate.ts";

export interface LinkEvents {
  readonly onUp: (peer: PeerId, hello: PeerHello) => void;
  readonly onDown: (peer: PeerId) => void;
  readonly onFrame: (peer: PeerId, payload: Uint8Array) => void;
  readonly onDrain: (peer: PeerId) => void;
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
 * Keeps one stream to every connected peer. Of two peers the one with the lower peer id opens the stream, and its
 * newest stream replaces an older one: so both sides always agree which stream is in use. A stream that fails is
 * reopened, with doubling delays, while the connection lasts.
 */
export class Links {
  readonly #protocol: string;
  readonly #streamOptions: PeerStreamOptions;
  readonly #host: Host;
  readonly #events: LinkEvents;
  readonly #links = new Map<PeerId, Link>();
  #undo: Unsubscribe | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #tickedAtMs = 0;

  constructor(
    options: { readonly protocol: string; readonly stream: PeerStreamOptions },
    ports: { readonly host: Host; readonly events: LinkEvents },
  ) {
    this.#protocol = options.protocol;
    this.#streamOptions = options.stream;
    this.#host = ports.host;
    this.#events = ports.events;
  }

  async start(): Promise<void> {
    await this.#host.handle(this.#protocol, (stream, peer) => this.#onInbound(stream, peer), { maxInboundStreams: 2 });
    this.#undo = this.#host.onPeer({
      up: (peer) => this.#scheduleOpen(peer, 0),
      down: (peer) => this.#forget(peer),
      identified: (peer, protocols) => this.#onIdentified(peer, protocols),
    });
    for (const peer of this.#host.peers()) this.#scheduleOpen(peer, 0);
    this.#tickedAtMs = this.#host.nowMs();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#ticker.unref();
  }

  async stop(): Promise<void> {
    this.#undo?.();
    this.#undo = undefined;
    clearInterval(this.#ticker);
    for (const peer of [...this.#links.keys()]) this.#forget(peer);
    await this.#host.unhandle(this.#protocol);
  }

  /** The open stream of a peer. */
  open(peer: PeerId): PeerStream | undefined {
    const stream = this.#links.get(peer)?.stream;
    return stream?.isOpen ? stream : undefined;
  }

  /** Peers whose stream is open. */
  peers(): PeerId[] {
    return [...this.#links.keys()].filter((peer) => this.open(peer));
  }

  #tick(): void {
    const now = this.#host.nowMs();
    const late = now - this.#tickedAtMs > 3 * TICK_MS;
    this.#tickedAtMs = now;
    for (const [peer, link] of this.#links) {
      if (!link.stream?.tick(late)) continue;
      this.#host.log.info({ peer }, "peer is silent, reconnecting");
      void this.#host.disconnect(peer);
    }
  }

  #link(peer: PeerId): Link {
    const known = this.#links.get(peer);
    if (known) return known;
    const link: Link = {
      stream: undefined,
      opening: undefined,
      reopenTimer: undefined,
      delayMs: REOPEN_MIN_DELAY_MS,
      churn: new TokenBucket(CHURN, this.#host.nowMs),
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
      const signal = AbortSignal.any([opening.signal, AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS)]);
      const stream = await this.#host.openStream(peer, this.#protocol, signal);
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
    if (this.#links.get(peer) !== link) return;
    this.#scheduleOpen(peer, link.delayMs);
    link.delayMs = Math.min(link.delayMs * 2, REOPEN_MAX_DELAY_MS);
  }

  #onInbound(stream: Stream, peer: PeerId): void {
    const link = this.#link(peer);
    const refusal = this.#isOpener(peer)
      ? "opened a stream in the wrong direction"
      : link.churn.take(1)
        ? undefined
        : "reopens its stream too often";
    if (refusal) {
      this.#host.book.penalise(peer, "stream-churn", refusal);
      stream.abort(new Error(refusal));
      return;
    }
    link.stream?.close();
    this.#adopt(peer, link, stream);
  }

  #adopt(peer: PeerId, link: Link, stream: Stream): void {
    let isUp = false;
    const adopted: PeerStream = new PeerStream(stream, this.#streamOptions, {
      onOpen: (hello) => {
        isUp = true;
        link.delayMs = REOPEN_MIN_DELAY_MS;
        this.#host.book.describe(peer, hello);
        this.#host.metrics.streams.inc();
        this.#host.log.info({ peer, moniker: hello.moniker }, "peer joined");
        this.#events.onUp(peer, hello);
      },
      onFrame: (payload) => this.#events.onFrame(peer, payload),
      onDrain: () => this.#events.onDrain(peer),
      onClose: (error) => {
        if (link.stream === adopted) link.stream = undefined;
        if (isUp) {
          this.#host.metrics.streams.dec();
          this.#events.onDown(peer);
        }
        this.#onClosed(peer, link, error);
      },
    });
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
    if (protocols.includes(this.#protocol)) return;
    const others = chainsSpoken(protocols);
    if (others.length === 0) {
      this.#host.log.debug({ peer }, "peer does not run this network's program");
      return;
    }
    const own = this.#streamOptions.self.chainId;
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
}

const TICK_MS = 1_000;
/** Streams that a peer may open: ten at once, then one in two seconds. */
const CHURN = { perSecond: 0.5, burst: 10 };

const PENALTY_OF: Partial<Record<P2pError["code"], Penalty>> = {
  "frame-too-large": "oversize-frame",
  "frame-malformed": "malformed-frame",
  timeout: "handshake-timeout",
};
