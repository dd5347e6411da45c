import type { GossipSub } from "@libp2p/gossipsub";
import type { Identify } from "@libp2p/identify";
import type { Connection, PeerId as Libp2pPeerId, Stream } from "@libp2p/interface";
import type { Ping } from "@libp2p/ping";
import { multiaddr } from "@multiformats/multiaddr";
import type { Libp2p } from "libp2p";
import { type PeerAddress, parsePeerAddress } from "./addresses.ts";
import { P2pError, reasonOf } from "./errors.ts";
import * as limits from "./limits.ts";
import { explainListenError } from "./listen-error.ts";
import type { P2pMetrics } from "./metrics.ts";
import type { PeerBook, PeerSnapshot } from "./peers.ts";
import { Listeners, type NodeLog, type NowMs, type PeerId, type Unsubscribe } from "./ports.ts";
import { Redialler } from "./redial.ts";

export interface PeerListener {
  readonly up?: (peer: PeerId) => void;
  readonly down?: (peer: PeerId) => void;
  /** The protocols that a peer speaks became known. */
  readonly identified?: (peer: PeerId, protocols: readonly string[]) => void;
}

/** The libp2p node under a host. */
export type Node = Libp2p<{ identify: Identify; ping: Ping; gossip: GossipSub }>;

export interface HostSetup {
  readonly persistent: readonly PeerAddress[];
  readonly bootstrap: readonly PeerAddress[];
  readonly discover: boolean;
  readonly gossipCheckMs: number;
}

export interface HostParts {
  readonly node: Node;
  readonly book: PeerBook;
  readonly log: NodeLog;
  readonly metrics: P2pMetrics;
  readonly nowMs: NowMs;
}

/** This node on the network: connections, and streams by protocol. */
export class Host {
  readonly peerId: PeerId;
  readonly book: PeerBook;
  readonly log: NodeLog;
  readonly metrics: P2pMetrics;
  readonly nowMs: NowMs;
  readonly #node: Node;
  readonly #setup: HostSetup;
  readonly #redialler: Redialler;
  readonly #connected = new Map<PeerId, Libp2pPeerId>();
  readonly #up = new Listeners<[peer: PeerId]>();
  readonly #down = new Listeners<[peer: PeerId]>();
  readonly #deaf = new Set<PeerId>();
  #healer: NodeJS.Timeout | undefined;
  readonly #identified = new Listeners<[peer: PeerId, protocols: readonly string[]]>();

