import { invariant } from "./errors.ts";
import { NOTHING_SEEN, type RoundEvent, type RoundOutput, type RoundState } from "./round-state.ts";
import { NIL, type ValueId } from "./value-id.ts";

// The rules of "The latest gossip on BFT consensus" (arXiv 1807.04938), algorithm 1, as one match. "L28" is its line 28.
// h, r: current height and round; v: value; vr: proof-of-lock round of the proposal; 2/3, 1/3: more than that power.
//
//   step              | threshold              | proposal          | event             | clause
//   ------------------+------------------------+-------------------+-------------------+------------------------------
//   any               | -                      | -                 | newRound          | L11-L21
//   propose           | -                      | (r, v, -1)        | proposal          | L22, L24 or L26
//   propose           | 2/3 prevote v in vr<r  | (r, v, vr)        | proposalWithPolka | L28, L30 or L32
//   propose           | -                      | -                 | timeout propose   | L57
//   prevote           | 2/3 prevote any in r   | -                 | polkaAny          | L34 (first time)
//   prevote           | 2/3 prevote v in r     | v valid           | polkaValue        | L36, L37-L43 (first time)
//   precommit         | 2/3 prevote v in r     | v valid           | polkaValue        | L36, L42-L43 only
//   prevote           | 2/3 prevote nil in r   | -                 | polkaNil          | L44
//   prevote           | -                      | -                 | timeout prevote   | L61
//   any               | 2/3 precommit any in r | -                 | precommitAny      | L47 (first time)
//   any               | 2/3 precommit v in any | v complete        | precommitValue    | L49
//   any               | 1/3 votes in r' > r    | -                 | skipRound         | L55
//   any               | -                      | -                 | timeout precommit | L65
//
// Differences from the paper, none of which weakens it: the proposer waits for its own proposal under the same
// timeout as everybody (its application may fail to make one); a quorum of prevotes or precommits stands for the
// proposal it is about (a correct validator among them has seen it); L49 needs no valid(v), as more than 1/3 of the
// correct power has vouched for it and the block is checked again before it is applied.

export interface RuleResult {
  readonly state: RoundState;
  readonly outputs: readonly RoundOutput[];
}

/** The one transition function of a height. An event that no clause matches changes nothing. */
export function applyRule(state: RoundState, event: RoundEvent): RuleResult {
  if (state.step === "commit") return unchanged(state);
  const { step, round } = state;
  switch (event.kind) {
    case "newRound":
      return newRound(state, event.round, event.proposer);
    case "proposal":
      if (step !== "propose") return unchanged(state);
      return prevote(state, event.valid && unlockedFor(state, event.value) ? event.value : NIL); // L22-L27
    case "proposalWithPolka":
      if (step !== "propose" || event.polRound < 0 || event.polRound >= round) return unchanged(state);
      return prevote(state, event.valid && unlockedBy(state, event.value, event.polRound) ? event.value : NIL); // L28-L33
    case "polkaAny":
      if (step !== "prevote" || state.seen.polkaAny) return unchanged(state);
      return schedule({ ...state, seen: { ...state.seen, polkaAny: true } }, "prevote"); // L34-L35
    case "polkaNil":
      return step === "prevote" ? precommit(state, NIL) : unchanged(state); // L44-L46
    case "polkaValue":
      return polkaValue(state, event.value); // L36-L43
    case "precommitAny":
      if (step === "newHeight" || state.seen.precommitAny) return unchanged(state);
      return schedule({ ...state, seen: { ...state.seen, precommitAny: true } }, "precommit"); // L47-L48
    case "precommitValue":
      return decide(state, event.value, event.round); // L49-L54
    case "skipRound":
      return event.round > round ? startRound(state, event.round) : unchanged(state); // L55-L56
    case "timeout":
      return event.round === round ? timeout(state, event.step) : unchanged(state);
  }
}

/** L11-L21: the proposer offers its valid value, or a new one; everybody waits for the proposal. */
function newRound(state: RoundState, round: number, proposer: boolean): RuleResult {
  invariant(round > state.round, `round ${round} after round ${state.round}`);
  const next: RoundState = { ...state, round, step: "propose", seen: NOTHING_SEEN };
  const outputs: RoundOutput[] = [{ kind: "schedule", step: "propose" }];
  if (proposer) outputs.push({ kind: "propose", valid: state.valid });
  return { state: next, outputs };
}

/** L23: never locked, or locked on this value. */
function unlockedFor(state: RoundState, value: ValueId): boolean {
  return state.locked === undefined || state.locked.value === value;
}

/** L29: the quorum at `polRound` is at least as new as the lock, or the lock is on this value. */
function unlockedBy(state: RoundState, value: ValueId, polRound: number): boolean {
  return state.locked === undefined || state.locked.round <= polRound || state.locked.value === value;
}

/** L36-L43: in step prevote lock the value and precommit it; from then on it is the valid value. */
function polkaValue(state: RoundState, value: ValueId): RuleResult {
  const { step, round, seen } = state;
  if ((step !== "prevote" && step !== "precommit") || seen.polkaValue) return unchanged(state);
  const valid: RoundState = { ...state, valid: { value, round }, seen: { ...seen, polkaValue: true } };
  if (step === "precommit") return { state: valid, outputs: [] };
  return precommit({ ...valid, locked: { value, round } }, value);
}

function decide(state: RoundState, value: ValueId, round: number): RuleResult {
  return {
    state: { ...state, step: "commit", decision: { value, round } },
    outputs: [{ kind: "decide", value, round }],
  };
}

function timeout(state: RoundState, step: "propose" | "prevote" | "precommit"): RuleResult {
  switch (step) {
    case "propose":
      return state.step === "propose" ? prevote(state, NIL) : unchanged(state); // L57-L60
    case "prevote":
      return state.step === "prevote" ? precommit(state, NIL) : unchanged(state); // L61-L64
    case "precommit":
      return startRound(state, state.round + 1); // L65-L67
  }
}

function prevote(state: RoundState, value: ValueId): RuleResult {
  return { state: { ...state, step: "prevote" }, outputs: [{ kind: "prevote", value }] };
}

function precommit(state: RoundState, value: ValueId): RuleResult {
  return { state: { ...state, step: "precommit" }, outputs: [{ kind: "precommit", value }] };
}

function schedule(state: RoundState, step: "prevote" | "precommit"): RuleResult {
  return { state, outputs: [{ kind: "schedule", step }] };
}

function startRound(state: RoundState, round: number): RuleResult {
  return { state, outputs: [{ kind: "startRound", round }] };
}

function unchanged(state: RoundState): RuleResult {
  return { state, outputs: [] };
}
