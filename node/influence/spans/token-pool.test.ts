import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { describeShared } from "../../../test/shared.ts";
import { trainBpe } from "../../factory/decoder/index.ts";
import { openTokenizer } from "../../tokens/tokenizer.ts";
import { ONE_SHARE } from "../types.ts";
import { corpusInMemory, corpusOnDisk } from "./corpus.ts";
import { attributeTokens } from "./token-pool.ts";

const filler = Array.from({ length: 60 }, (_, d) => Array.from({ length: 20 }, (_, i) => (7 * d + i * i) % 50));
const ownersOf = (count: number) => Array.from({ length: count }, (_, d) => ({ contribution: d % 7, item: d }));
const attribute = (documents: readonly (readonly number[])[], answer: readonly number[]) =>
  attributeTokens(corpusInMemory(documents, { vocabulary: 100 }), ownersOf(documents.length), answer);

test("the first owner of a span has its credit; a later copy has none", () => {
  const rare = [60, 61, 62, 63, 64, 65];
  const once = attribute([...filler, rare], [1, 2, ...rare]);
  const copied = attribute([...filler, rare, rare, rare], [1, 2, ...rare]);
  expect(once.credits.map(({ document }) => document)).toEqual([60]);
  expect(copied.credits.map(({ document }) => document)).toEqual([60]);
  expect(copied.settlement.entries).toEqual([{ contribution: 4, item: 60, weight: ONE_SHARE }]);
  expect(copied.spans[0]?.documents).toEqual([60, 61, 62]);
});

test("a token counts once, for the rarest span that covers it", () => {
  const long = [60, 61, 62, 63, 64, 65, 66];
  const overlapping = [65, 66, 67, 68, 69, 70];
  const answer = [...long, 67, 68, 69, 70, ...Array.from({ length: 12 }, () => 0)];
  const { spans, credits } = attribute([...filler, long, overlapping], answer);
  expect(spans.map(({ start, end }) => [start, end])).toEqual([
    [0, 7],
    [5, 11],
  ]);
  const [first, second] = credits;
  expect(first?.credit).toBe(BigInt(spans[0]!.rarity));
  // Tokens 65 and 66 occur twice: one bit less than the others.
  const bit = 2n ** 16n;
  expect(second?.credit).toBe((4n * (BigInt(spans[0]!.rarity) + 2n * bit)) / 7n);
});

test("nothing rare and nothing said: all of it is unattributed", () => {
  for (const answer of [[], [0], [99, 98]]) {
    const { settlement } = attribute(filler, answer);
    expect(settlement).toEqual({ entries: [], unattributed: ONE_SHARE, capExcess: 0n, eligibleClusters: 0 });
  }
});

test("parts always sum to one share", () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(tokens, { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(19), { maxLength: 8 }),
      (docs, of) => {
        const answer = of.flatMap((d) => docs[d % docs.length]!.slice(0, 20));
        const { settlement } = attribute([...filler, ...docs], answer);
        const paid = settlement.entries.reduce((sum, { weight }) => sum + weight, 0n);
        expect(paid + settlement.unattributed + settlement.capExcess).toBe(ONE_SHARE);
      },
    ),
  );
});

test("neither the cut into segments nor pages of files change a settlement", () => {
  const folder = mkdtempSync(join(tmpdir(), "openledger-token-pool-"));
  const tokens = fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 40 });
  const corpora = fc.array(tokens, { minLength: 1, maxLength: 20 });
  let run = 0;
  try {
    fc.assert(
      fc.property(
        corpora,
        fc.array(fc.nat(19), { maxLength: 8 }),
        fc.integer({ min: 41, max: 400 }),
        (docs, of, words) => {
          const documents = [...filler, ...docs];
          const answer = of.flatMap((d) => docs[d % docs.length]!);
          const path = join(folder, String(run++));
          const cut = corpusOnDisk(path, documents, { vocabulary: 100, segmentWords: words, pages: 1 });
          try {
            expect(attributeTokens(cut, ownersOf(documents.length), answer)).toEqual(attribute(documents, answer));
          } finally {
            for (const segment of cut) segment.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describeShared("tiny Shakespeare", (shared) => {
  test("twelve copied tokens inside another text are cited to the first passage that has them", () => {
    const text = readFileSync(join(shared, "data", "tinyshakespeare", "input.txt"), "utf8").slice(0, 300_000);
    const passages = text.split("\n\n");
    const vocabulary = trainBpe([text.slice(0, 60_000)], { vocab: 512 });
    const tokenizer = openTokenizer(new TextEncoder().encode(JSON.stringify(vocabulary)));
    const documents = passages.map((passage) => tokenizer.encode(passage));
    const from = documents.findIndex((tokens, d) => d > 500 && tokens.length > 60);
    const copied = documents[from]!.slice(20, 32);
    const around = tokenizer.encode("def query(rows): return [row.id for row in rows if row.size > 64 and row.ok()]");
    const answer = [...around, ...copied, ...around];
    // The same passage again, later: it owns nothing.
    const corpus = [...documents, documents[from]!];
    const { spans, credits } = attributeTokens(
      corpusInMemory(corpus, { vocabulary: tokenizer.size }),
      ownersOf(corpus.length),
      answer,
    );
    const holds = (tokens: readonly number[]) => `,${tokens.join()},`.includes(`,${copied.join()},`);
    expect(corpus.findIndex(holds)).toBe(from);
    const best = spans[0]!;
    expect(best.start).toBeLessThanOrEqual(around.length);
    expect(best.end).toBeGreaterThanOrEqual(around.length + copied.length);
    expect(best.documents).toEqual([from, documents.length]);
    expect(credits[0]).toMatchObject({ document: from });
  });
});
