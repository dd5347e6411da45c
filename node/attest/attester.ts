import { type Claim, type Opening, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Sketch } from "../influence/sketch.ts";

/** What looking at a claim gave. */
export interface Finding {
  readonly verdict: Verdict;
  /** Why, for the log; empty for an acceptance. */
  readonly reason: string;
  /** Integers that only the recomputation yields; empty for an abstention. */
  readonly witness: Float64Array;
  /** Trying again may give another verdict: a blob was missing, say. */
  readonly again: boolean;
  /** What could be done without the claim's seed is done: the examination goes on when it is there. */
  readonly awaitsSeed?: boolean;
  /** As this node is set up, so that nobody needs a warning. */
  readonly expected?: boolean;
}

/** How a validator comes to verdicts and sketches. Guessing and abstaining ones differ from a verifier in this only. */
export interface Attester {
  /**
   * Never throws: what cannot be examined is an abstention with its reason. A claim whose kind draws from its seed has it
   * (`isExaminable`). The signal says that the claim's time is over.
   */
  examine(claim: Claim, signal?: AbortSignal): Promise<Finding>;
  /** Answers for members of the claim's committee, each under its own seed, in the order of `seeds`. */
  sketches(claim: Claim, witness: Float64Array, seeds: readonly MemberSeed[]): Promise<readonly Sketch[]>;
  /** An opening of another validator was seen. */
  observe(opening: Opening): void;
  /** Claims about these models are likely soon. */
  expect(models: readonly string[]): void;
  close(): Promise<void>;
}

export interface MemberSeed {
  readonly validator: Uint8Array;
  readonly seed: Uint8Array;
  readonly own: boolean;
}

const NO_WITNESS = new Float64Array(0);

export function accepted(witness: Float64Array): Finding {
  return { verdict: Verdict.VERDICT_ACCEPT, reason: "", witness, again: false };
}

export function rejected(reason: string, witness: Float64Array): Finding {
  return { verdict: Verdict.VERDICT_REJECT, reason, witness, again: false };
}

export function abstained(reason: string, again: boolean): Finding {
  return { verdict: Verdict.VERDICT_ABSTAIN, reason, witness: NO_WITNESS, again };
}

/** A validator without a verifier: it answers, so that the chain counts an abstention rather than an absence. */
export class AbstainingAttester implements Attester {
  examine(): Promise<Finding> {
    const finding = abstained("this node has no verifier (config verifier.enabled)", false);
    return Promise.resolve({ ...finding, expected: true });
  }

  sketches(): Promise<readonly Sketch[]> {
    return Promise.resolve([]);
  }

  observe(): void {}

  expect(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}
