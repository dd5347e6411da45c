import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { compareBytes, toHex } from "../../chain/crypto/bytes.ts";
import { checkedSplit, JobFolder } from "../../node/factory/job/index.ts";
import {
  attributeTokens,
  type Citation,
  citationsOf,
  corpusInMemory,
  corpusOnDisk,
  type DocumentOwner,
  markedText,
  type Segment,
  type TokenCredit,
} from "../../node/influence/spans/index.ts";
import type { Settlement } from "../../node/influence/types.ts";
import { type TrainingRow, trainingRows } from "../../node/pipeline/training-rows.ts";
import type { TextTokenizer } from "../../node/tokens/tokenizer.ts";
import { ChainClient } from "../chain/client.ts";
import { readCsv } from "./csv.ts";
import { keptRows } from "./factory-folder.ts";
import type { Progress } from "./progress.ts";
import { loadSnapshot } from "./snapshot-source.ts";

/** Documents that an answer is compared with. */
export type CiteSource =
  /** What the job of a folder was trained on. */
  | { readonly kind: "job"; readonly dir: string }
  | { readonly kind: "csv"; readonly file: string; readonly textColumn: string }
  | { readonly kind: "snapshot"; readonly id: string; readonly node: string };

/** One document with its name for people. Of a file: contribution 0, and the line (or row of the job) as the item. */
export interface CiteDocument extends DocumentOwner {
  readonly place: string;
  readonly text: string;
}

export interface PlacedCitation extends Citation {
  /** Names of `documents`, the first owner first. */
  readonly places: readonly string[];
}

export interface CitedAnswer {
  /** The answer with its spans marked and numbered. */
  readonly marked: string;
  readonly corpus: { readonly documents: number; readonly tokens: number };
  readonly spans: readonly PlacedCitation[];
  readonly credits: readonly (TokenCredit & { readonly place: string })[];
  readonly totalCredit: bigint;
  readonly cap: bigint;
  readonly settlement: Settlement;
}

/** Documents in the order that says who is first. Throws CliError. */
export async function citeDocuments(source: CiteSource, progress: Progress): Promise<CiteDocument[]> {
  if (source.kind === "csv") return csvDocuments(source.file, source.textColumn);
  if (source.kind === "job") return jobDocuments(source.dir);
  const loaded = await loadSnapshot(await ChainClient.connect(source.node), source.id, progress);
  return placedDocuments(trainingRows([loaded.source]));
}

function csvDocuments(file: string, textColumn: string): CiteDocument[] {
  const rows = readCsv(file, { text: textColumn, label: undefined });
  return rows.map(({ text, line }) => ({ contribution: 0, item: line, place: `${basename(file)}:${line}`, text }));
}

/** By arrival: training rows are sorted by item id, the snapshots' tables are not. */
export function placedDocuments(rows: readonly TrainingRow[]): CiteDocument[] {
  const sorted = [...rows].sort((a, b) => a.entry - b.entry);
  return sorted.map(({ contribution, item, text }) => ({ contribution, item, place: `${contribution}/${item}`, text }));
}

function jobDocuments(dir: string): CiteDocument[] {
  const folder = new JobFolder(dir);
  const { origin, rows } = keptRows(folder);
  const trained = checkedSplit(folder.manifest(), rows.sources).training;
  if (origin.kind === "snapshots") {
    const ids = new Set(trained.map(({ itemId }) => toHex(itemId)));
    return placedDocuments(rows.placed.filter(({ itemId }) => ids.has(toHex(itemId))));
  }
  const texts = new Set(trained.map(({ text }) => text));
  // The file, where it is still what the job was made of, knows which text came first.
  const kept = existsSync(origin.file)
    ? csvDocuments(origin.file, origin.textColumn).filter(({ text }) => texts.has(text))
    : [];
  if (new Set(kept.map(({ text }) => text)).size === texts.size) return kept;
  const sorted = [...trained].sort((a, b) => compareBytes(a.itemId, b.itemId));
  return sorted.map(({ text }, item) => ({ contribution: 0, item, place: `row ${item}`, text }));
}

/** Text above which the corpus is kept in files: its suffix sort in memory takes about 20 bytes a token. */
const MAX_MEMORY_CHARACTERS = 2 ** 23;
const DISK_SEGMENT_WORDS = 2 ** 23;

export interface CiteOptions {
  readonly memoryCharacters?: number;
}

/** Attributes an answer's tokens to documents and says where in its text they stand. */
export function citeAnswer(
  documents: readonly CiteDocument[],
  tokenizer: TextTokenizer,
  answer: readonly number[],
  { memoryCharacters = MAX_MEMORY_CHARACTERS }: CiteOptions = {},
): CitedAnswer {
  return withCorpus(documents, tokenizer, memoryCharacters, (segments) => {
    const { spans, credits, ...totals } = attributeTokens(segments, documents, answer);
    const citations = citationsOf((ids) => tokenizer.decode(ids), answer, spans);
    const place = (document: number) => documents[document]!.place;
    return {
      marked: markedText(tokenizer.decode(answer), citations),
      corpus: { documents: documents.length, tokens: tokensOf(segments) },
      spans: citations.map((span) => ({ ...span, places: span.documents.map(place) })),
      credits: credits.map((credit) => ({ ...credit, place: place(credit.document) })),
      ...totals,
    };
  });
}

const tokensOf = (segments: readonly Segment[]) =>
  segments.reduce((sum, { words, starts }) => sum + words.length - (starts.length - 1), 0);

function withCorpus<T>(
  documents: readonly CiteDocument[],
  { size, encode }: TextTokenizer,
  memoryCharacters: number,
  use: (segments: Segment[]) => T,
): T {
  function* tokens() {
    for (const { text } of documents) yield encode(text);
  }
  const characters = documents.reduce((sum, { text }) => sum + text.length, 0);
  if (characters <= memoryCharacters) return use(corpusInMemory(tokens(), { vocabulary: size }));
  const folder = mkdtempSync(join(tmpdir(), "openledger-cite-"));
  let segments: Segment[] = [];
  try {
    segments = corpusOnDisk(folder, tokens(), { vocabulary: size, segmentWords: DISK_SEGMENT_WORDS });
    return use(segments);
  } finally {
    for (const segment of segments) segment.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
