import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainBpe } from "../../node/factory/decoder/index.ts";
import { attributeTokens, corpusInMemory, corpusOnDisk, type Segment } from "../../node/influence/spans/index.ts";
import { PAGE_WORDS } from "../../node/influence/spans/limits.ts";
import { segmentOnDisk } from "../../node/influence/spans/segment.ts";
import { openTokenizer } from "../../node/tokens/tokenizer.ts";
import { sharedDir } from "../shared.ts";
import type { Bench } from "./main.ts";
import { SeededStream } from "./random.ts";
import { median } from "./statistics.ts";

const ANSWER_TOKENS = 256;
/** Tokens of a piece that an answer copies; the rest of it is drawn at random. */
const COPIED_TOKENS = 16;
const QUERIES = 40;
const BPE_TOKENS = 1_024;
/** Without the shared texts. */
const SMALL = { tokens: 500_000, vocabulary: BPE_TOKENS, documentTokens: 70 };
const LARGE = { tokens: 10_000_000, vocabulary: 4_096, documentTokens: 1_000 };
const SEGMENT_WORDS = 2 ** 25;
const MIB_PAGES = 2 ** 20 / (4 * PAGE_WORDS);

/** Building and asking the span index: texts in memory with a BPE vocabulary, and many tokens on disk by pages. */
export const bench: Bench = async () => {
  const folder = mkdtempSync(join(tmpdir(), "openledger-bench-spans-"));
  try {
    return { ...small(), ...large(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Corpus {
  readonly documents: readonly ArrayLike<number>[];
  readonly vocabulary: number;
}

function small() {
  const shared = sharedDir();
  const texts = shared ? shakespeare(shared) : undefined;
  const corpus = texts ?? synthetic(SMALL);
  const start = performance.now();
  const segments = corpusInMemory(corpus.documents, corpus);
  return {
    smallCorpus: texts ? "tiny Shakespeare, BPE" : "synthetic",
    smallTokens: tokensOf(corpus.documents),
    smallVocabulary: corpus.vocabulary,
    smallBuildSeconds: seconds(start),
    smallQueryP50Ms: queryMs(segments, corpus),
  };
}

/** Passages between empty lines. */
function shakespeare(shared: string): Corpus {
  const text = readFileSync(join(shared, "data", "tinyshakespeare", "input.txt"), "utf8");
  const passages = text.split("\n\n");
  const vocabulary = trainBpe(passages, { vocab: BPE_TOKENS });
  const tokenizer = openTokenizer(new TextEncoder().encode(JSON.stringify(vocabulary)));
  return { documents: passages.map((passage) => tokenizer.encode(passage)), vocabulary: tokenizer.size };
}

function large(folder: string) {
  const corpus = synthetic(LARGE);
  const start = performance.now();
  const built = corpusOnDisk(folder, corpus.documents, { ...corpus, segmentWords: SEGMENT_WORDS });
  const largeBuildSeconds = seconds(start);
  for (const segment of built) segment.close();
  const paged = (pages: number) => {
    const segments = built.map((_, i) => segmentOnDisk(join(folder, `${i}.spans`), pages));
    const ms = queryMs(segments, corpus);
    for (const segment of segments) segment.close();
    return ms;
  };
  return {
    ...{ largeTokens: LARGE.tokens, largeVocabulary: LARGE.vocabulary, largeBuildSeconds },
    ...{ largeQuery1MiBP50Ms: paged(MIB_PAGES), largeQuery16MiBP50Ms: paged(16 * MIB_PAGES) },
    residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}

/** Few tokens often, many seldom: the square of a uniform number times the vocabulary. */
function synthetic({ tokens, vocabulary, documentTokens }: typeof LARGE): Corpus {
  let state = 1;
  // A linear congruence mod 2^32: SHA-256 would take longer than the index.
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const documents = Array.from({ length: tokens / documentTokens }, () =>
    Uint16Array.from({ length: documentTokens }, () => Math.floor(next() ** 2 * vocabulary)),
  );
  return { documents, vocabulary };
}

/** Median time of attributing distinct answers, half of whose tokens are copied in pieces from the corpus. */
function queryMs(segments: readonly Segment[], corpus: Corpus): number {
  const stream = new SeededStream("bench/spans");
  const owners = corpus.documents.map((_, item) => ({ contribution: 0, item }));
  const times = Array.from({ length: QUERIES }, () => {
    const answer = answerOf(corpus, stream);
    const start = performance.now();
    attributeTokens(segments, owners, answer);
    return performance.now() - start;
  });
  return Math.round(100 * median(times)) / 100;
}

function answerOf({ documents, vocabulary }: Corpus, stream: SeededStream): number[] {
  const answer: number[] = [];
  while (answer.length < ANSWER_TOKENS) {
    const document = documents[stream.below(documents.length)]!;
    const from = stream.below(Math.max(1, document.length - COPIED_TOKENS));
    for (let t = from; t < Math.min(document.length, from + COPIED_TOKENS); t++) answer.push(document[t]!);
    for (let t = 0; t < COPIED_TOKENS; t++) answer.push(stream.below(vocabulary));
  }
  return answer.slice(0, ANSWER_TOKENS);
}

const tokensOf = (documents: readonly ArrayLike<number>[]) => documents.reduce((sum, { length }) => sum + length, 0);
const seconds = (start: number) => Math.round(performance.now() - start) / 1000;
