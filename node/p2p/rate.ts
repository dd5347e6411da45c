import type { NowMs } from "./ports.ts";

/** A token bucket: `perSecond` tokens a second, at most `burst` saved. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #nowMs: NowMs;
  #tokens: number;
  #atMs: number;

  constructor(options: { readonly perSecond: number; readonly burst: number }, nowMs: NowMs) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#nowMs = nowMs;
    this.#tokens = options.burst;
    this.#atMs = nowMs();
  }

  /** Takes `count` tokens if any are left. A single large take may go below zero, so that it is paid for later. */
  take(count: number): boolean {
    this.#refill();
    if (this.#tokens <= 0) return false;
    this.#tokens -= count;
    return true;
  }

  /** Milliseconds until `take` succeeds again; 0 when it does now. */
  waitMs(): number {
    this.#refill();
    return this.#tokens > 0 ? 0 : Math.ceil(((1 - this.#tokens) * 1000) / this.#perSecond);
  }

  #refill(): void {
    const now = this.#nowMs();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#atMs) * this.#perSecond) / 1000);
    this.#atMs = now;
  }
}
