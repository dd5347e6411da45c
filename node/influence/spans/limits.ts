/** Tokens of one answer that is attributed: an answer is one message of a block. */
export const MAX_ANSWER_TOKENS = 4_096;
/** Words of one segment, separators included: the suffix sort holds about 20 bytes a word in memory. */
export const MAX_SEGMENT_WORDS = 2 ** 25;
/** Token ids: more than any kept tokenizer has, and room for the shift by one in 32 bits. */
export const MAX_VOCABULARY = 2 ** 20;
/** Occurrences of a span in all documents; what stands more often is boilerplate and nobody's. */
export const MAX_OCCURRENCES = 65_536;
/** Documents that a span cites, the first owner included (DESIGN.md section 5, "token attribution"). */
export const MAX_DOCUMENTS = 10;
/** At most this part of an answer's length is the number of its spans: 5 %, rounded up. */
export const SPAN_PART = { numerator: 1, denominator: 20 };
/** Bits by which a span must be rarer than chance in this corpus: about 2^-8 chance matches expected. */
export const RARITY_MARGIN_BITS = 8;
/** 64 KiB: one read of a usual disk. */
export const PAGE_WORDS = 16_384;
/** 16 MiB of pages a segment stay in memory. */
export const MAX_PAGES = 256;
