import type { RoundStep } from "./message.ts";
import type { ValueId } from "./value-id.ts";

/** A value and the round in which it got its quorum of prevotes. */
export interface ValueRound {
  readonly value: ValueId;
  readonly round: number;
}

/** The paper's variables of one height (L1-9). Undefined stands for nil / -1. */
export interface RoundState {
  readonly round: number;
  readonly step: RoundStep;
  readonly locked: ValueRound | undefined;
  readonly valid: ValueRound | undefined;
  readonly decision: ValueRound | undefined;
  /** Which "for the first time" rules have fired in this round. */
  readonly seen: { readonly polkaAny: boolean; readonly polkaValue: boolean; readonly precommitAny: boolean };
}

export const NOTHING_SEEN: RoundState["seen"] = { polkaAny: false, polkaValue: false, precommitAny: false };

/** Before round 0 of a height. */
export const INITIAL_ROUND_STATE: RoundState = {
  round: -1,
  step: "newHeight",
  locked: undefined,
  valid: undefined,
  decision: undefined,
  seen: NOTHING_SEEN,
};

/** What can happen to a round; the height driver derives these from votes, proposals, blocks and timeouts. */
export type RoundEvent =
  /** Enter `round`; `proposer` when it is this node's turn. */
  | { readonly kind: "newRound"; readonly round: number; readonly proposer: boolean }
  /** The round's proposal, first offered in this round (its proof-of-lock round is -1), and whether it is valid. */
  | { readonly kind: "proposal"; readonly value: ValueId; readonly valid: boolean }
  /** The round's proposal with a quorum of prevotes for it in the earlier round `polRound`. */
  | { readonly kind: "proposalWithPolka"; readonly value: ValueId; readonly valid: boolean; readonly polRound: number }
  | { readonly kind: "polkaAny" }
  | { readonly kind: "polkaNil" }
  /** A quorum of prevotes of this round for a block that is complete and valid. */
  | { readonly kind: "polkaValue"; readonly value: ValueId }
  | { readonly kind: "precommitAny" }
  /** A quorum of precommits of some round for a block that is complete. */
  | { readonly kind: "precommitValue"; readonly value: ValueId; readonly round: number }
  /** More than 1/3 of the power has voted in a later round. */
  | { readonly kind: "skipRound"; readonly round: number }
  | { readonly kind: "timeout"; readonly step: "propose" | "prevote" | "precommit"; readonly round: number };

/** What the rules ask for. */
export type RoundOutput =
  | { readonly kind: "startRound"; readonly round: number }
  /** Offer the valid value again, or a new one (L16, L18). */
  | { readonly kind: "propose"; readonly valid: ValueRound | undefined }
  | { readonly kind: "schedule"; readonly step: "propose" | "prevote" | "precommit" }
  | { readonly kind: "prevote"; readonly value: ValueId }
  | { readonly kind: "precommit"; readonly value: ValueId }
  | { readonly kind: "decide"; readonly value: ValueId; readonly round: number };
