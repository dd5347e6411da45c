export { type Citation, citationsOf, type Decode, markedText } from "./cite.ts";
export { type CorpusOptions, corpusInMemory, corpusOnDisk } from "./corpus.ts";
export { buildSegment, type Segment, segmentHash, segmentInMemory, segmentOnDisk } from "./segment.ts";
export { type CitedSpan, citedSpans, maximalSpans, type Span } from "./spans.ts";
export { attributeTokens, type DocumentOwner, type TokenAttribution, type TokenCredit } from "./token-pool.ts";
