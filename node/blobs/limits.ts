/** Limits of the blob layer, each with its reason. */

/** One blob fits one message between peers and one HTTP body. */
export const MAX_BLOB_BYTES = 4 * 1024 * 1024;
/** Larger artefacts are manifests over blobs: the largest known is a 40 MB inverse; indexes may grow. */
export const MAX_LARGE_BYTES = 1024 * 1024 * 1024;
export const MAX_CHUNKS = MAX_LARGE_BYTES / MAX_BLOB_BYTES;
/** Bytes of one account that nothing on chain refers to yet: a contribution's blobs before their messages are in a block. */
export const DEFAULT_ACCOUNT_QUOTA_BYTES = 64 * 1024 * 1024;
/** A file takes at least a block and an inode: 64 MiB are at most 16,384 blobs. */
export const MIN_BLOB_COST_BYTES = 4_096;
export const DEFAULT_TOTAL_BYTES = 50 * 1024 * 1024 * 1024;
/** Unreferenced blobs stay this long: claims name blobs some minutes after their upload. */
export const DEFAULT_GRACE_MS = 24 * 60 * 60 * 1000;

/** Peers asked for one blob in a round. */
export const MAX_PEERS_ASKED = 16;
/** Blobs whose bytes arrive at once (32 MiB of buffers), and blobs looked for at once. */
export const MAX_PARALLEL_FETCHES = 8;
export const MAX_BLOBS_FETCHING = 4_096;
/** HTTP downloads that make this node look for a blob at its peers at once: anybody can ask for any id. */
export const MAX_HTTP_FETCHES = 16;
export const HAVE_TIMEOUT_MS = 3_000;
export const GET_TIMEOUT_MS = 15_000;
export const DEFAULT_ENSURE_TIMEOUT_MS = 30_000;
/** Pause before peers are asked again, doubled up to the second bound. */
export const RETRY_MIN_DELAY_MS = 200;
export const RETRY_MAX_DELAY_MS = 3_000;

/** An upload's signature is valid no longer than this ahead. */
export const MAX_EXPIRY_SECONDS = 3_600;
