interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time in milliseconds: events run in order of time, then of scheduling. */
export class SimClock {
  #heap: Entry[] = [];
  #order = 0;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  /** Runs `run` after `ms` milliseconds, never before what is due earlier. */
  after(ms: number, run: () => void): void {
    const entry = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Runs events until `done`, or nothing is left, or the time is `until`. True when `done` was reached. */
  run(until: number, done: () => boolean): boolean {
    while (!done()) {
      const first = this.#heap[0];
      if (!first || first.at > until) {
        this.#now = until;
        return false;
      }
      this.#pop();
      this.#now = first.at;
      first.run();
    }
    return true;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at !== b.at ? a.at < b.at : a.order < b.order;
}
