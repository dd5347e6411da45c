import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as limits from "./limits.ts";
import { buildSegment, type Segment, segmentInMemory, segmentOnDisk, writeSegment } from "./segment.ts";

export interface CorpusOptions {
  readonly vocabulary: number;
  /** Words of one segment at most; smaller ones need less memory to build. Matches do not depend on it. */
  readonly segmentWords?: number;
}

/** Consecutive documents in groups that one segment holds. A document longer than a segment is an error of `buildSegment`. */
function* groups(
  documents: Iterable<ArrayLike<number>>,
  most: number,
): Generator<{ first: number; group: ArrayLike<number>[] }> {
  let group: ArrayLike<number>[] = [];
  let words = 0;
  let first = 0;
  let next = 0;
  for (const tokens of documents) {
    if (group.length > 0 && words + tokens.length + 1 > most) {
      yield { first, group };
      [group, words, first] = [[], 0, next];
    }
    group.push(tokens);
    words += tokens.length + 1;
    next++;
  }
  if (group.length > 0) yield { first, group };
}

/** The corpus of a snapshot in memory: token ids of every document, in the snapshot's order. */
export function corpusInMemory(documents: Iterable<ArrayLike<number>>, options: CorpusOptions): Segment[] {
  const { vocabulary, segmentWords = limits.MAX_SEGMENT_WORDS } = options;
  return Array.from(groups(documents, segmentWords), ({ first, group }) =>
    segmentInMemory(buildSegment(group, { vocabulary, firstDocument: first })),
  );
}

/**
 * The same in files `0.spans`, `1.spans`.. of a folder, read by pages: memory is bounded by one segment while building
 * and by `pages` x 64 KiB a segment afterwards. `documents` is consumed once, so a generator need not hold the corpus.
 */
export function corpusOnDisk(
  folder: string,
  documents: Iterable<ArrayLike<number>>,
  options: CorpusOptions & { readonly pages?: number },
): Segment[] {
  const { vocabulary, segmentWords = limits.MAX_SEGMENT_WORDS, pages } = options;
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  for (const { first, group } of groups(documents, segmentWords)) {
    const path = join(folder, `${paths.length}.spans`);
    writeSegment(path, buildSegment(group, { vocabulary, firstDocument: first }));
    paths.push(path);
  }
  return paths.map((path) => segmentOnDisk(path, pages));
}
