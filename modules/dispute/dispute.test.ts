import { describe, expect, test } from "vitest";
import { ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { DisputeOutcome, DisputePhase, Msg, Query } from "../../proto/gen/openledger/dispute/v1.ts";
import { stepStatement } from "./referee.ts";
import { Arena, account, CLAIM_BOND, FUNDS } from "./testing/arena.ts";
import { isTrueStep, Poster, statesOf } from "./testing/computation.ts";
import { answer, BLOB, challenge, judge } from "./testing/players.ts";

const GEOMETRY = { steps: 20, every: 6 };
const TRUTH = statesOf(GEOMETRY);
const BOND = 2_000_000n;
const { DISPUTE_PHASE_CHOOSE, DISPUTE_PHASE_OVER, DISPUTE_PHASE_REFEREE, DISPUTE_PHASE_RESPOND } = DisputePhase;
const { DISPUTE_OUTCOME_MOOT, DISPUTE_OUTCOME_OVERTURNED, DISPUTE_OUTCOME_UNDECIDED, DISPUTE_OUTCOME_UPHELD } =
  DisputeOutcome;

const liar = (wrongAt = 9) => new Arena(new Poster(GEOMETRY, statesOf(GEOMETRY, wrongAt)));
const honest = () => new Arena(new Poster(GEOMETRY, TRUTH));

/** Both sides play to the step that is left: the poster by its trace, the challenger by the truth or as told. */
function play(arena: Arena, id: Uint8Array, verdict: readonly Uint8Array[] | boolean = TRUTH): void {
  for (let dispute = arena.get(id); dispute.asked > 0n; dispute = arena.get(id)) {
    if (dispute.phase === DISPUTE_PHASE_RESPOND) answer(arena, dispute);
    else judge(arena, dispute, verdict);
    arena.endBlock();
  }
}

describe("a dispute about a false result", () => {
  test("is narrowed down to the false step; the committee rejects it and the poster pays", () => {
    const arena = liar(9);
    const id = challenge(arena);
    expect(arena.balance("cho")).toBe(FUNDS - BOND);
    play(arena, id);
    const dispute = arena.get(id);
    expect([dispute.phase, dispute.disputed?.position]).toEqual([DISPUTE_PHASE_REFEREE, 9n]);
    expect(isTrueStep(stepStatement(dispute))).toBe(false);
    expect(stepStatement(dispute)).toMatchObject({ position: 9n, before: TRUTH[8], beforeBlobs: [BLOB] });
    // Step 8 is in the second part: its roundings are those of the checkpoint after 12 steps.
    expect(dispute.roundingHash).toEqual(arena.poster.roundingHash(2));
    arena.endBlock();
    expect(arena.get(id)).toMatchObject({ phase: DISPUTE_PHASE_OVER, outcome: DISPUTE_OUTCOME_OVERTURNED });
    expect(arena.claim.status).toBe(ClaimStatus.CLAIM_STATUS_OVERTURNED);
    // Half of the claim's bond, rounded down; the rest goes to the referees and the DataNets.
    expect(arena.balance("cho")).toBe(FUNDS + CLAIM_BOND / 2n);
    expect(arena.forfeits).toEqual([{ amount: CLAIM_BOND - CLAIM_BOND / 2n, rejecters: 1, datanets: ["net"] }]);
    expect(arena.lost).toEqual([{ challenger: account("cho"), referees: [{ operator: account("val"), power: 10n }] }]);
    expect(arena.balance("dispute")).toBe(0n);
  });

  test("finds a false initial state, and a result that does not follow from the last state", () => {
    for (const wrongAt of [1, 22]) {
      const arena = liar(wrongAt);
      const id = challenge(arena);
      play(arena, id);
      expect(arena.get(id).disputed?.position).toBe(BigInt(wrongAt));
      arena.endBlock();
      expect(arena.get(id).outcome).toBe(DISPUTE_OUTCOME_OVERTURNED);
    }
  });

  test("is won when the poster is silent; without referees all but the challenger's half is the bounty's", () => {
    const arena = liar();
    const id = challenge(arena);
    const { deadline } = arena.get(id);
    while (BigInt(arena.height) < deadline) arena.endBlock();
    expect(arena.get(id).phase).toBe(DISPUTE_PHASE_RESPOND);
    arena.endBlock();
    expect(arena.get(id)).toMatchObject({ outcome: DISPUTE_OUTCOME_OVERTURNED, reason: "timeout" });
    expect(arena.forfeits).toEqual([{ amount: CLAIM_BOND - CLAIM_BOND / 2n, rejecters: 0, datanets: ["net"] }]);
  });

  test("stays won when the claim's module cannot carry the loss out", () => {
    const arena = liar();
    arena.isStuck = true;
    const id = challenge(arena);
    play(arena, id);
    arena.endBlock();
    expect(arena.get(id).outcome).toBe(DISPUTE_OUTCOME_OVERTURNED);
    expect(arena.log.events.filter(({ type }) => type === "dispute_effect_failed")).toHaveLength(1);
  });
});

describe("a dispute about a true result", () => {
  test("is lost by whoever disagrees: half of the bond to the poster, the rest to referees and treasury", () => {
    const arena = honest();
    const id = challenge(arena);
    play(arena, id, false);
    arena.endBlock();
    expect(arena.get(id)).toMatchObject({ outcome: DISPUTE_OUTCOME_UPHELD, reason: "referee" });
    expect([arena.balance("cho"), arena.balance("pat")]).toEqual([FUNDS - BOND, FUNDS + BOND / 2n]);
    expect(arena.forfeits).toEqual([{ amount: BOND / 2n, rejecters: 1, datanets: [] }]);
    expect(arena.claim).toMatchObject({ status: ClaimStatus.CLAIM_STATUS_ACCEPTED, disputed: false });
  });

  test("is lost by a challenger that goes silent: the half that nobody refereed for burns", () => {
    const arena = honest();
    const supply = arena.supply();
    const id = challenge(arena);
    answer(arena, arena.get(id));
    arena.blocks(61);
    expect(arena.get(id)).toMatchObject({ outcome: DISPUTE_OUTCOME_UPHELD, reason: "timeout" });
    expect([arena.balance("pat"), supply - arena.supply()]).toEqual([FUNDS + BOND / 2n, BOND / 2n]);
  });
});

describe("no quorum and moot disputes", () => {
  test("nobody loses anything when the committee finds no quorum", () => {
    const arena = liar();
    const id = challenge(arena);
    play(arena, id);
    arena.endBlock(() => undefined);
    expect(arena.get(id).outcome).toBe(DISPUTE_OUTCOME_UNDECIDED);
    expect([arena.balance("cho"), arena.balance("pat")]).toEqual([FUNDS, FUNDS]);
    expect(arena.claim.disputed).toBe(false);
  });

  test("several disputes of one claim run side by side; what the first one won makes the others moot", () => {
    const arena = liar();
    const [first, second] = [challenge(arena, "cho"), challenge(arena, "joe")] as const;
    play(arena, first);
    arena.endBlock();
    expect(arena.get(first).outcome).toBe(DISPUTE_OUTCOME_OVERTURNED);
    expect(() => answer(arena, arena.get(second))).toThrow("the claim ended otherwise");
    arena.blocks(61);
    expect(arena.get(second).outcome).toBe(DISPUTE_OUTCOME_MOOT);
    expect(arena.balance("joe")).toBe(FUNDS);
    expect(arena.balance("dispute")).toBe(0n);
  });

  test("the bond of the claim is let go with the last dispute only", () => {
    const arena = honest();
    const [first, second] = [challenge(arena, "cho"), challenge(arena, "joe")] as const;
    play(arena, first, false);
    arena.endBlock();
    expect(arena.claim.disputed).toBe(true);
    play(arena, second, false);
    arena.endBlock();
    expect(arena.claim.disputed).toBe(false);
  });
});

describe("the step", () => {
  test("waits while the claim engine has no room, and nobody misses a move meanwhile", () => {
    const arena = liar();
    const id = challenge(arena);
    arena.isFull = true;
    play(arena, id);
    arena.blocks(200);
    expect(arena.get(id).phase).toBe(DisputePhase.DISPUTE_PHASE_STEP);
    arena.isFull = false;
    arena.endBlock();
    expect(arena.get(id).phase).toBe(DISPUTE_PHASE_REFEREE);
    arena.endBlock();
    expect(arena.get(id).outcome).toBe(DISPUTE_OUTCOME_OVERTURNED);
  });

  test("names the challenger's blob of the agreed state beside the poster's", () => {
    const arena = liar(9);
    const id = challenge(arena);
    const own = new Uint8Array(32).fill(7);
    for (let dispute = arena.get(id); dispute.asked > 0n; dispute = arena.get(id)) {
      if (dispute.phase === DISPUTE_PHASE_RESPOND) answer(arena, dispute);
      else if (dispute.asked < 9n) {
        const { id: disputeId, challenger, asked: position } = dispute;
        arena.send(Msg.Choose, { challenger, disputeId, position, agree: true, stateBlob: own });
      } else judge(arena, dispute, false);
    }
    expect(stepStatement(arena.get(id)).beforeBlobs).toEqual([BLOB, own]);
  });
});

describe("refusals", () => {
  const open = () => {
    const arena = liar();
    return { arena, id: challenge(arena) };
  };

  test("challenges of an unknown or lapsed claim, with another log head, by the poster, or beyond the limits", () => {
    const arena = liar();
    const send = (changes: object) => () =>
      arena.send(Msg.Challenge, {
        challenger: account("cho"),
        claimId: arena.claimId,
        steps: 20n,
        every: 6n,
        aunts: arena.poster.headPath,
        ...changes,
      });
    expect(send({ claimId: new Uint8Array(32) })).toThrow("no such claim");
    expect(send({ claimId: new Uint8Array(5) })).toThrow("a claim's id has 32 bytes");
    expect(send({ steps: 21n })).toThrow("the log's head does not say so");
    expect(send({ every: 5n })).toThrow("the log's head does not say so");
    expect(send({ aunts: [] })).toThrow("the log's head does not say so");
    expect(send({ every: 0n })).toThrow("can be disputed");
    expect(send({ steps: 2n ** 60n })).toThrow("can be disputed");
    expect(send({ challenger: account("pat") })).toThrow("nobody disputes a claim of its own");
    expect(send({ challenger: account("poor") })).toThrow("lacks");
    arena.claim = { ...arena.claim, bondUntil: 0n };
    expect(send({})).toThrow("past its time for disputes");
    const small = new Arena(new Poster(GEOMETRY, TRUTH), { maxOpenDisputes: 1 });
    challenge(small);
    expect(() => challenge(small, "joe")).toThrow("1 disputes are open");
  });

  test("answers of another, for another position, other than the checkpoint, or when a choice is due", () => {
    const { arena, id } = open();
    const dispute = arena.get(id);
    const respond = (changes: object) => () =>
      arena.send(Msg.Respond, {
        poster: account("pat"),
        disputeId: id,
        position: dispute.asked,
        root: arena.poster.states[Number(dispute.asked)],
        stateBlob: BLOB,
        roundingHash: arena.poster.roundingHash(2),
        aunts: arena.poster.path(2),
        ...changes,
      });
    expect(dispute.asked).toBe(13n);
    expect(respond({ poster: account("joe") })).toThrow("only the claim's poster");
    expect(respond({ position: 8n })).toThrow("position 13 is asked for");
    expect(respond({ root: TRUTH[8] })).toThrow("not the checkpoint");
    expect(respond({ roundingHash: BLOB })).toThrow("not the checkpoint");
    expect(respond({ aunts: arena.poster.path(0) })).toThrow("not the checkpoint");
    expect(respond({ disputeId: BLOB })).toThrow("no such dispute");
    expect(() => judge(arena, dispute, true)).toThrow("this move is not due");
    respond({})();
    expect(respond({})).toThrow("this move is not due");
    arena.height += 61;
    expect(() => judge(arena, arena.get(id), true)).toThrow("the move was due by height");
  });

  test("between checkpoints there is nothing to prove", () => {
    const { arena, id } = open();
    let dispute = arena.get(id);
    while (dispute.phase !== DISPUTE_PHASE_RESPOND || dispute.asked % 6n === 1n) {
      if (dispute.phase === DISPUTE_PHASE_CHOOSE) judge(arena, dispute, TRUTH);
      else answer(arena, dispute);
      dispute = arena.get(id);
    }
    const message = { poster: account("pat"), disputeId: id, position: dispute.asked, root: BLOB, stateBlob: BLOB };
    expect(() => arena.send(Msg.Respond, { ...message, aunts: [BLOB] })).toThrow("no checkpoint to prove");
    answer(arena, dispute, BLOB);
    const strange = { challenger: account("cho"), disputeId: id, position: dispute.asked, stateBlob: BLOB };
    expect(() => arena.send(Msg.Choose, strange)).toThrow("goes with an agreement only");
    expect(() => arena.send(Msg.Choose, { ...strange, challenger: account("joe"), agree: true })).toThrow(
      "only the challenger chooses",
    );
  });
});

describe("genesis and queries", () => {
  test("export, import and export again give the same bytes, with disputes in every phase (I14)", () => {
    const arena = liar();
    const [first, second] = [challenge(arena, "cho"), challenge(arena, "joe")] as const;
    play(arena, first);
    answer(arena, arena.get(second));
    const exported = arena.dispute.module.exportGenesis?.(arena.context());
    const again = new Arena(arena.poster, {}, undefined);
    const ctx = again.context("genesis");
    again.bank.mint(ctx, "dispute", 2n * BOND);
    again.dispute.module.initGenesis?.(ctx, exported);
    expect(again.dispute.module.exportGenesis?.(ctx)).toEqual(exported);
    expect([...again.dispute.keeper.due(ctx)]).toEqual([...arena.dispute.keeper.due(arena.context())]);
  });

  test("a genesis that contradicts itself is refused", () => {
    expect(() => new Arena(liar().poster, { winnerBps: 5_001 })).toThrow("winner_bps is at most 5000");
    expect(() => new Arena(liar().poster, { moveBlocks: 1n })).toThrow("move_blocks is 2 to 86400");
    expect(() => new Arena(liar().poster, {}, { misspelt: 1 })).toThrow("app_state.dispute");
    const arena = liar();
    challenge(arena);
    const exported = arena.dispute.module.exportGenesis?.(arena.context());
    expect(() => new Arena(arena.poster, {}, exported)).toThrow("dispute/escrow");
  });

  test("disputes are found by id, by claim, and while they are open", () => {
    const arena = liar();
    const id = challenge(arena);
    const ask = (method: (typeof Query)["Disputes"], claimId: Uint8Array) => {
      const route = arena.dispute.module.queries.find(({ path }) => path === method.path);
      const bytes = method.request.encode(method.request.fromPartial({ claimId })).finish();
      return method.response.decode(route?.handle(arena.context(), bytes) ?? bytes).disputes.map((each) => each.id);
    };
    expect(ask(Query.Disputes, arena.claimId)).toEqual([id]);
    expect(ask(Query.Disputes, new Uint8Array(0))).toEqual([id]);
    expect(ask(Query.Disputes, new Uint8Array(32))).toEqual([]);
    expect(() => ask(Query.Disputes, new Uint8Array(3))).toThrow("32 bytes");
    const more = [challenge(arena), challenge(arena)];
    const page = (startAfter: Uint8Array) => {
      const route = arena.dispute.module.queries.find(({ path }) => path === Query.Disputes.path);
      const bytes = Query.Disputes.request.encode({ claimId: new Uint8Array(0), startAfter }).finish();
      return Query.Disputes.response
        .decode(route?.handle(arena.context(), bytes) ?? bytes)
        .disputes.map(({ id: of }) => of);
    };
    const all = page(new Uint8Array(0));
    expect(all).toHaveLength(3);
    expect(new Set(all.map(String))).toEqual(new Set([id, ...more].map(String)));
    expect(page(all[0] as Uint8Array)).toEqual(all.slice(1));
    expect(page(all[2] as Uint8Array)).toEqual([]);
    arena.blocks(61);
    // What is over keeps its place in the order.
    expect(page(all[1] as Uint8Array)).toEqual([]);
    expect(ask(Query.Disputes, new Uint8Array(0))).toEqual([]);
    expect(ask(Query.Disputes, arena.claimId)).toEqual([id, ...more]);
  });
});
