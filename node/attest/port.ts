import type { ItemVerdict } from "../p2p/index.ts";
import type { CommittedEvent } from "../rpc/backend.ts";

/** What consensus and gossip ask of attestation. */
export interface AttestationPort {
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Canonical VoteExtension of this height: root over the leaves that are to be committed, and the beacon reveal. What
   * it commits to is durable first. Asked again for one height, it answers the same bytes.
   */
  extensionFor(height: number): Promise<Uint8Array>;
  /** A block was applied. */
  onBlock(event: CommittedEvent): void;
  /** TxRaw with the pooled openings that may stand in the next block, or undefined when there are none. */
  candidate(maxBytes: number): Uint8Array | undefined;
  /** An encoded OpeningEnvelope from gossip or RPC. */
  onOpening(envelope: Uint8Array): Promise<ItemVerdict>;
}
