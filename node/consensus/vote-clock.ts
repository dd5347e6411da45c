import type { VoteClock } from "../../chain/consensus/ports.ts";
import { type BlockId, blockIdKey } from "../../chain/types/block-id.ts";
import { addMs, compareTime, fromMs, type Timestamp } from "../../chain/types/time.ts";

/** Blocks of one height whose times are remembered: one a round, and rounds are few. */
const MAX_REMEMBERED = 64;

/** Times to sign with, from the wall clock but never before the block voted for, so that BFT time goes on. */
export class WallVoteClock implements VoteClock {
  readonly #nowMs: () => number;
  readonly #blocks = new Map<string, Timestamp>();
  #last: Timestamp;

  /** `last` is the time of the last block; `nowMs` the wall clock. */
  constructor(last: Timestamp, nowMs: () => number = Date.now) {
    this.#last = last;
    this.#nowMs = nowMs;
  }

  /** A block that may be voted for or proposed. */
  seen(blockId: BlockId, time: Timestamp): void {
    this.#blocks.set(blockIdKey(blockId), time);
    const oldest = this.#blocks.keys().next();
    if (this.#blocks.size > MAX_REMEMBERED && !oldest.done) this.#blocks.delete(oldest.value);
  }

  /** A block was applied. */
  applied(time: Timestamp): void {
    this.#last = time;
    this.#blocks.clear();
  }

  voteTime(_height: number, blockId: BlockId): Timestamp {
    const least = addMs(this.#blocks.get(blockIdKey(blockId)) ?? this.#last, 1);
    const now = fromMs(this.#nowMs());
    return compareTime(now, least) > 0 ? now : least;
  }

  proposalTime(_height: number, blockId: BlockId): Timestamp {
    return this.#blocks.get(blockIdKey(blockId)) ?? fromMs(this.#nowMs());
  }
}
