import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allPeersOf } from "./committee.ts";
import type { SketchValue } from "./sketch.ts";
import { type MemberAnswer, type TallyMember, tally } from "./tally.ts";

const sketchOf = (member: number): SketchValue => ({ a: 100 + member, b: 200 + member });
const ID = new Uint8Array(32).fill(7);
const WRONG: SketchValue = { a: 1, b: 1 };

interface Plan {
  readonly power: number;
  /** `guess`: an accept with a wrong own sketch and wrong answers. */
  readonly act: "accept" | "reject" | "abstain" | "silent" | "guess" | "equivocate";
}

function committee(plans: readonly Plan[]): TallyMember[] {
  const places = { committee: plans.map((_, i) => ({ validator: Uint8Array.of(i), power: 1n })), id: ID, seed: ID };
  const all = allPeersOf({ ...places, peerSample: 6 });
  return plans.map(({ power, act }, index) => {
    const about = all[index] ?? [];
    if (act === "silent") return { power: BigInt(power), about, answer: undefined };
    const peers = about.map((peer) => (act === "guess" ? WRONG : sketchOf(peer)));
    const answer: MemberAnswer = {
      verdict: act === "reject" || act === "abstain" ? act : "accept",
      own: act === "guess" ? WRONG : sketchOf(index),
      peers: act === "abstain" ? [] : peers,
      equivocated: act === "equivocate",
    };
    return { power: BigInt(power), about, answer };
  });
}

function plan(...acts: Plan["act"][]): Plan[] {
  return acts.map((act) => ({ power: 10, act }));
}

const status = (plans: readonly Plan[], opened = true) => tally(committee(plans), opened).status;

describe("tally", () => {
  test("two thirds of the answering power are not enough, more are", () => {
    expect(status(plan("accept", "accept", "reject"))).toBe("no_quorum");
    expect(
      status([
        { power: 21, act: "accept" },
        { power: 10, act: "reject" },
      ]),
    ).toBe("accepted");
    expect(
      status([
        { power: 20, act: "accept" },
        { power: 10, act: "reject" },
      ]),
    ).toBe("no_quorum");
  });

  test("a third of the whole power is not enough, more is", () => {
    expect(status(plan("accept", "silent", "silent"))).toBe("no_quorum");
    expect(
      status([
        { power: 11, act: "accept" },
        { power: 10, act: "silent" },
        { power: 10, act: "abstain" },
      ]),
    ).toBe("accepted");
  });

  test("a rejection follows the same rule", () => {
    expect(status(plan("reject", "reject", "reject", "accept"))).toBe("rejected");
    expect(status(plan("reject", "reject", "accept", "accept"))).toBe("no_quorum");
    expect(status(plan("reject", "abstain", "silent"))).toBe("no_quorum");
  });

  test("without the poster's opening the claim is rejected, whoever answered", () => {
    expect(status(plan("accept", "accept", "accept"), false)).toBe("rejected");
    expect(status(plan("silent", "silent", "silent"), false)).toBe("rejected");
  });

  test("a guess is voided when more than half of the other answering power contradicts it", () => {
    const result = tally(committee(plan("accept", "accept", "abstain", "guess")), true);
    expect(result).toMatchObject({ status: "accepted", voided: [false, false, false, true], accept: 20n, absent: 20n });
  });

  test("half of the other answering power does not void: one liar can't take an honest pair down", () => {
    expect(tally(committee(plan("accept", "accept", "guess")), true).voided).toEqual([false, false, true]);
    expect(tally(committee(plan("accept", "guess")), true)).toMatchObject({
      status: "no_quorum",
      voided: [true, true],
    });
  });

  test("an abstainer contradicts nobody and is not contradicted", () => {
    expect(tally(committee(plan("accept", "abstain", "abstain")), true).voided).toEqual([false, false, false]);
  });

  test("two leaves void a member, and its answers do not count against others", () => {
    const result = tally(committee(plan("accept", "equivocate", "equivocate")), true);
    expect(result).toMatchObject({ voided: [false, true, true], accept: 10n, absent: 20n });
  });

  test("above seven, who is linked by agreement to no majority is voided: the guesser, whoever was to check it", () => {
    const nine = plan("accept", "accept", "guess", "accept", "accept", "guess", "accept", "abstain", "accept");
    const { voided, status: found } = tally(committee(nine), true);
    expect(voided).toEqual(nine.map(({ act }) => act === "guess"));
    expect(found).toBe("accepted");
  });

  test("above seven, liars about others cut no honest member off while its own answers hold", () => {
    const members = committee(plan(...Array.from({ length: 20 }, () => "accept" as const)));
    const lying = members.map((member, i): TallyMember => {
      if (i % 3 !== 0 || !member.answer) return member;
      return { ...member, answer: { ...member.answer, peers: member.answer.peers.map(() => WRONG) } };
    });
    expect(tally(lying, true).voided).not.toContain(true);
  });
});

describe("tally: properties", () => {
  const acts = fc.constantFrom<Plan["act"]>("accept", "reject", "abstain", "silent", "guess", "equivocate");
  const plans = fc.array(fc.record({ power: fc.integer({ min: 1, max: 1_000 }), act: acts }), {
    minLength: 1,
    maxLength: 7,
  });

  test("the powers sum to the whole, and the status follows from them by the stated inequalities", () => {
    fc.assert(
      fc.property(plans, fc.boolean(), (drawn, opened) => {
        const { accept, reject, absent, status: found } = tally(committee(drawn), opened);
        const whole = drawn.reduce((sum, { power }) => sum + BigInt(power), 0n);
        expect(accept + reject + absent).toBe(whole);
        const answering = accept + reject;
        const wins = (power: bigint) => power * 3n > answering * 2n && power * 3n > whole;
        expect(wins(accept) && wins(reject)).toBe(false);
        expect(found).toBe(!opened || wins(reject) ? "rejected" : wins(accept) ? "accepted" : "no_quorum");
      }),
    );
  });

  test("the order of the committee changes nothing", () => {
    fc.assert(
      fc.property(plans, fc.integer(), (drawn, seed) => {
        const turn = Math.abs(seed) % drawn.length;
        const turned = [...drawn.slice(turn), ...drawn.slice(0, turn)];
        const [a, b] = [tally(committee(drawn), true), tally(committee(turned), true)];
        expect([b.status, b.accept, b.reject, b.absent]).toEqual([a.status, a.accept, a.reject, a.absent]);
        expect(b.voided).toEqual([...a.voided.slice(turn), ...a.voided.slice(0, turn)]);
      }),
    );
  });

  test("honest members are never voided while they hold at least half of the others' answering power", () => {
    fc.assert(
      fc.property(plans, (drawn) => {
        const { voided } = tally(committee(drawn), true);
        const honest = (act: Plan["act"]) => act === "accept" || act === "reject";
        drawn.forEach(({ act }, i) => {
          const others = drawn.filter((_, j) => j !== i);
          const power = (wanted: (a: Plan["act"]) => boolean) =>
            others.reduce((sum, other) => sum + (wanted(other.act) ? other.power : 0), 0);
          if (honest(act) && power(honest) >= power((a) => a === "guess")) expect(voided[i]).toBe(false);
          if (act === "guess" && power(honest) > 0 && drawn.filter((p) => p.act === "guess").length === 1) {
            expect(voided[i]).toBe(true);
          }
        });
      }),
    );
  });
});
