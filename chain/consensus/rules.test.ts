import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { INITIAL_ROUND_STATE, NOTHING_SEEN, type RoundEvent, type RoundState } from "./round-state.ts";
import { applyRule } from "./rules.ts";
import { NIL } from "./value-id.ts";

function at(step: RoundState["step"], fields: Partial<RoundState> = {}): RoundState {
  return { ...INITIAL_ROUND_STATE, round: 3, step, seen: NOTHING_SEEN, ...fields };
}

const locked = { value: "v", round: 1 };

describe("new round (L11-L21)", () => {
  test("the proposer without a valid value asks for a new one", () => {
    const { state, outputs } = applyRule(INITIAL_ROUND_STATE, { kind: "newRound", round: 0, proposer: true });
    expect(state).toMatchObject({ round: 0, step: "propose" });
    expect(outputs).toEqual([
      { kind: "schedule", step: "propose" },
      { kind: "propose", valid: undefined },
    ]);
  });

  test("the proposer offers its valid value again", () => {
    const { outputs } = applyRule(at("precommit", { valid: locked }), { kind: "newRound", round: 4, proposer: true });
    expect(outputs[1]).toEqual({ kind: "propose", valid: locked });
  });

  test("others only wait; lock and valid value survive, first-time marks do not", () => {
    const before = at("precommit", {
      locked,
      valid: locked,
      seen: { polkaAny: true, polkaValue: true, precommitAny: true },
    });
    const { state, outputs } = applyRule(before, { kind: "newRound", round: 4, proposer: false });
    expect(outputs).toEqual([{ kind: "schedule", step: "propose" }]);
    expect(state).toMatchObject({ locked, valid: locked, seen: NOTHING_SEEN });
  });
});

describe("prevoting", () => {
  const proposal = (value: string, valid = true): RoundEvent => ({ kind: "proposal", value, valid });
  const again = (value: string, polRound: number, valid = true): RoundEvent => ({
    kind: "proposalWithPolka",
    value,
    valid,
    polRound,
  });

  test.each<[string, RoundState, RoundEvent, string]>([
    ["L22 unlocked, valid", at("propose"), proposal("v"), "v"],
    ["L26 invalid", at("propose"), proposal("v", false), NIL],
    ["L23 locked on it", at("propose", { locked }), proposal("v"), "v"],
    ["L26 locked on another", at("propose", { locked }), proposal("w"), NIL],
    ["L28 unlocked", at("propose"), again("w", 0), "w"],
    ["L29 lock older than the quorum", at("propose", { locked }), again("w", 2), "w"],
    ["L29 lock of the quorum's round", at("propose", { locked }), again("w", 1), "w"],
    ["L32 lock newer than the quorum", at("propose", { locked }), again("w", 0), NIL],
    ["L29 lock newer, same value", at("propose", { locked }), again("v", 0), "v"],
    ["L32 invalid", at("propose", { locked }), again("w", 2, false), NIL],
    ["L57 timeout", at("propose"), { kind: "timeout", step: "propose", round: 3 }, NIL],
  ])("%s", (_, before, event, value) => {
    const { state, outputs } = applyRule(before, event);
    expect(outputs).toEqual([{ kind: "prevote", value }]);
    expect(state.step).toBe("prevote");
    expect(state.locked).toEqual(before.locked);
  });

  test.each<[string, RoundState, RoundEvent]>([
    ["a proposal after the step", at("prevote"), proposal("v")],
    ["a proof-of-lock round that is not earlier", at("propose"), again("v", 3)],
    ["a timeout of another round", at("propose"), { kind: "timeout", step: "propose", round: 2 }],
    ["a timeout after the step", at("prevote"), { kind: "timeout", step: "propose", round: 3 }],
  ])("nothing happens on %s", (_, before, event) => {
    expect(applyRule(before, event)).toEqual({ state: before, outputs: [] });
  });
});

