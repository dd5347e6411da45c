import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import type { ConnectionGater, PeerId as Libp2pPeerId } from "@libp2p/interface";
import { mdns } from "@libp2p/mdns";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { createLibp2p } from "libp2p";
import { parseListenAddress, parsePeerAddress } from "./addresses.ts";
import { P2pError } from "./errors.ts";
import { Host, type Node } from "./host.ts";
import { nodeKeyOf, peerIdOf } from "./identity.ts";
import * as limits from "./limits.ts";
import { createP2pMetrics, type P2pMetrics } from "./metrics.ts";
import { PeerBook, type PeerBookOptions } from "./peers.ts";
import { type NodeLog, type NowMs, type PeerId, SILENT_LOG } from "./ports.ts";
import { gossipService } from "./topics.ts";

export interface HostOptions {
  /** Such as `/ip4/0.0.0.0/tcp/26656`; port 0 lets the system choose. */
  readonly listen: readonly string[];
  /** Addresses told to peers instead of the listen addresses (behind NAT). */
  readonly announce?: readonly string[];
  /** 32-byte ed25519 seed of the node key. */
  readonly privateKey: Uint8Array;
  /** Kept connected for ever: `/ip4/HOST/tcp/PORT/p2p/NODE_ID`. */
  readonly persistentPeers?: readonly string[];
  /** Dialled at start, not redialled. */
  readonly bootstrapPeers?: readonly string[];
  readonly maxPeers?: number;
  /** Finds peers on the local network by multicast; off unless asked for. */
  readonly mdns?: boolean;
  /** Gossip topics that exist on this host. */
  readonly topics?: readonly string[];
  /** Time between checks that every peer has its gossip stream. */
  readonly gossipCheckMs?: number;
  readonly peerBook?: Omit<PeerBookOptions, "persistentPeers">;
}

export interface HostPorts {
  readonly log?: NodeLog;
  readonly metrics?: P2pMetrics;
  readonly nowMs?: NowMs;
}

/** Creates a host that does not listen or dial until `start`. Throws `bad-address` or `bad-option`. */
export async function createHost(options: HostOptions, ports: HostPorts = {}): Promise<Host> {
  const log = ports.log ?? SILENT_LOG;
  const metrics = ports.metrics ?? createP2pMetrics();
  const nowMs = ports.nowMs ?? (() => performance.now());
  const self = await peerIdOf(options.privateKey);
  // A network's peer list is often the same file everywhere: a node finds itself in it.
  const others = (texts: readonly string[] = []) => texts.map(parsePeerAddress).filter(({ peer }) => peer !== self);
  const persistent = others(options.persistentPeers);
  const bootstrap = others(options.bootstrapPeers);
  const maxPeers = options.maxPeers ?? limits.DEFAULT_MAX_PEERS;
  if (!Number.isSafeInteger(maxPeers) || maxPeers < 1) throw new P2pError("bad-option", `maxPeers is ${maxPeers}`);
  const persistentPeers = persistent.map(({ peer }) => peer);
  const book = new PeerBook({ ...options.peerBook, persistentPeers }, { log, metrics, nowMs });
  const gate = connectionGate(book, maxPeers);
  const node = await createNode(options, { maxPeers, gater: gate.gater, book });
  const setup = {
    persistent,
    bootstrap,
    discover: options.mdns ?? false,
    gossipCheckMs: options.gossipCheckMs ?? limits.GOSSIP_CHECK_MS,
  };
  const host = new Host(setup, { node, book, log, metrics, nowMs });
  gate.connectedPeers = () => host.peers();
  return host;
}

interface NodeParts {
  readonly maxPeers: number;
  readonly gater: ConnectionGater;
  readonly book: PeerBook;
}

async function createNode(options: HostOptions, { maxPeers, gater, book }: NodeParts): Promise<Node> {
  return createLibp2p({
    start: false,
    privateKey: await nodeKeyOf(options.privateKey),
    addresses: {
      listen: options.listen.map((text) => parseListenAddress(text).toString()),
      announce: [...(options.announce ?? [])],
    },
    transports: [tcp({ maxConnections: maxPeers * 2 + limits.MAX_PENDING_INBOUND_CONNECTIONS })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: limits.MAX_STREAMS_PER_CONNECTION,
        maxOutboundStreams: limits.MAX_STREAMS_PER_CONNECTION,
        streamOptions: { maxStreamWindowSize: limits.MAX_STREAM_WINDOW_BYTES },
      }),
    ],
    peerDiscovery: options.mdns ? [mdns()] : [],
    connectionGater: gater,
    connectionManager: {
      // Two peers that dial each other at once have two connections.
      maxConnections: maxPeers * 2,
      inboundConnectionThreshold: limits.INBOUND_CONNECTIONS_PER_SECOND,
      maxIncomingPendingConnections: limits.MAX_PENDING_INBOUND_CONNECTIONS,
      dialTimeout: limits.DIAL_TIMEOUT_MS,
      reconnectRetries: 0,
    },
    // A busy machine answers pings late; that is no reason to drop its connections (links.ts notices silent peers).
    connectionMonitor: { abortConnectionOnPingFailure: false },
    services: {
      identify: identify({ timeout: limits.IDENTIFY_TIMEOUT_MS }),
      ping: ping(),
      gossip: gossipService({ topics: options.topics ?? [], scoreOf: (peer) => book.score(peer) }),
    },
  });
}

/** Refuses banned peers, and new inbound peers beyond the limit. */
function connectionGate(
  book: PeerBook,
  maxPeers: number,
): { readonly gater: ConnectionGater; connectedPeers: () => readonly PeerId[] } {
  const gate = {
    connectedPeers: (): readonly PeerId[] => [],
    gater: {
      denyDialPeer: (id: Libp2pPeerId) => book.isBanned(id.toString()),
      denyInboundEncryptedConnection: (id: Libp2pPeerId) => {
        const peer = id.toString();
        if (book.isBanned(peer)) return true;
        const connected = gate.connectedPeers();
        return connected.length >= maxPeers && !connected.includes(peer) && !book.isPersistent(peer);
      },
    },
  };
  return gate;
}
