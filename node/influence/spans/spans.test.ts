import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { corpusInMemory, corpusOnDisk } from "./corpus.ts";
import { segmentOnDisk } from "./segment.ts";
import { citedSpans, maximalSpans } from "./spans.ts";
import { NaiveCorpus } from "./testing/naive.ts";

const folder = mkdtempSync(join(tmpdir(), "openledger-spans-"));
afterAll(() => rmSync(folder, { recursive: true }));

const VOCABULARY = 6;
const tokens = fc.array(fc.integer({ min: 0, max: VOCABULARY - 1 }), { maxLength: 40 });
const corpora = fc.array(tokens, { minLength: 1, maxLength: 12 });

describe("maximal spans", () => {
  test("are those of a search through every document", () => {
    fc.assert(
      fc.property(corpora, tokens, (documents, answer) => {
        const found = maximalSpans(corpusInMemory(documents, { vocabulary: VOCABULARY }), answer);
        expect(found.map(({ start, end }) => [start, end])).toEqual(new NaiveCorpus(documents).maximalSpans(answer));
      }),
      { numRuns: 300 },
    );
  });

  test("do not depend on how the corpus is cut into segments, nor on where it lies", () => {
    let run = 0;
    fc.assert(
      fc.property(corpora, tokens, fc.integer({ min: 41, max: 90 }), (documents, answer, segmentWords) => {
        const whole = corpusInMemory(documents, { vocabulary: VOCABULARY });
        const path = join(folder, String(run++));
        const cut = corpusOnDisk(path, documents, { vocabulary: VOCABULARY, segmentWords, pages: 1 });
        try {
          expect(maximalSpans(cut, answer)).toEqual(maximalSpans(whole, answer));
          expect(citedSpans(cut, answer)).toEqual(citedSpans(whole, answer));
        } finally {
          for (const segment of cut) segment.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  test("never run across two documents", () => {
    const segments = corpusInMemory(
      [
        [1, 2],
        [3, 4],
      ],
      { vocabulary: VOCABULARY },
    );
    expect(maximalSpans(segments, [1, 2, 3, 4]).map(({ start, end }) => [start, end])).toEqual([
      [0, 2],
      [2, 4],
    ]);
  });

  test("a token that the corpus does not have is in no span", () => {
    const segments = corpusInMemory([[1, 2]], { vocabulary: VOCABULARY });
    expect(maximalSpans(segments, [5, 1, 2, 5, 99]).map(({ start, end }) => [start, end])).toEqual([[1, 3]]);
  });

  test("an answer above the limit is refused", () => {
    const segments = corpusInMemory([[1]], { vocabulary: VOCABULARY });
    expect(() => maximalSpans(segments, new Uint32Array(5_000))).toThrow("at most 4096 are attributed");
  });
});

describe("cited spans", () => {
  const filler = Array.from({ length: 60 }, (_, d) => Array.from({ length: 20 }, (_, i) => (7 * d + i * i) % 50));
  const rare = [60, 61, 62, 63, 64, 65];
  const answer = [...Array.from({ length: 14 }, (_, i) => i % 3), ...rare];

  test("name the documents that hold them, first one first, and not what is common", () => {
    const documents = [...filler, rare, [5, ...rare, 6]];
    const cited = citedSpans(corpusInMemory(documents, { vocabulary: 70 }), answer);
    expect(cited).toHaveLength(1);
    expect(cited[0]).toMatchObject({ start: 14, end: 20, documents: [60, 61], occurrences: 2 });
  });

  test("are at most one in twenty tokens of the answer, rarest first", () => {
    const second = [66, 67, 68, 69, 66];
    const documents = [...filler, rare, second];
    const segments = corpusInMemory(documents, { vocabulary: 70 });
    const both = [...rare, ...Array.from({ length: 9 }, () => 69), ...second];
    expect(citedSpans(segments, both).map(({ start }) => start)).toEqual([0]);
    const longer = [...both, 0];
    expect(citedSpans(segments, longer).map(({ start }) => start)).toEqual([0, 15]);
  });

  test("cite at most ten documents", () => {
    const documents = [...filler, ...Array.from({ length: 15 }, () => rare)];
    const [span] = citedSpans(corpusInMemory(documents, { vocabulary: 70 }), answer);
    expect(span?.documents).toEqual(Array.from({ length: 10 }, (_, i) => 60 + i));
    expect(span?.occurrences).toBe(15);
  });

  test("an empty corpus has none", () => {
    expect(citedSpans([], answer)).toEqual([]);
  });
});

test("a file that is no segment is refused", () => {
  const path = join(folder, "no-segment");
  writeFileSync(path, new Uint8Array(100));
  expect(() => segmentOnDisk(path)).toThrow("not a span segment of version 1");
});
