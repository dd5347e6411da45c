import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { END_ID, trainBpe } from "../../factory/decoder/index.ts";
import { openTokenizer } from "../../tokens/tokenizer.ts";
import { citationsOf, markedText } from "./cite.ts";
import { corpusInMemory } from "./corpus.ts";
import { citedSpans } from "./spans.ts";

const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
/** Every byte of a character beyond ASCII is a token of its own. */
const bytewise = openTokenizer(bytes(trainBpe(["ab"], { vocab: 257 })));
const decode = (ids: readonly number[]) => bytewise.decode(ids);
const span = (start: number, end: number) => ({ start, end, rarity: 1, documents: [0], occurrences: 1 });

describe("citations", () => {
  test("a span that begins or ends inside a character has only whole characters", () => {
    const answer = bytewise.encode("aé😀b");
    expect(answer).toHaveLength(8);
    const texts = (start: number, end: number) => citationsOf(decode, answer, [span(start, end)])[0]!;
    expect(texts(0, 8)).toMatchObject({ from: 0, to: 5, text: "aé😀b" });
    expect(texts(0, 2)).toMatchObject({ from: 0, to: 1, text: "a" });
    expect(texts(2, 7)).toMatchObject({ from: 2, to: 4, text: "😀" });
    expect(texts(1, 6)).toMatchObject({ from: 1, to: 2, text: "é" });
    expect(texts(4, 6)).toMatchObject({ text: "" });
  });

  test("special tokens have no text", () => {
    const answer = [...bytewise.encode("xyz"), END_ID];
    expect(citationsOf(decode, answer, [span(1, 4)])[0]).toMatchObject({ from: 1, to: 3, text: "yz" });
  });

  test("what is quoted stands in every document that is cited", () => {
    const piece = fc.string({ unit: fc.constantFrom("é", "è", "😀", "😁", "水", "a", " "), maxLength: 12 });
    const pieces = fc.array(piece, { minLength: 1, maxLength: 8 });
    let quoted = 0;
    fc.assert(
      fc.property(pieces, pieces, (texts, parts) => {
        const long = [...texts, "é水😀è a 水水😁"];
        const answer = bytewise.encode([...parts, long.at(-1)!.slice(1), ...texts].join("é"));
        const segments = corpusInMemory(
          long.map((text) => bytewise.encode(text)),
          { vocabulary: bytewise.size },
        );
        const citations = citationsOf(decode, answer, citedSpans(segments, answer));
        for (const { text, documents } of citations) {
          quoted++;
          for (const d of documents) expect(long[d]).toContain(text);
        }
      }),
      { numRuns: 100 },
    );
    expect(quoted).toBeGreaterThan(50);
  });
});

test("marks: numbered in the order of the text, overlapping and touching ones too", () => {
  const answer = bytewise.encode("abcdefgh");
  const marked = (...spans: ReturnType<typeof span>[]) =>
    markedText(decode(answer), citationsOf(decode, answer, spans));
  expect(marked(span(5, 7), span(1, 3))).toBe("a‹bc›[1]de‹fg›[2]h");
  expect(marked(span(1, 5), span(3, 8))).toBe("a‹bc‹de›[1]fgh›[2]");
  expect(marked(span(0, 4), span(4, 8))).toBe("‹abcd›[1]‹efgh›[2]");
  expect(marked()).toBe("abcdefgh");
});
