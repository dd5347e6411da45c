import type { Validator, ValidatorSet } from "../types/validator-set.ts";

/** Who proposes in each round of a height: the set's own proposer in round 0, one rotation further each round. */
export class ProposerSchedule {
  readonly #base: ValidatorSet;
  #round = 0;
  #rotated: ValidatorSet;

  constructor(validators: ValidatorSet) {
    this.#base = validators;
    this.#rotated = validators;
  }

  at(round: number): Validator {
    if (round === 0) return this.#base.proposer();
    const from = round >= this.#round ? this.#round : 0;
    const start = from === 0 ? this.#base : this.#rotated;
    this.#rotated = round === from ? start : start.incrementPriority(round - from);
    this.#round = round;
    return this.#rotated.proposer();
  }
}
