import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../chain/crypto/hash.ts";
import { stepStatement } from "../../modules/dispute/referee.ts";
import { Arena, account, CLAIM_BOND, FUNDS } from "../../modules/dispute/testing/arena.ts";
import type { Poster as ScriptedPoster } from "../../modules/dispute/testing/computation.ts";
import { type Dispute, DisputeOutcome, DisputePhase, Msg } from "../../proto/gen/openledger/dispute/v1.ts";
import { recomputeStep } from "../attest/recompute-step.ts";
import { encodeManifest, JobFolder, manifestHash } from "../factory/job/index.ts";
import { graphJob } from "../factory/testing/jobs.ts";
import type { JobInputs } from "../jobs/index.ts";
import { audit } from "./audit.ts";
import { Challenger, challengeMessage } from "./challenger.ts";
import { OwnTrace } from "./own-trace.ts";
import { isDue, type Player } from "./play.ts";
import { Poster } from "./poster.ts";
import { adoptJobFolder, FolderStates, MemoryStates } from "./states.ts";
import { type PlayedTraining, trained } from "./testing/falsify.ts";
import { claimedLog } from "./training.ts";

// The module's own rules, a real training, real players and the real referee; only the committee is one machine.

const { manifest, data } = graphJob("full", { epochs: 4, checkpointEvery: 6 });
const INPUTS: JobInputs = {
  ...{ manifest: encodeManifest(manifest), sources: data.sources, graph: data.graph },
  ...{ tokenizer: undefined, encoder: undefined },
};
/** Between the checkpoints after 6 and 12 steps. */
const FALSE_STEP = 9;
const BOND = 2_000_000n;

let honest: PlayedTraining;
let falsified: PlayedTraining;

beforeAll(async () => {
  honest = await trained(manifest, data);
  falsified = await trained(manifest, data, FALSE_STEP);
});

const blobs = new Map<string, Uint8Array>();
const upload = async (bytes: Uint8Array) => {
  const id = sha256(bytes);
  blobs.set(Buffer.from(id).toString("hex"), bytes);
  return id;
};
const portsOf = (name: string) => ({ address: account(name), upload });
const trainingOf = ({ log }: PlayedTraining) => ({ inputs: INPUTS, log });
const disputeOf = ({ log }: PlayedTraining, arena: Arena) => ({
  ...{ claim: arena.claim, inputs: INPUTS, log, job: undefined },
});

function arenaOf({ log, logRoot }: PlayedTraining): Arena {
  const trace = { start: manifestHash(manifest), result: log.head?.weightsHash, logRoot };
  return new Arena({ trace } as unknown as ScriptedPoster);
}

function statesOf({ states }: PlayedTraining): MemoryStates {
  const kept = new MemoryStates();
  for (const [step, bytes] of states.entries()) kept.keep({ step, bytes });
  return kept;
}

/** Plays a dispute to its end; who is left out never moves. */
async function play(arena: Arena, training: PlayedTraining, players: readonly Player[]): Promise<Dispute> {
  const { value } = challengeMessage(arena.claimId, training.log, account("cho"));
  const { disputeId } = arena.send(Msg.Challenge, value);
  for (let blocks = 0; arena.get(disputeId).phase !== DisputePhase.DISPUTE_PHASE_OVER; blocks++) {
    if (blocks > 300) throw new Error("the dispute does not end");
    const dispute = arena.get(disputeId);
    const player = players.find((each) => isDue(dispute, each) && each.isParty(dispute));
    const move = await player?.move(dispute);
    if (move && player?.phase === "respond") arena.send(Msg.Respond, move.value);
    else if (move) arena.send(Msg.Choose, move.value);
    const verdict = dispute.phase === DisputePhase.DISPUTE_PHASE_REFEREE ? await referee(dispute, training) : undefined;
    arena.endBlock(() => verdict);
  }
  for (const player of players) await player.close();
  return arena.get(disputeId);
}

async function referee(dispute: Dispute, { logBytes }: PlayedTraining): Promise<boolean | undefined> {
  const statement = stepStatement(dispute);
  const states = statement.beforeBlobs.flatMap((id) => blobs.get(Buffer.from(id).toString("hex")) ?? []);
  const { verdict } = await recomputeStep({
    ...{ inputs: INPUTS, states, log: logBytes, workers: 1, ownsManifest: true },
    ...{ before: statement.before, after: statement.after, roundingHash: statement.roundingHash },
    ...{ position: Number(statement.position), steps: Number(statement.steps) },
  });
  return verdict === "abstain" ? undefined : verdict === "accept";
}

describe("audit", () => {
  test("finds nothing in an honest training, and the first false checkpoint of another one", async () => {
    const found = async (training: PlayedTraining) => {
      const trace = new OwnTrace(trainingOf(training), { workers: 1 });
      try {
        return await audit(trace);
      } finally {
        await trace.close();
      }
    };
    expect(await found(honest)).toBeUndefined();
    expect(await found(falsified)).toMatchObject({ position: 13, what: expect.stringContaining("after step 12") });
  });

  test("behavior: other weights than those of the last state are a difference at the result", async () => {
    const head = { ...(honest.log.head ?? { manifestHash: sha256(new Uint8Array(0)), steps: 0n, every: 1 }) };
    const log = { ...honest.log, head: { ...head, weightsHash: sha256(new Uint8Array(1)) } };
    const trace = new OwnTrace({ inputs: INPUTS, log }, { states: statesOf(honest) });
    expect(await audit(trace)).toMatchObject({ position: honest.states.length - 1 + 2 });
    await trace.close();
  });

  test("behavior: a challenge of an honest training is not prepared", async () => {
    const prepared = Challenger.prepare(disputeOf(honest, arenaOf(honest)), portsOf("cho"), { workers: 1 });
    await expect(prepared).rejects.toMatchObject({ code: "agrees" });
  });
});