describe("precommitting", () => {
  test("L36: a quorum for a value locks it and makes it the valid value", () => {
    const { state, outputs } = applyRule(at("prevote"), { kind: "polkaValue", value: "w" });
    expect(outputs).toEqual([{ kind: "precommit", value: "w" }]);
    expect(state).toMatchObject({
      step: "precommit",
      locked: { value: "w", round: 3 },
      valid: { value: "w", round: 3 },
    });
  });

  test("L42: after the own precommit it only becomes the valid value", () => {
    const { state, outputs } = applyRule(at("precommit", { locked, valid: locked }), {
      kind: "polkaValue",
      value: "w",
    });
    expect(outputs).toEqual([]);
    expect(state).toMatchObject({ locked, valid: { value: "w", round: 3 } });
  });

  test("L36 holds for the first time only, and not before the prevote", () => {
    const first = applyRule(at("prevote"), { kind: "polkaValue", value: "w" }).state;
    expect(applyRule(first, { kind: "polkaValue", value: "w" })).toEqual({ state: first, outputs: [] });
    expect(applyRule(at("propose"), { kind: "polkaValue", value: "w" }).outputs).toEqual([]);
  });

  test.each<[string, RoundEvent]>([
    ["L44 a quorum for nil", { kind: "polkaNil" }],
    ["L61 the timeout", { kind: "timeout", step: "prevote", round: 3 }],
  ])("%s precommits nil and keeps the lock", (_, event) => {
    const { state, outputs } = applyRule(at("prevote", { locked }), event);
    expect(outputs).toEqual([{ kind: "precommit", value: NIL }]);
    expect(state).toMatchObject({ step: "precommit", locked });
  });
});

describe("timeouts, later rounds, decision", () => {
  test("L34 and L47 schedule once a round", () => {
    const prevotes = applyRule(at("prevote"), { kind: "polkaAny" });
    expect(prevotes.outputs).toEqual([{ kind: "schedule", step: "prevote" }]);
    expect(applyRule(prevotes.state, { kind: "polkaAny" }).outputs).toEqual([]);
    const precommits = applyRule(at("propose"), { kind: "precommitAny" });
    expect(precommits.outputs).toEqual([{ kind: "schedule", step: "precommit" }]);
    expect(applyRule(precommits.state, { kind: "precommitAny" }).outputs).toEqual([]);
  });

  test("L65 and L55 lead to later rounds, never to earlier ones", () => {
    expect(applyRule(at("precommit"), { kind: "timeout", step: "precommit", round: 3 }).outputs).toEqual([
      { kind: "startRound", round: 4 },
    ]);
    expect(applyRule(at("propose"), { kind: "skipRound", round: 7 }).outputs).toEqual([
      { kind: "startRound", round: 7 },
    ]);
    expect(applyRule(at("propose"), { kind: "skipRound", round: 3 }).outputs).toEqual([]);
  });

  test("L49 decides a value of any round, in any step; then nothing changes any more", () => {
    const { state, outputs } = applyRule(at("propose"), { kind: "precommitValue", value: "w", round: 1 });
    expect(outputs).toEqual([{ kind: "decide", value: "w", round: 1 }]);
    expect(applyRule(state, { kind: "timeout", step: "precommit", round: 3 })).toEqual({ state, outputs: [] });
  });

  test("a round that is not later is a broken invariant", () => {
    expect(() =>
      applyRule(at("propose"), { kind: "newRound", round: 3, proposer: false }),
    ).toThrowErrorMatchingInlineSnapshot(`[ConsensusError: round 3 after round 3]`);
  });
});

const events = fc.oneof(
  fc.record({ kind: fc.constant("proposal" as const), value: fc.constantFrom("v", "w"), valid: fc.boolean() }),
  fc.record({
    kind: fc.constant("proposalWithPolka" as const),
    value: fc.constantFrom("v", "w"),
    valid: fc.boolean(),
    polRound: fc.integer({ min: -1, max: 6 }),
  }),
  fc.record({ kind: fc.constant("polkaValue" as const), value: fc.constantFrom("v", "w") }),
  fc.record({ kind: fc.constantFrom("polkaAny" as const, "polkaNil" as const, "precommitAny" as const) }),
  fc.record({
    kind: fc.constant("timeout" as const),
    step: fc.constantFrom("propose" as const, "prevote" as const, "precommit" as const),
    round: fc.integer({ min: 0, max: 6 }),
  }),
);

test("in any run: one prevote and one precommit a round at most, and the lock never becomes older", () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 60 }), (run) => {
      let state = applyRule(INITIAL_ROUND_STATE, { kind: "newRound", round: 0, proposer: false }).state;
      const sent = new Set<string>();
      for (const event of run) {
        const result = applyRule(state, event);
        expect(result.state.locked?.round ?? -1).toBeGreaterThanOrEqual(state.locked?.round ?? -1);
        for (const output of result.outputs) {
          if (output.kind === "prevote" || output.kind === "precommit") {
            const name = `${output.kind} ${state.round}`;
            expect(sent).not.toContain(name);
            sent.add(name);
          }
        }
        state = result.state;
        const next = result.outputs.find((output) => output.kind === "startRound");
        if (next) state = applyRule(state, { kind: "newRound", round: next.round, proposer: false }).state;
      }
    }),
    { numRuns: 200 },
  );
});