  constructor(setup: HostSetup, parts: HostParts) {
    this.#node = parts.node;
    this.#setup = setup;
    this.book = parts.book;
    this.log = parts.log;
    this.metrics = parts.metrics;
    this.nowMs = parts.nowMs;
    this.peerId = parts.node.peerId.toString();
    this.#redialler = new Redialler(setup.persistent, {
      log: parts.log,
      nowMs: parts.nowMs,
      isConnected: (peer) => this.#connected.has(peer),
      dial: (target) => this.#dial(target),
    });
    this.#listen();
  }

  /** Listens and starts dialling. Throws `port-in-use` or `listen-failed` with what to do. */
  async start(): Promise<void> {
    try {
      await this.#node.start();
    } catch (error) {
      throw explainListenError(error);
    }
    this.#redialler.start();
    this.#healer = setInterval(() => this.#healGossip(), this.#setup.gossipCheckMs);
    this.#healer.unref();
    for (const target of this.#setup.bootstrap) this.#dialOnce(target);
  }

  async stop(): Promise<void> {
    this.#redialler.stop();
    clearInterval(this.#healer);
    await this.#node.stop();
    // libp2p tells of no disconnections while it stops.
    for (const id of [...this.#connected.values()]) this.#onPeerDown(id);
  }

  /** Own addresses, each ending in `/p2p/<peer id>`. */
  get addrs(): string[] {
    return this.#node.getMultiaddrs().map((address) => address.toString());
  }

  /** gossipsub of this host. */
  get gossip(): GossipSub {
    return this.#node.services.gossip;
  }

  /** Connected peers. */
  peers(): PeerId[] {
    return [...this.#connected.keys()];
  }

  isConnected(peer: PeerId): boolean {
    return this.#connected.has(peer);
  }

  /** Connected peers with address, direction, score and names, for RPC. */
  snapshot(): PeerSnapshot[] {
    return this.book.snapshot();
  }

  onPeer(listener: PeerListener): Unsubscribe {
    const undo = [
      listener.up && this.#up.add(listener.up),
      listener.down && this.#down.add(listener.down),
      listener.identified && this.#identified.add(listener.identified),
    ];
    return () => {
      for (const each of undo) each?.();
    };
  }

  /** Connects to `/ip4/HOST/tcp/PORT/p2p/NODE_ID` once. Throws `dial-failed`. */
  async connect(address: string): Promise<PeerId> {
    const target = parsePeerAddress(address);
    await this.#dial(target);
    return target.peer;
  }

  /** Closes all connections to a peer; at the latest after a second, whether or not it answers. */
  async disconnect(peer: PeerId): Promise<void> {
    const id = this.#connected.get(peer);
    if (id) await this.#node.hangUp(id, { signal: AbortSignal.timeout(HANG_UP_TIMEOUT_MS) }).catch(() => undefined);
  }

  /** Serves a protocol; at most `maxInboundStreams` streams of it a connection. */
  async handle(
    protocol: string,
    handler: (stream: Stream, peer: PeerId) => void,
    options: { readonly maxInboundStreams: number },
  ): Promise<void> {
    const onStream = (stream: Stream, connection: Connection): void =>
      handler(stream, connection.remotePeer.toString());
    await this.#node.handle(protocol, onStream, { ...options, maxOutboundStreams: limits.MAX_STREAMS_PER_CONNECTION });
  }

  async unhandle(protocol: string): Promise<void> {
    await this.#node.unhandle(protocol);
  }

  /** Opens a stream over an existing connection. Throws `not-connected`, `unsupported-protocol` or `closed`. */
  async openStream(peer: PeerId, protocol: string, signal: AbortSignal): Promise<Stream> {
    const id = this.#connected.get(peer);
    const connection = id && this.#node.getConnections(id).find((each) => each.status === "open");
    if (!connection) throw new P2pError("not-connected", `no connection to peer ${peer}`, { peer });
    try {
      return await connection.newStream(protocol, { signal });
    } catch (error) {
      if (error instanceof Error && error.name === "UnsupportedProtocolError") {
        throw new P2pError("unsupported-protocol", `peer ${peer} does not speak ${protocol}`, { peer, cause: error });
      }
      if (signal.aborted) throw new P2pError("timeout", `peer ${peer} did not open ${protocol}`, { peer });
      throw new P2pError("closed", `stream ${protocol} to ${peer}: ${reasonOf(error)}`, { peer, cause: error });
    }
  }

  /** Waits until the protocols and connections of a peer are settled; used by `ping`-like health checks. */
  async ping(peer: PeerId): Promise<number> {
    return this.#node.services.ping.ping(multiaddr(`/p2p/${peer}`), { signal: AbortSignal.timeout(5_000) });
  }

  #listen(): void {
    this.#node.addEventListener("connection:open", ({ detail }) => this.#onConnection(detail));
    this.#node.addEventListener("peer:connect", ({ detail }) => this.#onPeerUp(detail));
    this.#node.addEventListener("peer:disconnect", ({ detail }) => this.#onPeerDown(detail));
    this.#node.addEventListener("peer:identify", ({ detail }) => {
      this.#identified.emit(detail.peerId.toString(), detail.protocols);
    });
    this.#node.addEventListener("peer:discovery", ({ detail }) => {
      if (!this.#setup.discover || this.#connected.has(detail.id.toString())) return;
      const address = detail.multiaddrs[0];
      if (address) this.#dialOnce({ peer: detail.id.toString(), address });
    });
    this.book.onBan((peer) => void this.disconnect(peer));
  }

  #onConnection(connection: Connection): void {
    this.book.connected(connection.remotePeer.toString(), {
      remoteAddress: connection.remoteAddr.toString(),
      direction: connection.direction,
    });
  }

  #onPeerUp(id: Libp2pPeerId): void {
    const peer = id.toString();
    this.#connected.set(peer, id);
    this.metrics.peers.set(this.#connected.size);
    this.log.debug({ peer }, "peer connected");
    if (this.book.isPersistent(peer)) void this.#tagPersistent(id);
    this.#redialler.up(peer);
    this.#up.emit(peer);
  }

  #onPeerDown(id: Libp2pPeerId): void {
    const peer = id.toString();
    this.#connected.delete(peer);
    this.#deaf.delete(peer);
    this.book.disconnected(peer);
    this.metrics.peers.set(this.#connected.size);
    this.log.debug({ peer }, "peer disconnected");
    this.#redialler.down(peer);
    this.#down.emit(peer);
  }

  /** The tag keeps the connection when libp2p prunes to its limit. */
  async #tagPersistent(id: Libp2pPeerId): Promise<void> {
    await this.#node.peerStore
      .merge(id, { tags: { [PERSISTENT_TAG]: { value: 100 } } })
      .catch((error) => this.log.debug({ reason: reasonOf(error) }, "persistent peer not tagged"));
  }

  /**
   * gossipsub opens its stream to a peer once, after libp2p identified the peer: when that failed (a busy machine) or
   * the stream broke (the peer was too slow), nothing opens it again while the connection lasts. A peer found
   * without one twice is disconnected; the next connection starts afresh.
   */
  #healGossip(): void {
    const { streamsOutbound } = this.gossip as unknown as { readonly streamsOutbound: ReadonlyMap<PeerId, unknown> };
    for (const peer of this.peers()) {
      if (streamsOutbound.has(peer)) this.#deaf.delete(peer);
      else if (!this.#deaf.has(peer)) this.#deaf.add(peer);
      else {
        this.#deaf.delete(peer);
        this.log.info({ peer }, "no gossip stream to the peer, reconnecting");
        void this.disconnect(peer);
      }
    }
  }

  #dialOnce(target: PeerAddress): void {
    this.#dial(target).catch((error) => {
      this.log.info({ peer: target.peer, reason: reasonOf(error) }, "peer not reachable");
    });
  }

  async #dial(target: PeerAddress): Promise<void> {
    try {
      await this.#node.dial(target.address, { signal: AbortSignal.timeout(limits.DIAL_TIMEOUT_MS) });
    } catch (error) {
      const reason = `can't connect to ${target.address.toString()} (${reasonOf(error)})`;
      throw new P2pError("dial-failed", reason, { peer: target.peer, cause: error });
    }
  }
}

const PERSISTENT_TAG = "openledger-persistent";
const HANG_UP_TIMEOUT_MS = 1_000;
