import { MAX_REMEMBERED_PEERS } from "./limits.ts";
import type { P2pMetrics } from "./metrics.ts";
import { Listeners, type NodeLog, type NowMs, type PeerId, type Unsubscribe } from "./ports.ts";

/** What a peer can do wrong and how many points it costs. At -100 the peer is banned for a while: two of 51, three of 34. */
export const PENALTIES = {
  /** Another chain id or genesis: can never be useful. */
  "wrong-chain": 100,
  /** A frame longer than the limit. */
  "oversize-frame": 51,
  /** Bytes that are not a frame, a handshake or a protobuf message of the protocol. */
  "malformed-frame": 51,
  /** No Hello within the limit. */
  "handshake-timeout": 20,
  /** Opens direct streams too often, or in the direction that is not its own. */
  "stream-churn": 5,
  /** A gossip frame that breaks its form: too many items, empty items, not canonical. */
  "bad-gossip-frame": 34,
  /** A gossip item that can be seen to be invalid whatever the state (undecodable, wrong signature). */
  "invalid-gossip-item": 10,
  /** A consensus message that can't be honest: bad signature, index out of range, oversize extension. */
  "invalid-consensus-message": 20,
  /** An answer that does not decode or contradicts the request. */
  "bad-response": 34,
  /** A blob whose hash is not its id. */
  "corrupt-blob": 34,
  /** A block or commit that does not verify. */
  "bad-block": 51,
  /** No answer in time. */
  timeout: 2,
  /** More requests than its share. */
  "too-many-requests": 1,
} as const;

export type Penalty = keyof typeof PENALTIES;

export interface PeerBookOptions {
  /** Score at or below which a peer is banned; default -100. */
  readonly banScore?: number;
  /** Length of a ban, default a minute: peer ids cost nothing, and operators correct mistakes. */
  readonly banMs?: number;
  /** Length of a persistent peer's ban: the operator asked for this peer, so it is short. Default 20 s. */
  readonly persistentBanMs?: number;
  /** Half of a bad score is forgotten in this time; default 10 minutes. */
  readonly halfLifeMs?: number;
  readonly persistentPeers?: readonly PeerId[];
}

export interface PeerInfo {
  readonly remoteAddress: string;
  readonly direction: "inbound" | "outbound";
  readonly moniker?: string;
  readonly software?: string;
}

/** What RPC's `net_info` shows of a connected peer. */
export interface PeerSnapshot extends PeerInfo {
  readonly peer: PeerId;
  readonly persistent: boolean;
  readonly connectedMs: number;
  readonly score: number;
  readonly penalties: Readonly<Partial<Record<Penalty, number>>>;
}

interface Entry {
  score: number;
  scoredAtMs: number;
  bannedUntilMs: number;
  penalties: Partial<Record<Penalty, number>>;
  connected: { info: PeerInfo; sinceMs: number } | undefined;
}

/** Scores, bans and facts of peers. Scores are at most 0 and recover with time. */
export class PeerBook {
  readonly #options: Required<PeerBookOptions>;
  readonly #ports: { readonly log: NodeLog; readonly metrics: P2pMetrics; readonly nowMs: NowMs };
  readonly #entries = new Map<PeerId, Entry>();
  readonly #banned = new Listeners<[peer: PeerId]>();

  constructor(
    options: PeerBookOptions,
    ports: { readonly log: NodeLog; readonly metrics: P2pMetrics; readonly nowMs: NowMs },
  ) {
    const { banScore = -100, banMs = 60_000, persistentBanMs = 20_000, halfLifeMs = 600_000 } = options;
    this.#options = { banScore, banMs, persistentBanMs, halfLifeMs, persistentPeers: options.persistentPeers ?? [] };
    this.#ports = ports;
  }

