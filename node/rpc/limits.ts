/** Limits of the RPC servers, each with its reason. */

/** Body of a request: the largest transaction (1 MiB by default) in base64, with room. Blobs have their own. */
export const MAX_REQUEST_BYTES: number = 2 * 1024 * 1024;
/** Requests of one batch, as CometBFT's max_request_batch_size. */
export const MAX_BATCH = 10;
/** Open sockets of all kinds: below the usual limit of 1024 file descriptors. */
export const MAX_CONNECTIONS = 900;
/** Clients that hold a WebSocket, as CometBFT's max_subscription_clients. */
export const MAX_WEBSOCKETS = 100;
/** Subscriptions of one client. CometBFT's default is 5; wallets that watch several accounts need more. */
export const MAX_SUBSCRIPTIONS = 10;
/** Answers that wait in one client's socket; a client that leaves more unread is cut. Several of the largest blocks. */
export const MAX_CLIENT_QUEUE_BYTES: number = 64 * 1024 * 1024;
/** Requests of one WebSocket that run at once; then the socket is not read until one is answered. */
export const MAX_IN_FLIGHT = 16;
/** A WebSocket that answers no ping for this long is cut. */
export const PING_EVERY_MS = 30_000;
/** Results of one page, as in CometBFT. */
export const MAX_PER_PAGE = 100;
export const DEFAULT_PER_PAGE = 30;
/** Headers of one `blockchain` answer, as in CometBFT. */
export const MAX_BLOCK_METAS = 20;
/** Block bytes that one answer is made from: a page of full blocks would not fit in memory. */
export const MAX_ANSWER_BYTES: number = 64 * 1024 * 1024;
/** A chunk of genesis, before base64, as in CometBFT; a larger genesis is served in chunks only. */
export const GENESIS_CHUNK_BYTES: number = 16 * 1024 * 1024;
/** Wait of broadcast_tx_commit for the block, as CometBFT's timeout_broadcast_tx_commit. */
export const BROADCAST_COMMIT_TIMEOUT_MS = 10_000;
/** Clients that wait for a transaction's block at once: each holds a timer and a socket. */
export const MAX_COMMIT_WAITS = 1_000;
/** A whole request must arrive in this time, so that slow senders do not hold sockets. */
export const REQUEST_TIMEOUT_MS = 60_000;
