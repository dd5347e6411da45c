import { Counter, Gauge, Registry } from "prom-client";

/** Metrics of the network layer. Labels are bounded: never a peer id. */
export interface P2pMetrics {
  readonly peers: Gauge;
  readonly streams: Gauge;
  readonly bytesReceived: Counter<"channel">;
  readonly bytesSent: Counter<"channel">;
  readonly framesReceived: Counter<"channel">;
  readonly framesSent: Counter<"channel">;
  readonly framesRefused: Counter<"channel">;
  readonly gossipVerdicts: Counter<"topic" | "action" | "code">;
  readonly penalties: Counter<"penalty">;
  readonly bans: Counter;
  readonly requests: Counter<"protocol" | "outcome">;
  readonly served: Counter<"protocol" | "outcome">;
}

export function createP2pMetrics(registry: Registry = new Registry()): P2pMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
    new Counter({ name: `openledger_p2p_${name}`, help, labelNames: [...labelNames], registers });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `openledger_p2p_${name}`, help, registers });
  return {
    peers: gauge("peers", "connected peers"),
    streams: gauge("direct_streams", "peers with an open direct stream"),
    bytesReceived: counter("received_bytes_total", "payload bytes received", ["channel"]),
    bytesSent: counter("sent_bytes_total", "payload bytes sent", ["channel"]),
    framesReceived: counter("received_frames_total", "frames received", ["channel"]),
    framesSent: counter("sent_frames_total", "frames sent", ["channel"]),
    framesRefused: counter("refused_frames_total", "frames not queued because the peer's queue was full", ["channel"]),
    gossipVerdicts: counter("gossip_verdicts_total", "verdicts over gossip frames", ["topic", "action", "code"]),
    penalties: counter("penalties_total", "penalties given to peers", ["penalty"]),
    bans: counter("bans_total", "temporary bans"),
    requests: counter("requests_total", "requests sent, by outcome", ["protocol", "outcome"]),
    served: counter("served_requests_total", "requests answered, by outcome", ["protocol", "outcome"]),
  };
}
