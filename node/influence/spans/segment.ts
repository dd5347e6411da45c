import { writeFileSync } from "node:fs";
import { sha256 } from "../../../chain/crypto/hash.ts";
import { InfluenceError } from "../errors.ts";
import * as limits from "./limits.ts";
import { suffixArray } from "./suffix-array.ts";
import { memoryWords, PagedFile, type Words } from "./words.ts";

/** "olsp" and the version of the format. */
const MAGIC = 0x70736c6f;
const VERSION = 1;
const HEADER_WORDS = 6;

/**
 * A part of the corpus with its suffixes in order. Words are token ids + 1; 0 stands behind every document, so that no
 * match runs across two documents. One corpus may be one segment or many: matches are the same.
 */
export interface Segment {
  /** Number of the first document in the corpus. */
  readonly firstDocument: number;
  readonly words: Words;
  readonly suffixes: Words;
  /** Start of every document, then the number of words. */
  readonly starts: Words;
  /** How often each token id occurs. */
  readonly counts: Words;
  close(): void;
}

/** Token ids of consecutive documents to the words of a segment: header, words, suffixes, starts, counts. */
export function buildSegment(
  documents: readonly ArrayLike<number>[],
  { vocabulary, firstDocument }: { readonly vocabulary: number; readonly firstDocument: number },
): Uint32Array {
  const length = documents.reduce((sum, tokens) => sum + tokens.length + 1, 0);
  if (length > limits.MAX_SEGMENT_WORDS) {
    throw new InfluenceError("bad-shape", `span segment: ${length} words; at most ${limits.MAX_SEGMENT_WORDS}`);
  }
  if (!(vocabulary >= 1 && vocabulary <= limits.MAX_VOCABULARY)) {
    throw new InfluenceError("bad-shape", `span segment: a vocabulary of ${vocabulary}`);
  }
  const out = new Uint32Array(HEADER_WORDS + 2 * length + documents.length + 1 + vocabulary);
  out.set([MAGIC, VERSION, length, documents.length, vocabulary, firstDocument]);
  const text = new Int32Array(length);
  const starts = out.subarray(HEADER_WORDS + 2 * length);
  const counts = starts.subarray(documents.length + 1);
  let at = 0;
  for (const [i, tokens] of documents.entries()) {
    starts[i] = at;
    for (let k = 0; k < tokens.length; k++) {
      const token = tokens[k]!;
      if (!(Number.isInteger(token) && token >= 0 && token < vocabulary)) {
        throw new InfluenceError("bad-shape", `span segment: token ${token} in a vocabulary of ${vocabulary}`);
      }
      counts[token]! += 1;
      text[at++] = token + 1;
    }
    at++;
  }
  starts[documents.length] = length;
  out.set(text, HEADER_WORDS);
  out.set(suffixArray(text, vocabulary + 1), HEADER_WORDS + length);
  return out;
}

/** Little-endian bytes of a segment, as stored and hashed. */
export function segmentBytes(segment: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * segment.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < segment.length; i++) view.setUint32(4 * i, segment[i]!, true);
  return bytes;
}

/** sha256 of the bytes: everyone who has the snapshot and the tokenizer gets the same. */
export function segmentHash(segment: Uint32Array): Uint8Array {
  return sha256(segmentBytes(segment));
}

export function writeSegment(path: string, segment: Uint32Array): void {
  writeFileSync(path, segmentBytes(segment));
}

export function segmentInMemory(segment: Uint32Array): Segment {
  return sectionsOf(
    (start, length) => {
      if (start + length > segment.length) throw new InfluenceError("bad-bytes", "span segment: truncated");
      return memoryWords(segment.subarray(start, start + length));
    },
    () => undefined,
  );
}

/** A segment on disk of which `mostPages` pages of 64 KiB are in memory at a time. */
export function segmentOnDisk(path: string, mostPages?: number): Segment {
  const file = new PagedFile(path, mostPages);
  try {
    return sectionsOf(
      (start, length) => file.section(start, length),
      () => file.close(),
    );
  } catch (error) {
    file.close();
    throw error;
  }
}

function sectionsOf(section: (start: number, length: number) => Words, close: () => void): Segment {
  const header = section(0, HEADER_WORDS);
  if (header.at(0) !== MAGIC || header.at(1) !== VERSION) {
    throw new InfluenceError("bad-bytes", "not a span segment of version 1");
  }
  const [length, documents, vocabulary] = [header.at(2), header.at(3), header.at(4)];
  const starts = HEADER_WORDS + 2 * length;
  return {
    firstDocument: header.at(5),
    words: section(HEADER_WORDS, length),
    suffixes: section(HEADER_WORDS + length, length),
    starts: section(starts, documents + 1),
    counts: section(starts + documents + 1, vocabulary),
    close,
  };
}
