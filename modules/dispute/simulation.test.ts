import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../chain/app/errors.ts";
import { taggedHash, u32be } from "../../chain/crypto/tagged.ts";
import { type Dispute, DisputeOutcome, DisputePhase, Msg } from "../../proto/gen/openledger/dispute/v1.ts";
import { type Geometry, lastPosition, mostQuestions } from "./bisect.ts";
import { Arena, account, FUNDS } from "./testing/arena.ts";
import { Poster, statesOf } from "./testing/computation.ts";
import { answer, BLOB, challenge, judge } from "./testing/players.ts";

// One side is honest, the other one does whatever fast-check draws: the honest side never loses.

const { DISPUTE_PHASE_CHOOSE, DISPUTE_PHASE_OVER, DISPUTE_PHASE_RESPOND } = DisputePhase;

type Move = "trace" | "truth" | "noise" | "silence" | "agree" | "disagree" | "forge";

const geometries: fc.Arbitrary<Geometry> = fc.record({
  steps: fc.integer({ min: 0, max: 60 }),
  every: fc.integer({ min: 1, max: 20 }),
});
const moves = fc.array(fc.constantFrom<Move>("trace", "truth", "noise", "silence", "agree", "disagree", "forge"), {
  minLength: 1,
  maxLength: 24,
});

/** What a cheating poster does when an answer is due. */
function cheatAsPoster(arena: Arena, dispute: Dispute, move: Move, truth: readonly Uint8Array[]): void {
  const noise = taggedHash("noise", u32be(Number(dispute.asked)));
  if (move === "silence") return;
  if (move === "truth") answer(arena, dispute, truth[Number(dispute.asked)]);
  else if (move === "noise" || move === "disagree") answer(arena, dispute, noise);
  else if (move === "forge")
    arena.send(Msg.Choose, { challenger: account("pat"), disputeId: dispute.id, agree: false });
  else answer(arena, dispute);
}

/** What a cheating challenger does when a choice is due. */
function cheatAsChallenger(arena: Arena, dispute: Dispute, move: Move): void {
  if (move === "silence") return;
  if (move === "forge")
    arena.send(Msg.Respond, { poster: account("cho"), disputeId: dispute.id, root: BLOB, stateBlob: BLOB });
  else judge(arena, dispute, move === "agree" || move === "truth");
}

/** Plays until the dispute is over. Refused moves cost their sender time only. */
function play(arena: Arena, turn: (dispute: Dispute) => void): Dispute {
  const id = challenge(arena);
  for (let blocks = 0; arena.get(id).phase !== DISPUTE_PHASE_OVER; blocks++) {
    if (blocks > 2_000) throw new Error("the dispute does not end");
    try {
      turn(arena.get(id));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    arena.endBlock();
  }
  return arena.get(id);
}

const PACE = { moveBlocks: 4n };

describe("an honest side never loses", () => {
  test("a poster of a true result, against any challenger", () => {
    fc.assert(
      fc.property(geometries, moves, (geometry, script) => {
        const arena = new Arena(new Poster(geometry, statesOf(geometry)), PACE);
        let choices = 0;
        const over = play(arena, (dispute) => {
          if (dispute.phase === DISPUTE_PHASE_RESPOND) answer(arena, dispute);
          else if (dispute.phase === DISPUTE_PHASE_CHOOSE)
            cheatAsChallenger(arena, dispute, script[choices++ % script.length] as Move);
        });
        expect(over.outcome).toBe(DisputeOutcome.DISPUTE_OUTCOME_UPHELD);
        expect(arena.balance("pat")).toBeGreaterThan(FUNDS);
        expect(arena.balance("cho")).toBeLessThan(FUNDS);
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  test("a challenger of a false result, against any poster, whatever log it committed to", () => {
    const logs = fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 6 });
    fc.assert(
      fc.property(geometries, moves, fc.nat(), logs, (geometry, script, drawn, patches) => {
        const truth = statesOf(geometry);
        const last = lastPosition(geometry);
        const states = [...statesOf(geometry, 1 + (drawn % last))];
        // Some states are put right or wrong at random, but the result stays false and the start is what it is.
        for (const [at, isTrue] of patches) {
          const position = 1 + (at % Math.max(1, last - 1));
          if (position >= last) continue;
          states[position] = isTrue ? (truth[position] as Uint8Array) : taggedHash("patch", u32be(position));
        }
        const arena = new Arena(new Poster(geometry, states), PACE);
        let answers = 0;
        const over = play(arena, (dispute) => {
          if (dispute.phase === DISPUTE_PHASE_CHOOSE) judge(arena, dispute, truth);
          else if (dispute.phase === DISPUTE_PHASE_RESPOND)
            cheatAsPoster(arena, dispute, script[answers++ % script.length] as Move, truth);
        });
        expect(over.outcome).toBe(DisputeOutcome.DISPUTE_OUTCOME_OVERTURNED);
        expect(arena.balance("cho")).toBeGreaterThan(FUNDS);
        expect(arena.balance("dispute")).toBe(0n);
      }),
      { numRuns: 150, seed: 8 },
    );
  });
});

test("two sides that differ from some step on end at exactly that step, within the stated number of questions", () => {
  fc.assert(
    fc.property(geometries, fc.nat(), (geometry, drawn) => {
      const wrongAt = 1 + (drawn % lastPosition(geometry));
      const truth = statesOf(geometry);
      const arena = new Arena(new Poster(geometry, statesOf(geometry, wrongAt)), PACE);
      let questions = 0;
      const over = play(arena, (dispute) => {
        if (dispute.phase === DISPUTE_PHASE_CHOOSE) judge(arena, dispute, truth);
        else if (dispute.phase === DISPUTE_PHASE_RESPOND) {
          questions += 1;
          answer(arena, dispute);
        }
      });
      expect([over.agreed?.position, over.disputed?.position]).toEqual([BigInt(wrongAt - 1), BigInt(wrongAt)]);
      expect(questions).toBeLessThanOrEqual(mostQuestions(geometry));
    }),
    { numRuns: 100, seed: 10 },
  );
});
