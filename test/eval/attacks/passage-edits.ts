import type { SeededStream } from "../../bench/random.ts";

/** Words that mean much the same in old plays: what a paraphrase exchanges first. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  thou: ["you"],
  thee: ["you"],
  thy: ["your"],
  you: ["thou", "ye"],
  your: ["thy"],
  hath: ["has"],
  doth: ["does"],
  is: ["be", "seems"],
  are: ["be"],
  not: ["never"],
  shall: ["will", "must"],
  will: ["shall", "would"],
  my: ["mine", "our"],
  lord: ["master", "sir"],
  sir: ["lord"],
  good: ["fair", "kind"],
  man: ["fellow", "gentleman"],
  come: ["go", "haste"],
  speak: ["say", "tell"],
  say: ["speak", "tell"],
  death: ["end", "grave"],
  love: ["affection", "heart"],
  and: ["then", "but"],
  but: ["yet", "and"],
  the: ["this", "that"],
  a: ["one", "some"],
};

const pick = <T>(values: readonly T[], stream: SeededStream): T => values[stream.below(values.length)]!;

/** Runs of letters, and everything between them. */
const pieces = (text: string) => text.split(/([A-Za-z']+)/);

/** A share of the words replaced, by one of like meaning where the table has one and else by any other; the rest stays. */
export function rewritten(text: string, share: number, words: readonly string[], stream: SeededStream): string {
  const changed = pieces(text).map((piece, i) => {
    if (i % 2 === 0 || stream.next() >= share) return piece;
    const other = SYNONYMS[piece.toLowerCase()];
    const word = other ? pick(other, stream) : pick(words, stream).replace(/[^A-Za-z']/g, "");
    return /^[A-Z]/.test(piece) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
  });
  return changed.join("");
}

/** The same words in another order, the rest of the text in place. */
export function shuffledWords(text: string, stream: SeededStream): string {
  const parts = pieces(text);
  for (let i = parts.length - 2; i > 1; i -= 2) {
    const j = 1 + 2 * stream.below((i + 1) / 2);
    [parts[i], parts[j]] = [parts[j]!, parts[i]!];
  }
  return parts.join("");
}

/** The first half of one text before the second half of another, cut between words. */
export function splice(a: string, b: string): string {
  const [first, second] = [a.split(" "), b.split(" ")];
  return [...first.slice(0, first.length >> 1), ...second.slice(second.length >> 1)].join(" ");
}

/** A text of other words in the same places, capitalised as the words were that stood there. */
export function template(text: string, words: readonly string[], stream: SeededStream): string {
  const changed = pieces(text).map((piece, i) => {
    if (i % 2 === 0) return piece;
    const word =
      pick(words, stream)
        .replace(/[^A-Za-z']/g, "")
        .toLowerCase() || "a";
    if (piece.length > 1 && piece === piece.toUpperCase()) return word.toUpperCase();
    return /^[A-Z]/.test(piece) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
  });
  return changed.join("");
}
