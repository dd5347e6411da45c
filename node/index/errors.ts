/**
 * Why a search is refused.
 *
 * - `bad_query`: the text is not a query of this language
 * - `too_broad`: it would read more entries than the limit
 */
export type IndexErrorCode = "bad_query" | "too_broad";

export class IndexError extends Error {
  readonly code: IndexErrorCode;
  constructor(code: IndexErrorCode, message: string) {
    super(message);
    this.name = "IndexError";
    this.code = code;
  }
}
