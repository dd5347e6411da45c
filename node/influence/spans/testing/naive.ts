/** The definition of maximal spans by brute force. */
export class NaiveCorpus {
  readonly #documents: readonly (readonly number[])[];

  constructor(documents: readonly (readonly number[])[]) {
    this.#documents = documents;
  }

  #occurs(piece: readonly number[]): boolean {
    return this.#documents.some((tokens) =>
      tokens.some((_, at) => piece.every((token, k) => tokens[at + k] === token)),
    );
  }

  /** [start, end) of pieces that occur and lie in no other occurring piece. */
  maximalSpans(answer: readonly number[]): [number, number][] {
    const longest = answer.map((_, start) => {
      let end = start;
      while (end < answer.length && this.#occurs(answer.slice(start, end + 1))) end++;
      return [start, end] as [number, number];
    });
    return longest.filter(([start, end]) => end > start && !longest.some(([s, e]) => s < start && e >= end));
  }
}
