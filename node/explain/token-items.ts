import { contributorSplit } from "../../modules/rewards/split.ts";
import { Pool, type Settlement } from "../../proto/gen/openledger/rewards/v1.ts";
import { toWireSettlement } from "../attest/result-codec.ts";
import type { Corpus } from "../generator/corpus.ts";
import { attributeTokens, type CitedSpan, type Decode, type TokenAttribution } from "../influence/spans/index.ts";
import { rarities } from "../influence/spans/spans.ts";
import { ONE_SHARE } from "../influence/types.ts";
import type { ListedContribution } from "./cluster-table.ts";
import { paidFor, type RecomputedPayout } from "./payouts.ts";

/** A piece of the answer that an item is the first owner of. */
export interface ExplainedSpan {
  readonly text: string;
  /** Tokens [start, end) of the answer. */
  readonly start: number;
  readonly end: number;
  /** Units of 2^-16 bits. */
  readonly rarity: number;
  /** Of it: the rarity of tokens that no rarer piece took. */
  readonly credited: number;
  /** Documents that hold the piece, the first owner's included. */
  readonly documents: number;
}

/** Every integer between the pieces that an answer repeats of one item and what the item was paid for them. */
export interface ExplainedTokens extends RecomputedPayout {
  readonly contributor: string;
  /** Number in the corpus: first is the earliest entry of the snapshots' tables. */
  readonly document: number;
  readonly spans: readonly ExplainedSpan[];
  /** Sum of what the pieces are credited. */
  readonly credit: string;
  readonly share: string;
  /** What the largest remainder added to the rounded-down share: "0" or "1". */
  readonly remainder: string;
  readonly cap: string;
  readonly paid: string;
}

export interface TokenParts {
  readonly corpus: Corpus;
  /** Token ids of a document of the corpus. */
  readonly documentTokens: (document: number) => readonly number[];
  readonly tokens: readonly number[];
  readonly decode: Decode;
  readonly contributions: readonly ListedContribution[];
  readonly settlement: Settlement;
  /** The token pool in uopen. */
  readonly pool: bigint;
}

export interface TokenExplanation {
  readonly attribution: TokenAttribution;
  readonly items: readonly ExplainedTokens[];
  /** Every piece stands word for word in the documents that it cites, and every credit is the sum of its pieces. */
  readonly isPlain: boolean;
}

/** The token pool of an answer, with every piece that it rests on. Throws InfluenceError. */
export function explainTokens(parts: TokenParts): TokenExplanation {
  const { corpus, tokens, contributions, settlement, pool } = parts;
  const attribution = attributeTokens(corpus.segments, corpus.owners, tokens);
  const bySpan = creditedSpans(parts, attribution.spans);
  const vector = toWireSettlement(attribution.settlement);
  const weights = vector.entries.map(({ weight }) => weight);
  const amounts = contributorSplit(pool, ONE_SHARE, { ...vector, entries: weights }).entries;
  const items = vector.entries.map(({ contribution, item, weight }, i): ExplainedTokens => {
    const credit = attribution.credits.find((each) => each.contribution === contribution && each.item === item);
    if (!credit) throw new TypeError("a settlement vector names what has no credit");
    const listed = contributions[contribution];
    const name = { contributionId: listed?.contribution ?? "", item };
    const rounded = (credit.credit * ONE_SHARE) / attribution.totalCredit;
    return {
      ...name,
      contributor: listed?.contributor ?? "",
      document: credit.document,
      spans: bySpan.filter(({ owner }) => owner === credit.document).map(({ span }) => span),
      credit: credit.credit.toString(),
      share: credit.share.toString(),
      remainder: (credit.share - rounded).toString(),
      cap: attribution.cap.toString(),
      weight: weight.toString(),
      recomputed: (amounts[i] ?? 0n).toString(),
      paid: paidFor(settlement, Pool.POOL_TOKENS, name)?.amount ?? "0",
    };
  });
  return { attribution, items, isPlain: isPlain(parts, attribution.spans, items) };
}

/** In order of rarity each token goes to the rarest piece that covers it. */
function creditedSpans({ corpus, tokens, decode }: TokenParts, spans: readonly CitedSpan[]) {
  const { bits } = rarities(corpus.segments, tokens);
  const taken = new Set<number>();
  return spans.map(({ start, end, rarity, documents }) => {
    let credited = 0;
    for (let t = start; t < end; t++) {
      if (!taken.has(t)) credited += bits[t] as number;
      taken.add(t);
    }
    const span = { text: decode(tokens.slice(start, end)), start, end, rarity, credited, documents: documents.length };
    return { owner: documents[0] as number, span };
  });
}

/** A second way: documents are read token by token, without the suffix array. */
function isPlain(
  { documentTokens, tokens }: TokenParts,
  spans: readonly CitedSpan[],
  items: readonly ExplainedTokens[],
): boolean {
  const stands = ({ start, end, documents }: CitedSpan) =>
    documents.every((document) => holds(documentTokens(document), tokens.slice(start, end)));
  const summed = ({ credit, spans: own }: ExplainedTokens) =>
    own.reduce((sum, { credited }) => sum + credited, 0).toString() === credit;
  return spans.every(stands) && items.every(summed);
}

function holds(document: readonly number[], piece: readonly number[]): boolean {
  return document.some((_, at) => piece.every((token, i) => document[at + i] === token));
}
