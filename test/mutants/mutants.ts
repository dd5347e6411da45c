/** A single planted fault: one piece of source text replaced by another. */
export interface Mutant {
  readonly name: string;
  /** The rule that it breaks. */
  readonly breaks: string;
  /** Relative to the repository root. */
  readonly file: string;
  /** Occurs exactly once in the file; a mutant whose text is gone is an error, not a survivor. */
  readonly from: string;
  readonly to: string;
  /** Seeds within which the simulator must notice: some times what it takes now. */
  readonly seeds: number;
  /** 4 unless another number shows the fault. */
  readonly validators?: number;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "quorum-two-thirds",
    breaks: "a quorum is more than 2/3, not 2/3 (3 validators)",
    file: "chain/consensus/threshold.ts",
    from: "return power * 3 > total * 2;",
    to: "return power * 3 >= total * 2;",
    seeds: 20,
    validators: 3,
  },
  {
    name: "quorum-half",
    breaks: "a quorum is more than 2/3, not 1/2",
    file: "chain/consensus/threshold.ts",
    from: "return power * 3 > total * 2;",
    to: "return power * 2 >= total;",
    seeds: 20,
  },
  {
    name: "skip-below-one-third",
    breaks: "L55: one vote of a later round is not enough to skip to it",
    file: "chain/consensus/threshold.ts",
    from: "return power * 3 > total;",
    to: "return power > 0;",
    seeds: 20,
  },
  {
    name: "no-unlock",
    breaks: "L28-L29: a newer quorum unlocks",
    file: "chain/consensus/rules.ts",
    from: "state.locked.round <= polRound || ",
    to: "",
    seeds: 120,
  },
  {
    name: "unlock-too-easily",
    breaks: "L29: an older quorum does not unlock",
    file: "chain/consensus/rules.ts",
    from: "state.locked.round <= polRound",
    to: "state.locked.round >= polRound",
    seeds: 120,
  },
  {
    name: "lock-ignored",
    breaks: "L23: a locked validator prevotes its value only",
    file: "chain/consensus/rules.ts",
    from: "return state.locked === undefined || state.locked.value === value;",
    to: "return value !== NIL;",
    seeds: 60,
  },
  {
    name: "no-lock",
    breaks: "L38: a precommit locks",
    file: "chain/consensus/rules.ts",
    from: "precommit({ ...valid, locked: { value, round } }, value)",
    to: "precommit(valid, value)",
    seeds: 20,
  },
  {
    name: "valid-value-forgotten",
    breaks: "L42: a quorum seen after the own precommit still becomes the valid value",
    file: "chain/consensus/rules.ts",
    from: `if (step === "precommit") return { state: valid, outputs: [] };`,
    to: `if (step === "precommit") return { state: { ...state, seen: valid.seen }, outputs: [] };`,
    seeds: 20,
  },
  {
    name: "always-new-value",
    breaks: "L16: the proposer offers its valid value again",
    file: "chain/consensus/rules.ts",
    from: `outputs.push({ kind: "propose", valid: state.valid })`,
    to: `outputs.push({ kind: "propose", valid: undefined })`,
    seeds: 40,
  },
  {
    name: "nil-polka-ignored",
    breaks: "L44: a quorum for nil is precommitted as nil",
    file: "chain/consensus/round-events.ts",
    from: `if (polka && isNil(polka) && state.step === "prevote") return { kind: "polkaNil" };`,
    to: "",
    seeds: 20,
  },
  {
    name: "no-precommit-timeout",
    breaks: "L65: the precommit timeout starts the next round",
    file: "chain/consensus/rules.ts",
    from: "return startRound(state, state.round + 1);",
    to: "return unchanged(state);",
    seeds: 20,
  },
  {
    name: "proposer-never-rotates",
    breaks: "each round has another proposer",
    file: "chain/consensus/proposer.ts",
    from: "if (round === 0) return this.#base.proposer();",
    to: "if (round >= 0) return this.#base.proposer();",
    seeds: 20,
  },
  {
    name: "sign-guard-off",
    breaks: "one key never signs two things for one height, round and step",
    file: "chain/consensus/sign-guard.ts",
    from: "#compare(position: Position): number {",
    to: "#compare(position: Position): number {\n    if (position) return 1;",
    seeds: 80,
  },
  {
    name: "sign-state-not-saved",
    breaks: "the guard's record is on disk before a vote is published",
    file: "chain/consensus/own-signer.ts",
    from: "guard.recordVote(vote);\n    signState.save(guard.encode());",
    to: "guard.recordVote(vote);",
    seeds: 40,
  },
  {
    name: "wal-flush-skipped",
    breaks: "what led to an own vote is on disk before the vote is published",
    file: "chain/consensus/node-loop.ts",
    from: "if (this.#walDirty) this.#ports.wal.sync();",
    to: "",
    seeds: 120,
  },
  {
    name: "wal-not-replayed",
    breaks: "a restart restores locks from the WAL",
    file: "chain/consensus/node-loop.ts",
    from: "if (ended === height - 1) return inputs;",
    to: "if (ended === height - 1) return inputs.slice(0, 0);",
    seeds: 120,
  },
  {
    name: "no-repeat-of-requests",
    breaks: "after a restart unanswered requests are asked again",
    file: "chain/consensus/engine.ts",
    from: "this.requests.repeat();",
    to: "",
    seeds: 20,
  },
  {
    name: "status-only-once",
    breaks: "beliefs about what a peer has end with its next status",
    file: "chain/consensus/gossip.ts",
    from: `if (this.#ticks % STATUS_EVERY_TICKS === 0) this.#announced = "";`,
    to: "",
    seeds: 60,
  },
  {
    name: "late-peer-not-served",
    breaks: "a peer at the height before gets the deciding precommits and the block",
    file: "chain/consensus/gossip.ts",
    from: "else if (last && status.height === last.height) this.#serveLast(peer, state, last);",
    to: "",
    seeds: 60,
  },
];
