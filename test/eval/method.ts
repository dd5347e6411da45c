import type { HeadProblem } from "./head-problem.ts";

/** An attribution method made ready for one problem. */
export interface Scorer {
  /** Bytes that the method keeps for each training row to answer a query. */
  readonly bytesPerRow: number;
  /** One number a training row: larger means that the row speaks more for the query's own answer. */
  score(query: number): Float64Array;
  /** `score(query)[query]`, where it comes cheaper: of a query that is the row of the same number. */
  own?(query: number): number;
}

/** A damping (or other) setting to choose from and the scorer under it. */
export interface Setting {
  readonly name: string;
  scorer(): Scorer;
}

/** A method of data attribution with the paper that it follows. */
export interface Method {
  readonly name: string;
  readonly source: string;
  /**
   * Scores of a method that depends on nothing but the problem are kept between runs; raised when the method changes.
   * Absent where they depend on the engine's own code.
   */
  readonly version?: number;
  /** One setting, or several of which the harness takes the best on tuning queries. */
  prepare(problem: HeadProblem): Promise<readonly Setting[]>;
}

/** A method without anything to choose. */
export function fixed(scorer: Scorer): readonly Setting[] {
  return [{ name: "", scorer: () => scorer }];
}
