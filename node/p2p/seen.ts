/** Remembers keys in two generations: at least the last `generationItems`, at most twice as many. */
export class SeenCache {
  readonly #generationItems: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(generationItems: number) {
    this.#generationItems = generationItems;
  }

  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }

  add(key: string): void {
    if (this.#young.size >= this.#generationItems) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
