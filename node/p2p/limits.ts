/** Limits of the network layer, each with its reason. Sizes in bytes, times in ms. */

/** A Hello is a chain id, a hash and two short names. */
export const MAX_HELLO_BYTES = 1024;
/** A peer that opens a stream and says nothing holds a slot no longer than this. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Block parts are 64 KiB; votes and certificates far less; a certificate of 1,000 signatures is below 256 KiB. */
export const MAX_CONSENSUS_FRAME_BYTES = 1024 * 1024;
/** What one peer may send over a direct stream, sustained and in a burst: a 4 MiB block a second with room to spare. */
export const CONSENSUS_BYTES_PER_SECOND = 16 * 1024 * 1024;
export const CONSENSUS_BURST_BYTES = 32 * 1024 * 1024;
/** 100 validators with two votes each a round, relayed by every peer, at a round a second, ten times over. */
export const CONSENSUS_MESSAGES_PER_SECOND = 4_000;
export const CONSENSUS_BURST_MESSAGES = 8_000;
/** Frames that wait for a slow peer. The sender is told (send returns false) rather than memory growing. */
export const MAX_OUTBOX_BYTES = 16 * 1024 * 1024;
export const MAX_OUTBOX_FRAMES = 8_192;
/** An empty frame after this long without another: the peer knows that this node is there. */
export const KEEPALIVE_INTERVAL_MS = 5_000;
/** A peer that sent nothing (not even a keep-alive) for this long is gone, or its network is: it is disconnected. */
export const STREAM_IDLE_TIMEOUT_MS = 30_000;
/** Reopening a failed stream: doubling delays between these bounds. */
export const REOPEN_MIN_DELAY_MS = 100;
export const REOPEN_MAX_DELAY_MS = 5_000;

/** Connections; a peer normally has one, two when both dialled at once. */
export const DEFAULT_MAX_PEERS = 50;
/** All validators of a local network share one address and start together. */
export const INBOUND_CONNECTIONS_PER_SECOND = 50;
export const MAX_PENDING_INBOUND_CONNECTIONS = 32;
/** Streams one connection may hold: direct, gossip, identify, ping and some requests. */
export const MAX_STREAMS_PER_CONNECTION = 128;
/** A yamux stream's receive window stays below libp2p's 4 MiB read buffer, so that pausing never resets a stream. */
export const MAX_STREAM_WINDOW_BYTES = 2 * 1024 * 1024;
/** Redialling a persistent peer: doubling delays between these bounds, for ever. */
export const REDIAL_MIN_DELAY_MS = 250;
export const REDIAL_MAX_DELAY_MS = 15_000;
/** A connection that lasted this long resets the redial delay. */
export const REDIAL_STABLE_MS = 10_000;
/** Gossip with a peer begins only after it is identified: generous, for machines that start many nodes at once. */
export const IDENTIFY_TIMEOUT_MS = 15_000;
/** A peer that lacks its gossip stream at two checks in a row is reconnected. */
export const GOSSIP_CHECK_MS = 10_000;
export const DIAL_TIMEOUT_MS = 10_000;

/** Peers whose score is remembered after they left. */
export const MAX_REMEMBERED_PEERS = 4_096;

/** Gossip: a 200-byte tx costs 771 us alone and 16 us inside a 20 KB frame, so items are batched. */
export const GOSSIP_FRAME_BYTES = 64 * 1024;
export const GOSSIP_FLUSH_MS = 20;
/** A frame of tiny items costs as many checks as items: more is refused before any is checked. */
export const MAX_ITEMS_PER_FRAME = 512;
/** An item over the frame size travels alone; over this it is refused by the publisher. */
export const MAX_GOSSIP_ITEM_BYTES = 1024 * 1024;
/** Largest gossip message: one item of the largest size and its framing. */
export const MAX_GOSSIP_MESSAGE_BYTES = MAX_GOSSIP_ITEM_BYTES + 1024;
/** Items that wait for the next flush. */
export const MAX_GOSSIP_QUEUE_ITEMS = 8_192;
export const MAX_GOSSIP_QUEUE_BYTES = 16 * 1024 * 1024;
/** Item hashes remembered for de-duplication: two generations of this many. */
export const SEEN_GENERATION_ITEMS = 32_768;
/** Frames whose items are being checked at once; more are ignored (the publisher sends again). */
export const MAX_CHECKS_IN_FLIGHT = 256;
/** What one peer may make this node check. */
export const GOSSIP_BYTES_PER_SECOND = 4 * 1024 * 1024;
export const GOSSIP_BURST_BYTES = 16 * 1024 * 1024;

/** Request/response. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** CometBFT's default block of 21 MiB plus its extended commit and framing. */
export const MAX_RESPONSE_BYTES = 24 * 1024 * 1024;
export const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
/** Requests to one peer that wait for an answer; further ones queue here until their own timeout. */
export const MAX_REQUESTS_PER_PEER = 8;
export const MAX_QUEUED_REQUESTS_PER_PEER = 256;
/** Requests of one peer and protocol that are served at once; further ones are answered `busy`. */
export const MAX_SERVED_PER_PEER = 8;
/** Served to one peer, all protocols together. */
export const SERVE_BYTES_PER_SECOND = 32 * 1024 * 1024;
export const SERVE_BURST_BYTES = 64 * 1024 * 1024;

/** Block ranges: count, and bytes after which a server adds no further block. */
export const MAX_BLOCKS_PER_RANGE = 64;
export const BLOCK_RANGE_TARGET_BYTES = 4 * 1024 * 1024;
/** Ids in one `have` question. */
export const MAX_HAVE_IDS = 256;