describe("a dispute played to the end", () => {
  test("overturns a falsified training at the very step, and the bond goes by the rules", async () => {
    const arena = arenaOf(falsified);
    const training = disputeOf(falsified, arena);
    const { player, difference } = await Challenger.prepare(training, portsOf("cho"), { workers: 1 });
    expect(difference.position).toBe(13);
    const liar = new Poster(training, portsOf("pat"), { states: statesOf(falsified) });
    const over = await play(arena, falsified, [player, liar]);
    expect([over.outcome, over.reason]).toEqual([DisputeOutcome.DISPUTE_OUTCOME_OVERTURNED, "referee"]);
    expect(Number(over.disputed?.position)).toBe(FALSE_STEP + 1);
    expect(Number(over.agreed?.position)).toBe(FALSE_STEP);
    expect(arena.balance("cho")).toBe(FUNDS + CLAIM_BOND / 2n);
    expect(arena.lost).toMatchObject([{ challenger: account("cho") }]);
  });

  test("upholds an honest training against whoever lies about it, and takes the stake", async () => {
    for (const position of [1, 7, 10, honest.states.length + 1]) {
      const arena = arenaOf(honest);
      const training = disputeOf(honest, arena);
      const trace = new OwnTrace(training, { states: statesOf(honest) });
      const liar = new Challenger(trace, portsOf("cho"), { position });
      const over = await play(arena, honest, [liar, new Poster(training, portsOf("pat"), { workers: 1 })]);
      expect([over.outcome, over.reason]).toEqual([DisputeOutcome.DISPUTE_OUTCOME_UPHELD, "referee"]);
      expect([arena.balance("cho"), arena.balance("pat")]).toEqual([FUNDS - BOND, FUNDS + BOND / 2n]);
    }
  });

  test("behavior: a poster that never answers loses, a challenger that never chooses as well", async () => {
    const silent = await play(arenaOf(honest), honest, []);
    expect([silent.outcome, silent.reason]).toEqual([DisputeOutcome.DISPUTE_OUTCOME_OVERTURNED, "timeout"]);
    const arena = arenaOf(honest);
    const poster = new Poster(disputeOf(honest, arena), portsOf("pat"), { states: statesOf(honest) });
    const over = await play(arena, honest, [poster]);
    expect([over.outcome, over.reason]).toEqual([DisputeOutcome.DISPUTE_OUTCOME_UPHELD, "timeout"]);
  });

  test("behavior: a poster whose own states are not those of its log says so", async () => {
    const arena = arenaOf(falsified);
    const training = disputeOf(falsified, arena);
    const poster = new Poster(training, portsOf("pat"), { workers: 1 });
    const trace = new OwnTrace(training, { states: statesOf(falsified) });
    const challenger = new Challenger(trace, portsOf("cho"), { position: 13 });
    await expect(play(arena, falsified, [poster, challenger])).rejects.toMatchObject({ code: "indefensible" });
    for (const player of [poster, challenger]) await player.close();
  });
});

describe("states", () => {
  const dir = mkdtempSync(join(tmpdir(), "openledger-states-"));
  afterAll(() => rmSync(dir, { recursive: true }));

  test("of a folder survive, and the nearest before a step is found", () => {
    const [first, second] = [honest.states[0] as Uint8Array, honest.states[6] as Uint8Array];
    const folder = new FolderStates(join(dir, "kept"));
    folder.keep({ step: 0, bytes: first });
    folder.keep({ step: 6, bytes: second });
    const again = new FolderStates(join(dir, "kept"));
    expect(again.nearest(11)).toEqual({ step: 6, bytes: second });
    expect(again.nearest(5)).toEqual({ step: 0, bytes: first });
  });

  test("of an own job folder are taken where they are of the same computation", () => {
    const folder = JobFolder.create(join(dir, "job"), manifest);
    const state = honest.states[12] as Uint8Array;
    const { checkpoints, curve, rounding, stateBlobs } = honest.log;
    const progress = { checkpoints, curve, rounding: rounding?.entries ?? [], stateBlobs, state, step: curve.length };
    folder.keep(manifest, { kind: "checkpoint", index: 2, progress, heldOut: undefined });
    const states = new MemoryStates();
    expect(adoptJobFolder(states, join(dir, "job"), { manifest, log: honest.log })).toBe(1);
    expect(states.nearest(20)?.step).toBe(12);
    const other = { step: 3n, micro: 0, element: 0n, value: 1n };
    const doubted = { ...honest.log, rounding: { entries: [other, ...(rounding?.entries ?? [])] } };
    expect(adoptJobFolder(new MemoryStates(), join(dir, "job"), { manifest, log: doubted })).toBe(0);
  });
});

test("a log is the claim's only by its root and by the weights that it ends with", () => {
  const { logBytes, log, logRoot } = honest;
  const claimed = { logRoot, weightsHash: log.head?.weightsHash ?? new Uint8Array(0) };
  expect(claimedLog(logBytes, claimed)).toEqual(log);
  const other = sha256(new Uint8Array(1));
  expect(() => claimedLog(logBytes, { ...claimed, logRoot: other })).toThrow("not the claimed one");
  expect(() => claimedLog(logBytes, { ...claimed, weightsHash: other })).toThrow(
    /^the log ends with the weights [0-9a-f]{16}, /,
  );
});
