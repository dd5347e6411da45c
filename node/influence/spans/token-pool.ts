import { InfluenceError } from "../errors.ts";
import { clusterCap, sharesOf } from "../settle.ts";
import { ONE_SHARE, type Settlement } from "../types.ts";
import type { Segment } from "./segment.ts";
import { type CitedSpan, citedSpans, rarities } from "./spans.ts";

/** Where a document of the corpus comes from: one accepted item of a snapshot. */
export interface DocumentOwner {
  readonly contribution: number;
  readonly item: number;
}

/** One document's part of the token pool, with every integer that leads to it. */
export interface TokenCredit extends DocumentOwner {
  readonly document: number;
  /** Rarity of the answer's tokens that it is the first owner of, units of 2^-16 bits. */
  readonly credit: bigint;
  readonly share: bigint;
  readonly weight: bigint;
}

export interface TokenAttribution {
  readonly spans: readonly CitedSpan[];
  readonly credits: readonly TokenCredit[];
  readonly settlement: Settlement;
  readonly totalCredit: bigint;
  readonly cap: bigint;
}

/** Documents that one answer pays. */
const TOP_DOCUMENTS = 32;

/**
 * Token attribution of an answer: spans rarest first, each token credited once and to the first owner of the rarest
 * span that covers it; then top 32, floor and largest remainder, and the cap of the influence pool. Copies of a
 * document gain nothing, since they are not its first owner. entries + unattributed + capExcess = 10^18.
 *
 * `owners[d]` says whose document d of the corpus is; documents stand in the snapshot's order.
 */
export function attributeTokens(
  segments: readonly Segment[],
  owners: readonly DocumentOwner[],
  answer: ArrayLike<number>,
): TokenAttribution {
  const spans = citedSpans(segments, answer);
  const credits = topCredits(creditsOf(segments, spans, answer));
  const totalCredit = credits.reduce((sum, { credit }) => sum + credit, 0n);
  const cap = clusterCap(credits.length);
  const shares =
    credits.length === 0
      ? []
      : sharesOf(
          credits.map(({ credit }) => credit),
          totalCredit,
        );
  const paid = credits.map(({ document, credit }, i): TokenCredit => {
    const owner = owners[document];
    if (!owner) throw new InfluenceError("bad-shape", `token attribution: no owner of document ${document}`);
    const share = shares[i]!;
    return { document, credit, share, weight: share < cap ? share : cap, ...ownerOf(owner) };
  });
  return { spans, credits: paid, settlement: settlementOf(paid), totalCredit, cap };
}

const ownerOf = ({ contribution, item }: DocumentOwner) => ({ contribution, item });

function creditsOf(
  segments: readonly Segment[],
  spans: readonly CitedSpan[],
  answer: ArrayLike<number>,
): Map<number, bigint> {
  const { bits } = rarities(segments, answer);
  const taken = new Uint8Array(answer.length);
  const credits = new Map<number, bigint>();
  for (const { start, end, documents } of spans) {
    let rarity = 0;
    for (let t = start; t < end; t++) {
      if (taken[t] === 0) rarity += bits[t]!;
      taken[t] = 1;
    }
    const first = documents[0]!;
    if (rarity > 0) credits.set(first, (credits.get(first) ?? 0n) + BigInt(rarity));
  }
  return credits;
}

function topCredits(credits: ReadonlyMap<number, bigint>): { document: number; credit: bigint }[] {
  const all = [...credits].map(([document, credit]) => ({ document, credit }));
  all.sort((a, b) => (a.credit === b.credit ? a.document - b.document : a.credit < b.credit ? 1 : -1));
  return all.slice(0, TOP_DOCUMENTS);
}

function settlementOf(credits: readonly TokenCredit[]): Settlement {
  const paid = credits.reduce((sum, { weight }) => sum + weight, 0n);
  return {
    entries: credits.map(({ contribution, item, weight }) => ({ contribution, item, weight })),
    unattributed: credits.length === 0 ? ONE_SHARE : 0n,
    capExcess: credits.length === 0 ? 0n : ONE_SHARE - paid,
    eligibleClusters: credits.length,
  };
}
