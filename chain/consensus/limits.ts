// Every bound on what peers can make this node keep or do, with its reason.

/** Bytes of one block part; CometBFT's constant, part of the block id. */
export const PART_BYTES = 65_536;

/** Largest block that any parameters may allow: 100 MiB, CometBFT's own ceiling. */
export const MAX_BLOCK_BYTES = 104_857_600;

/** Longest vote extension, bytes: ours hold a merkle root and a beacon reveal. */
export const MAX_EXTENSION_BYTES = 4096;

/** Largest encoded consensus message: a certificate of {@link MAX_VOTES_PER_MESSAGE} votes with full extensions, or a part. */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** Votes in one message: enough for the certificate of a large set; a larger set sends its votes in several. */
export const MAX_VOTES_PER_MESSAGE = 1024;

/** Rounds in one status: the current ones, the proof of lock, and what is about to decide. */
export const MAX_STATUS_ROUNDS = 8;

/** Blocks in one status. */
export const MAX_STATUS_PARTS = 4;

/** Rounds behind the current one whose votes are kept, besides the locked and the valid round. */
export const PAST_ROUNDS = 16;

/** Rounds ahead of the current one in which one validator may have votes: its newest ones, enough to follow it (L55). */
export const FUTURE_ROUNDS_PER_VALIDATOR = 2;

/** Highest round: int32 on the wire. */
export const MAX_ROUND = 2 ** 31 - 1;

/** Blocks being assembled at once: proposals of this and the next round, locked, valid, and certified ones. */
export const MAX_BLOCKS = 8;

/** Connected peers that gossip serves; the network layer refuses more. */
export const MAX_PEERS = 256;

/** Milliseconds between two ticks. */
export const TICK_MS = 100;

/** Ticks after which a peer gets our status again although nothing changed: repairs beliefs about lost messages. */
export const STATUS_EVERY_TICKS = 10;

/** Votes and parts sent to one peer on one occasion: bounds bursts; the rest follows on the next tick. */
export const MAX_VOTES_PER_TICK = 1024;
export const MAX_PARTS_PER_TICK = 16;

/** WAL bytes after which it is started afresh at the next end of a height. */
export const WAL_COMPACT_BYTES = 67_108_864;

/** Largest WAL record: a prepared block with its parts' bytes. */
export const MAX_WAL_RECORD_BYTES = 2 * MAX_BLOCK_BYTES + 1_048_576;
