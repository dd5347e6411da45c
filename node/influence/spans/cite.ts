import type { CitedSpan } from "./spans.ts";

/** A span of an answer as a reader sees it. */
export interface Citation extends CitedSpan {
  /** From 1, in the order of the text. */
  readonly number: number;
  /** UTF-16 positions [from, to) of the answer's text. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Token ids to text; special tokens give none. */
export type Decode = (ids: readonly number[]) => string;

/** Where the text of the first tokens ends: inside a character, `before` and `after` are its sides. */
interface Boundary {
  readonly before: number;
  readonly after: number;
}

/**
 * Spans with their places in the decoded text, numbered in its order. A token of a byte-level vocabulary may end inside
 * a character; a span has the characters whose bytes all lie in it, so that what is quoted stands in the documents
 * character for character. (Bytes of an answer that are no UTF-8 read U+FFFD, as everywhere.)
 */
export function citationsOf(decode: Decode, answer: readonly number[], spans: readonly CitedSpan[]): Citation[] {
  const text = decode(answer);
  const boundary = (tokens: number) => boundaryOf(decode(answer.slice(0, tokens)), text);
  const inOrder = [...spans].sort((a, b) => a.start - b.start);
  return inOrder.map((span, i): Citation => {
    const from = boundary(span.start).after;
    const to = Math.max(from, boundary(span.end).before);
    return { ...span, number: i + 1, from, to, text: text.slice(from, to) };
  });
}

function boundaryOf(beginning: string, text: string): Boundary {
  let before = 0;
  while (before < beginning.length && before < text.length && beginning[before] === text[before]) before++;
  if (before === beginning.length || before === text.length) return { before, after: before };
  return { before, after: before + String.fromCodePoint(text.codePointAt(before)!).length };
}

/** The text with every citation between guillemets and its number behind it; citations may overlap. */
export function markedText(text: string, citations: readonly Citation[]): string {
  const marks = citations.flatMap(({ from, to, number }) => [
    { at: to, isOpening: false, mark: `›[${number}]` },
    { at: from, isOpening: true, mark: "‹" },
  ]);
  // Where one ends and another begins, the end comes first.
  marks.sort((a, b) => a.at - b.at || Number(a.isOpening) - Number(b.isOpening));
  let marked = "";
  let shown = 0;
  for (const { at, mark } of marks) {
    marked += text.slice(shown, at) + mark;
    shown = at;
  }
  return marked + text.slice(shown);
}
