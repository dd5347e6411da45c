/** Requests that wait at first: a model that validators have to load yet costs a refund of so many at most. */
const FIRST = 4;
/** Refunds take no more than this part of the most: a validator that is gone for good must not stop everything. */
const LEAST_PART = 4;

export interface PaceOptions {
  /** Requests that wait for their settlement at a time, at most. */
  readonly most: number;
  /** Requests of one transaction, at most. */
  readonly batch: number;
}

/**
 * How many requests to have waiting: few at first, twice as many with every round of settlements, half after a refund,
 * since a refund mostly says that validators had no time (slow start as in TCP, RFC 5681 section 3.1).
 */
export class Pace {
  readonly #options: PaceOptions;
  #window: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#window = Math.min(FIRST, options.most);
  }

  /** What a look at the waiting requests found. */
  found({ settled, missed }: { readonly settled: number; readonly missed: number }): void {
    const least = Math.min(this.#window, Math.ceil(this.#options.most / LEAST_PART));
    if (missed > 0) this.#window = Math.max(least, Math.floor(this.#window / 2));
    else this.#window = Math.min(this.#options.most, this.#window + settled);
  }

  /** Size of the next transaction; 0: wait until it is worth one. */
  next({ waiting, left }: { readonly waiting: number; readonly left: number }): number {
    const whole = Math.min(this.#options.batch, this.#window, left);
    return this.#window - waiting >= whole ? whole : 0;
  }
}
