import { equalBytes } from "../../../chain/crypto/bytes.ts";
import { merkleProofs, merkleRoot } from "../../../chain/crypto/merkle.ts";
import { taggedHash, u32be, utf8Bytes } from "../../../chain/crypto/tagged.ts";
import type { StepStatement } from "../../../proto/gen/openledger/dispute/v1.ts";
import { Checkpoint, LogHead } from "../../../proto/gen/openledger/factory/v1.ts";
import { encodeBytes } from "../../../proto/runtime.ts";
import { checkpointCount, checkpointPosition, type Geometry, lastPosition } from "../bisect.ts";
import type { Trace } from "../types.ts";

// A computation whose states are hashes: position p + 1 follows from position p by `next`.

export const START: Uint8Array = taggedHash("manifest", utf8Bytes("job"));

export function next(before: Uint8Array, position: number): Uint8Array {
  return taggedHash("state", before, u32be(position));
}

/** The true states at positions 0, 1, ... result; with `wrongAt`, what follows a false state at that position. */
export function statesOf(geometry: Geometry, wrongAt?: number): Uint8Array[] {
  const states = [START];
  for (let position = 1; position <= lastPosition(geometry); position++) {
    const right = next(states[position - 1] as Uint8Array, position);
    states.push(position === wrongAt ? taggedHash("false", right) : right);
  }
  return states;
}

/** What the poster of a claim has: its states, and the log that it committed to. */
export class Poster {
  readonly geometry: Geometry;
  readonly states: readonly Uint8Array[];
  readonly #leaves: readonly Uint8Array[];

  constructor(geometry: Geometry, states: readonly Uint8Array[]) {
    this.geometry = geometry;
    this.states = states;
    const head = {
      manifestHash: START,
      steps: BigInt(geometry.steps),
      every: geometry.every,
      weightsHash: this.result,
    };
    const checkpoints = Array.from({ length: checkpointCount(geometry) }, (_, i) => this.#checkpoint(i));
    this.#leaves = [encodeBytes(LogHead, head), ...checkpoints];
  }

  get result(): Uint8Array {
    return this.states[lastPosition(this.geometry)] as Uint8Array;
  }

  get trace(): Trace {
    return { start: START, result: this.result, logRoot: merkleRoot(this.#leaves) };
  }

  /** Path of the log's head. */
  get headPath(): readonly Uint8Array[] {
    return this.#path(0);
  }

  /** Path of checkpoint `index`. */
  path(index: number): readonly Uint8Array[] {
    return this.#path(index + 1);
  }

  roundingHash(index: number): Uint8Array {
    return taggedHash("roundings", u32be(index));
  }

  #path(leaf: number): readonly Uint8Array[] {
    return merkleProofs(this.#leaves).proofs[leaf]?.aunts ?? [];
  }

  #checkpoint(index: number): Uint8Array {
    const position = checkpointPosition(this.geometry, index);
    const stateRoot = this.states[position] as Uint8Array;
    return encodeBytes(Checkpoint, { step: BigInt(position - 1), stateRoot, roundingHash: this.roundingHash(index) });
  }
}

/** What an honest committee finds of a step. */
export function isTrueStep({ before, after, position }: StepStatement): boolean {
  return equalBytes(next(before, Number(position)), after);
}
