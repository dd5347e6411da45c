/** Entries of a settlement vector: the top clusters of a query that are paid (DESIGN.md "Influence"). */
export const MAX_ENTRIES = 32;

/** Classes of a query gradient: B is 3 by default, a field of the model. */
export const MAX_CLASSES = 16;

/** Bytes of one class vector: one per feature dimension; 1,040 int8 x int8 terms still sum below 2^24. */
export const MAX_VECTOR_BYTES = 1_040;

/** Checkpoint views of a generator's query, and bytes of each: rows of an adapter index are as wide. */
export const MAX_VIEWS = 4;
export const MAX_VIEW_BYTES = 4_096;

/** Largest power of two that scales a vector, either way: rows and vectors stay within 2^53 (DESIGN.md "Influence"). */
export const MAX_EXPONENT = 64;

/** Tokens in or out of one request: bounds the fee's arithmetic and the validators' work. */
export const MAX_TOKENS = 1_048_576;

/** Tokens of a generator's prompt and of its answer: one pass checks an answer, within a commit window on any validator. */
export const MAX_PROMPT_TOKENS = 1_024;
export const MAX_ANSWER_TOKENS = 512;

/** Bytes of a result's rounding log. */
export const MAX_ROUNDING_LOG_BYTES = 1_024;

/** One in an output's confidence: units of 2^-20. */
export const CONFIDENCE_ONE = 1_048_576;

/** Length of a model id, a bound before any look-up. */
export const MAX_MODEL_ID = 64;

/** Entries of one page of a query. */
export const MAX_PAGE = 1_000;
