// Every bound on what peers can make this node keep or do, with its reason. Limits of single values (part, extension,
// signature, round) are in chain/codec.

/** Largest encoded consensus message: a part, or a certificate of {@link MAX_VOTES_PER_MESSAGE} votes with extensions. */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** Votes in one message: the certificate of a large set; a larger set sends its votes in several. */
export const MAX_VOTES_PER_MESSAGE = 1024;

/** A vote on the wire without its extension takes less: two signatures, an address, a block id and some numbers. */
export const VOTE_OVERHEAD_BYTES = 320;

/** Rounds in one status: the current ones, the proof of lock, and what is about to decide. */
export const MAX_STATUS_ROUNDS = 8;

/** Blocks in one status. */
export const MAX_STATUS_PARTS = 8;

/** Rounds behind the current one whose votes are kept, besides the locked and the valid round. */
export const PAST_ROUNDS = 16;

/** Rounds ahead of the current one in which one validator may have votes: its newest ones, enough to follow it (L55). */
export const FUTURE_ROUNDS_PER_VALIDATOR = 2;

/** Blocks being assembled at once: proposals of two rounds, own one, locked, valid, and certified ones. */
export const MAX_BLOCKS = 8;

/** Connected peers that gossip serves; the network layer refuses more. */
export const MAX_PEERS = 256;

/** Milliseconds between two ticks. */
export const TICK_MS = 100;

/** Ticks after which peers get our status again although nothing changed: repairs beliefs about lost messages. */
export const STATUS_EVERY_TICKS = 5;

/** Parts sent to one peer on one occasion: bounds bursts; the rest follows on the next tick. */
export const MAX_PARTS_PER_TICK = 16;

/** WAL bytes after which it is started afresh at the next end of a height. */
export const WAL_COMPACT_BYTES = 67_108_864;

/** Largest WAL record: a prepared block with its proofs, within the 64 MiB that protobuf messages may have here. */
export const MAX_WAL_RECORD_BYTES = 67_108_864;