  /** Lowers a peer's score; bans it when the score reaches the bound. */
  penalise(peer: PeerId, penalty: Penalty, detail = ""): void {
    const entry = this.#entry(peer);
    entry.score = this.#decayed(entry) - PENALTIES[penalty];
    entry.scoredAtMs = this.#ports.nowMs();
    entry.penalties[penalty] = (entry.penalties[penalty] ?? 0) + 1;
    this.#ports.metrics.penalties.inc({ penalty });
    this.#ports.log.debug({ peer, penalty, detail, score: entry.score }, "peer scored down");
    if (entry.score <= this.#options.banScore && !this.isBanned(peer)) this.#ban(peer, entry, penalty, detail);
  }

  /** 0 for a peer without blame, below 0 otherwise. */
  score(peer: PeerId): number {
    const entry = this.#entries.get(peer);
    return entry ? this.#decayed(entry) : 0;
  }

  isBanned(peer: PeerId): boolean {
    return (this.#entries.get(peer)?.bannedUntilMs ?? 0) > this.#ports.nowMs();
  }

  isPersistent(peer: PeerId): boolean {
    return this.#options.persistentPeers.includes(peer);
  }

  onBan(listener: (peer: PeerId) => void): Unsubscribe {
    return this.#banned.add(listener);
  }

  connected(peer: PeerId, info: PeerInfo): void {
    this.#entry(peer).connected = { info, sinceMs: this.#ports.nowMs() };
  }

  /** Adds names that the peer told about itself. */
  describe(peer: PeerId, names: { readonly moniker: string; readonly software: string }): void {
    const entry = this.#entries.get(peer);
    if (entry?.connected) entry.connected.info = { ...entry.connected.info, ...names };
  }

  disconnected(peer: PeerId): void {
    const entry = this.#entries.get(peer);
    if (entry) entry.connected = undefined;
  }

  /** Connected peers, in order of their ids. */
  snapshot(): PeerSnapshot[] {
    const now = this.#ports.nowMs();
    const rows: PeerSnapshot[] = [];
    for (const [peer, entry] of this.#entries) {
      if (!entry.connected) continue;
      rows.push({
        peer,
        ...entry.connected.info,
        persistent: this.isPersistent(peer),
        connectedMs: now - entry.connected.sinceMs,
        score: Math.round(this.#decayed(entry)),
        penalties: { ...entry.penalties },
      });
    }
    return rows.sort((a, b) => (a.peer < b.peer ? -1 : 1));
  }

  #ban(peer: PeerId, entry: Entry, penalty: Penalty, detail: string): void {
    const banMs = this.isPersistent(peer) ? this.#options.persistentBanMs : this.#options.banMs;
    entry.bannedUntilMs = this.#ports.nowMs() + banMs;
    entry.score = this.#options.banScore / 2;
    this.#ports.metrics.bans.inc();
    this.#ports.log.warn({ peer, penalty, detail, banMs }, "peer banned for a while");
    this.#banned.emit(peer);
  }

  #decayed(entry: Entry): number {
    const elapsed = this.#ports.nowMs() - entry.scoredAtMs;
    return entry.score * 2 ** (-elapsed / this.#options.halfLifeMs);
  }

  #entry(peer: PeerId): Entry {
    const known = this.#entries.get(peer);
    if (known) return known;
    this.#makeRoom();
    const now = this.#ports.nowMs();
    const fresh: Entry = { score: 0, scoredAtMs: now, bannedUntilMs: 0, penalties: {}, connected: undefined };
    this.#entries.set(peer, fresh);
    return fresh;
  }

  /** Forgets the oldest peer that is neither connected nor banned. */
  #makeRoom(): void {
    if (this.#entries.size < MAX_REMEMBERED_PEERS) return;
    const now = this.#ports.nowMs();
    let oldest: PeerId | undefined;
    for (const [peer, entry] of this.#entries) {
      if (entry.connected) continue;
      oldest ??= peer;
      if (entry.bannedUntilMs > now) continue;
      this.#entries.delete(peer);
      return;
    }
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
