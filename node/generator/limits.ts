/** One answer, or its check, with both attributions: far above what ends within a commit window. */
export const ANSWER_MS = 60_000;

/** Opening a generator: graphs, index, and the suffix sort of its documents. */
export const OPEN_MS = 180_000;

/** How long a generator is left alone after a request that took longer: it would keep the thread from others' claims. */
export const SLOW_MS = 600_000;

/** Memory for resident generators where the caller sets none. */
export const MEMORY_BYTES = 768 * 2 ** 20;

/** Generators in threads at once, whatever their size: a thread has about 20 MB of its own. */
export const MOST_RESIDENT = 16;

/** Calls that may wait for one generator; those beyond are refused. */
export const MOST_WAITING = 1_024;

/** Old space of a thread: tokenizers and manifests are their owner's, and must not take the process down. */
export const HEAP_MIB = 1_024;

/** Times that a generator's thread may end by itself: out of its heap, say. */
export const MOST_CRASHES = 3;

/** Generators that were too slow or no match, remembered; the oldest are forgotten first. */
export const MOST_REFUSED = 1_000;

/** Characters of documents whose suffix array is kept in memory, about 20 bytes a token; more goes to files. */
export const MEMORY_CHARACTERS = 2 ** 23;

/** Words of one segment on disk. */
export const DISK_SEGMENT_WORDS = 2 ** 23;
