import { corpusInMemory, corpusOnDisk, type DocumentOwner, type Segment } from "../influence/spans/index.ts";
import type { TextTokenizer } from "../tokens/tokenizer.ts";
import { DISK_SEGMENT_WORDS, MEMORY_CHARACTERS } from "./limits.ts";
import type { GeneratorRow } from "./types.ts";

/** The documents of a generator as token attribution reads them. */
export interface Corpus {
  readonly segments: readonly Segment[];
  /** Of every document. */
  readonly owners: readonly DocumentOwner[];
  close(): void;
}

/**
 * The documents in the order of the snapshots' tables: who came first owns what later ones repeat. Large corpora go to
 * files in `folder`, whose owner removes it, and are read by pages.
 */
export function buildCorpus(
  rows: readonly GeneratorRow[],
  { size, encode }: Pick<TextTokenizer, "size" | "encode">,
  { folder, memoryCharacters = MEMORY_CHARACTERS }: { readonly folder: string; readonly memoryCharacters?: number },
): Corpus {
  const documents = [...rows].sort((a, b) => a.entry - b.entry);
  const owners = documents.map(({ contribution, item }) => ({ contribution, item }));
  function* tokens() {
    for (const { text } of documents) yield encode(text);
  }
  const characters = documents.reduce((sum, { text }) => sum + text.length, 0);
  if (characters <= memoryCharacters) {
    return { segments: corpusInMemory(tokens(), { vocabulary: size }), owners, close() {} };
  }
  const segments = corpusOnDisk(folder, tokens(), { vocabulary: size, segmentWords: DISK_SEGMENT_WORDS });
  return {
    segments,
    owners,
    close() {
      for (const segment of segments) segment.close();
    },
  };
}
