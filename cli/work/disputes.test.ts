import { expect, test } from "vitest";
import { Dispute, DisputeOutcome, DisputePhase } from "../../proto/gen/openledger/dispute/v1.ts";
import { disputesText, disputeText, disputeView, namedClaim, positionText, stageText } from "./disputes.ts";

const bytes = (fill: number) => new Uint8Array(32).fill(fill);

const OPEN = Dispute.fromPartial({
  ...{ id: bytes(1), claimId: bytes(2), number: 1, challenger: "open1cho", poster: "open1pat", bond: "2000000" },
  ...{
    phase: DisputePhase.DISPUTE_PHASE_RESPOND,
    steps: 80n,
    every: 3n,
    asked: 19n,
    deadline: 700n,
    openedHeight: 99n,
  },
  agreed: { position: 0n, root: bytes(3) },
  disputed: { position: 82n, root: bytes(4) },
});

const OVER = {
  ...OPEN,
  ...{ phase: DisputePhase.DISPUTE_PHASE_OVER, outcome: DisputeOutcome.DISPUTE_OUTCOME_OVERTURNED, reason: "referee" },
  ...{ asked: 0n, deadline: 0n, stepClaimId: bytes(5), endedHeight: 640n },
};

test("default: a dispute says whose move is due, and how it ended", () => {
  expect(disputeText(disputeView(OPEN))).toMatchInlineSnapshot(`
    "dispute:    0101010101010101010101010101010101010101010101010101010101010101
    claim:      0202020202020202020202020202020202020202020202020202020202020202
    challenger: open1cho
    poster:     open1pat
    bond:       2 OPEN
    status:     respond: the poster's move
    training:   80 steps, a checkpoint every 3; at most 7 questions
    agreed:     the manifest
    disputed:   the result
    asked:      the state after step 18
    due by:     block 700"
  `);
  expect(stageText(OPEN)).toBe("dispute 0101010101010101: respond, the state after step 18");
  expect(stageText(OVER)).toBe("dispute 0101010101010101: overturned (referee)");
  expect(disputeView(OVER)).toMatchObject({ outcome: "overturned", asked: null, deadline: null, endedHeight: "640" });
});

test("behavior: positions are the manifest, states and the result", () => {
  expect(["0", "1", "2", "81", "82"].map((position) => positionText(position, "80"))).toEqual([
    ...["the manifest", "the initial state", "the state after step 1", "the state after step 80", "the result"],
  ]);
});

test("behavior: a table has a line a dispute, and says so when there is none", () => {
  expect(disputesText([])).toBe("no disputes");
  const lines = disputesText([disputeView(OPEN), disputeView(OVER)]);
  expect(lines).toContain("respond");
  expect(lines).toContain("overturned");
});

test("behavior: a claim is named by itself, its model or its job, by one of them", async () => {
  const client = { query: () => Promise.reject(new Error("not asked")) } as never;
  await expect(namedClaim(client, {})).rejects.toThrow("give one of --claim, --model and --job");
  await expect(namedClaim(client, { model: "m", job: "j" })).rejects.toThrow("give one of");
});
