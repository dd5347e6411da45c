import type { SignStatePort, WalPort } from "../../chain/consensus/ports.ts";
import { SignGuard } from "../../chain/consensus/sign-guard.ts";
import { concatBytes } from "../../chain/crypto/hash.ts";
import { type ExtendedCommit, FLAG_ABSENT } from "../../chain/types/commit.ts";
import { PREVOTE } from "../../chain/types/vote.ts";
import type { SimRng } from "./rng.ts";

/** A node's files. A crash keeps what was synced, and of the rest of the WAL any prefix, perhaps with a torn record. */
export class SimDisk {
  #synced: Uint8Array[] = [];
  #pending: Uint8Array[] = [];
  #signState: Uint8Array = SignGuard.fresh().encode();
  readonly #beforeWrite: (name: string) => void;

  /** `beforeWrite` may throw: the node crashes right before that write takes effect. */
  constructor(beforeWrite: (name: string) => void) {
    this.#beforeWrite = beforeWrite;
  }

  readonly wal: WalPort = {
    append: (frame) => {
      this.#beforeWrite("walAppend");
      this.#pending.push(frame);
    },
    sync: () => {
      this.#beforeWrite("walSync");
      this.#synced.push(...this.#pending);
      this.#pending = [];
    },
    truncate: (length) => {
      this.#synced = [concatBytes(...this.#synced).slice(0, length)];
    },
    reset: (frame) => {
      this.#beforeWrite("walReset");
      this.#synced = [frame];
      this.#pending = [];
    },
  };

  readonly signState: SignStatePort = {
    save: (record) => {
      this.#beforeWrite("signStateSave");
      this.#signState = record;
      this.#beforeWrite("afterSignStateSave");
    },
  };

  get stored(): { wal: Uint8Array; signState: Uint8Array } {
    return { wal: concatBytes(...this.#synced, ...this.#pending), signState: this.#signState };
  }

  /** A twin's record does not know what the other twin signed; it pretends, since its node would not start. */
  forgeSignState(commit: ExtendedCommit): void {
    const guard = SignGuard.decode(this.#signState);
    const entry = commit.signatures.find(({ flag }) => flag !== FLAG_ABSENT);
    if (!entry || guard.height >= commit.height) return;
    const { height, round, blockId } = commit;
    const { validatorAddress, timestamp, signature } = entry;
    const none = new Uint8Array(0);
    const vote = {
      type: PREVOTE,
      height,
      round,
      blockId,
      timestamp,
      validatorAddress,
      validatorIndex: 0,
      signature,
    } as const;
    guard.recordVote({ ...vote, extension: none, extensionSignature: none });
    this.#signState = guard.encode();
  }

  /** Power goes: part of what was not synced is lost. True when the WAL's last record is torn. */
  crash(rng: SimRng): boolean {
    const rest = concatBytes(...this.#pending);
    const kept = rng.chance(0.5) ? 0 : rng.below(rest.length + 1);
    const tail = rest.slice(0, kept);
    this.#synced.push(tail);
    let boundary = 0;
    const torn = kept > 0 && !this.#pending.some((frame) => (boundary += frame.length) === kept);
    if (torn && rng.chance(0.3)) {
      const at = rng.below(tail.length);
      const lastFrame = lastFrameStart(this.#pending, kept);
      if (at >= lastFrame) tail[at] = (tail[at] as number) ^ (1 + rng.below(255));
    }
    this.#pending = [];
    return torn;
  }

  /** The operator removes the WAL; the sign state is kept. */
  loseWal(): void {
    this.#synced = [];
    this.#pending = [];
  }
}

/** Offset at which the last frame that `kept` bytes reach begins. */
function lastFrameStart(frames: readonly Uint8Array[], kept: number): number {
  let start = 0;
  for (const frame of frames) {
    if (start + frame.length >= kept) return start;
    start += frame.length;
  }
  return start;
}
