import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QueryBalanceRequest, QueryBalanceResponse } from "cosmjs-types/cosmos/bank/v1beta1/query";
import { RequestQuery } from "cosmjs-types/tendermint/abci/types";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "../../chain/codec/comet-json-fields.ts";
import { fromHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { DEFAULT_PARAMS } from "../../modules/attribution/params.ts";
import { DEFAULT_PARAMS as DISPUTE_PARAMS } from "../../modules/dispute/params.ts";
import { sendMessage } from "../../modules/testing/wallet.ts";
import {
  type Claim,
  ClaimKind,
  ClaimStatus,
  Query as Claims,
  Params,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as DataNets } from "../../proto/gen/openledger/datanet/v1.ts";
import {
  type Dispute,
  DisputeOutcome,
  Params as DisputeParams,
  Query as Disputes,
} from "../../proto/gen/openledger/dispute/v1.ts";
import {
  type Model,
  ModelStatus,
  Query as Models,
  MsgRegisterIndex,
  MsgRegisterModel,
} from "../../proto/gen/openledger/modelregistry/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { cliJson, Program } from "../../test/e2e/process.ts";
import { encodeManifest, type JobData, type JobManifest } from "../factory/job/index.ts";
import { graphJob } from "../factory/testing/jobs.ts";
import { builtInEncoder } from "../influence/encoders/index.ts";
import { int32Bytes, weightsHash } from "../influence/grid.ts";
import { snapshotRows } from "../jobs/index.ts";
import { MARKET_ACCOUNTS, TestMarket } from "../testing/market.ts";
import { eventually, TestNetwork } from "../testing/network.ts";
import { message, type TestSender } from "../testing/sender.ts";
import { Challenger, challengeMessage } from "./challenger.ts";
import { OwnTrace } from "./own-trace.ts";
import { type Player, playDispute, type SidePorts } from "./play.ts";
import { Poster } from "./poster.ts";
import { MemoryStates } from "./states.ts";
import { type PlayedTraining, trained } from "./testing/falsify.ts";
import { disputedTraining } from "./training.ts";

const DATA = syntheticData(36, "dispute", 2);
const SNAPSHOT = "questions/1";
const CLAIM_BOND = 1_000_000n;
const CHALLENGE_BOND = 2_000_000n;

/** Neither the first nor the last of its segment of three steps. */
const FALSE_STEP = 17;
/** Three of 27 segments are drawn for each claim: that each of these claims is found out is less likely than 1 in 2,000. */
const FALSE = ["false-0", "false-1", "false-2"];
const HONEST = "honest";

/** What a transaction of a test costs. */
const GAS_FEE = 100_000n;

/** Windows for a test; nobody indexes here: a model with any index serves. */
const PARAMS: Params = {
  ...DEFAULT_PARAMS,
  kinds: DEFAULT_PARAMS.kinds.map((terms) => {
    return { ...terms, commitBlocks: terms.kind === ClaimKind.CLAIM_KIND_STEP ? 24n : 48n };
  }),
  unattestedKinds: [ClaimKind.CLAIM_KIND_INDEX],
};

const home = mkdtempSync(join(tmpdir(), "openledger-carol-"));

const NONE = new Uint8Array(0);

let network: TestNetwork;
let market: TestMarket;
let manifest: JobManifest;
let data: JobData;
/** Cluster owners that are not held out. */
let rows: number;
let falsified: PlayedTraining;
let honest: PlayedTraining;

beforeAll(async () => {
  const params = { ...DISPUTE_PARAMS, moveBlocks: 200n };
  const modules = {
    attribution: { params: toJson(Params, PARAMS) as Json },
    dispute: { params: toJson(DisputeParams, params) as Json },
  };
  network = await TestNetwork.start({ validators: [{}, {}], accounts: MARKET_ACCOUNTS, modules });
  market = new TestMarket(network, DATA.labels);
  await network.reach(2);
  await market.curate(DATA.train);
  await market.snapshot();
  rows = await eventually("the draw of held-out items", async () => {
    const { snapshot } = await market.rpc.ask(DataNets.Snapshot, { id: SNAPSHOT });
    return snapshot?.heldOutSeed.length ? snapshot.clusters - snapshot.heldOut : undefined;
  });
  const sources = [await snapshotRows(SNAPSHOT, { ask: market.rpc.ask, blobs: market.rpc })];
  const job = graphJob("lora", { sources, epochs: 20, checkpointEvery: 3 });
  manifest = { ...job.manifest, labels: DATA.labels };
  data = job.data;
  falsified = await trained(manifest, data, FALSE_STEP);
  honest = await trained(manifest, data);
  await register(FALSE, falsified);
  await register([HONEST], honest);
}, 240_000);

afterAll(async () => {
  await network?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The ports of an account, which count what its transactions cost. */
function portsOf(sender: TestSender): SidePorts & { readonly paid: () => bigint } {
  let sent = 0n;
  return {
    ...{ ask: market.rpc.ask, blobs: market.rpc, address: sender.address },
    upload: async (bytes) => fromHex(await sender.upload(market.rpc.url, bytes)),
    send: async (move) => {
      await sender.send(move);
      sent++;
    },
    paid: () => sent * GAS_FEE,
  };
}

/** Registers a training under each name, with an index that makes the model serve once the training is accepted. */
async function register(names: readonly string[], training: PlayedTraining): Promise<void> {
  const maker = market.sender("maker");
  const { upload } = portsOf(maker);
  const isCheckpoint = (step: number) => step % manifest.checkpointEvery === 0 || step === training.states.length - 1;
  for (const state of training.states.filter((_, step) => isCheckpoint(step))) await upload(state);
  const { id: encoder, specHash: encoderHash } = builtInEncoder("hashed-ngram-512");
  const bytes = encodeManifest(manifest);
  const model = {
    ...{ owner: maker.address, encoder, encoderHash, snapshots: [SNAPSHOT], labels: DATA.labels },
    ...{ weightsHash: weightsHash(training.weights), manifestHash: sha256(bytes) },
    ...{ manifestBlob: await upload(bytes), weightsBlob: await upload(int32Bytes(training.weights)) },
    ...{ checkpointsRoot: training.logRoot, checkpointsBlob: await upload(training.logBytes) },
    ...{ priceRequest: "100000", priceToken: "10", licence: "CC0-1.0" },
  };
  // The manifest names the graph by its hash.
  await upload(data.graph as Uint8Array);
  const blob = sha256(bytes);
  const index = { root: blob, rows, headerBlob: blob, rowsBlob: blob, inverseBlob: blob };
  for (const id of names) {
    await maker.send(
      message(MsgRegisterModel, { ...model, id }),
      message(MsgRegisterIndex, { ...index, owner: maker.address, model: id }),
    );
  }
}

/** The models of these names whose training was accepted; they serve. */
async function accepted(names: readonly string[]): Promise<Model[]> {
  const ends = await Promise.all(names.map((id) => market.outcome(id)));
  const models = ends.flatMap(({ model, training }) =>
    model && training === ClaimStatus.CLAIM_STATUS_ACCEPTED ? [model] : [],
  );
  expect(models.map(({ status }) => status)).toEqual(models.map(() => ModelStatus.MODEL_STATUS_SERVING));
  return models;
}

const modelOf = async (id: string) => (await market.rpc.ask(Models.Model, { id })).model;

async function claimOf({ trainingClaimId: claimId }: Model): Promise<Claim> {
  return (await market.rpc.ask(Claims.Claim, { claimId })).claim as Claim;
}

async function balance(address: string): Promise<bigint> {
  const path = "/cosmos.bank.v1beta1.Query/Balance";
  const data = QueryBalanceRequest.encode({ address, denom: "uopen" }).finish();
  const { value } = await network.first.backend.query(RequestQuery.fromPartial({ path, data }));
  return BigInt(QueryBalanceResponse.decode(value).balance?.amount ?? "0");
}

interface Sides {
  readonly challenger: { readonly player: Player; readonly ports: SidePorts };
  readonly poster: { readonly player: Player; readonly ports: SidePorts };
}

/** Both sides move by themselves until the dispute is over. */
async function play(model: Model, training: PlayedTraining, { challenger, poster }: Sides): Promise<Dispute> {
  const { trainingClaimId: claimId } = model;
  await challenger.ports.send(challengeMessage(claimId, training.log, challenger.ports.address));
  const { disputes } = await market.rpc.ask(Disputes.Disputes, { claimId, startAfter: NONE });
  const { id } = disputes.at(-1) as Dispute;
  const sides = [challenger, poster].map(({ player, ports }) => playDispute(id, player, ports, { everyMs: 100 }));
  const [over] = await Promise.all(sides);
  await Promise.all([challenger.player.close(), poster.player.close()]);
  return over as Dispute;
}

/** A funded account of the command line, with a keyring of its own. */
async function cliAccount(): Promise<{ readonly address: string; readonly args: readonly string[] }> {
  const keyring = ["--home", home, "--keyring-backend", "test"];
  const { address } = await cliJson<{ address: string }>("keys", "add", "carol", ...keyring);
  const user = market.sender("user");
  await user.send(sendMessage(user.address, address, 10_000_000n));
  return { address, args: ["--from", "carol", ...keyring, "--node", market.rpc.url] };
}

/** Answers the first dispute of a claim until it is over. */
async function answer(model: Model, player: Player, ports: SidePorts): Promise<Dispute> {
  const { id } = await eventually(
    "a challenge",
    async () =>
      (await market.rpc.ask(Disputes.Disputes, { claimId: model.trainingClaimId, startAfter: NONE })).disputes[0],
    180_000,
  );
  const over = await playDispute(id, player, ports, { everyMs: 100 });
  await player.close();
  return over;
}

test("a falsified training that the drawn segments missed is overturned at the very step, by one command; its model serves no more", async () => {
  const [model] = await accepted(FALSE);
  if (!model) throw new Error("every falsified training was found out");
  const carol = await cliAccount();
  const maker = portsOf(market.sender("maker"));
  const before = [await balance(carol.address), await balance(maker.address)] as const;
  const states = new MemoryStates();
  for (const [step, bytes] of falsified.states.entries()) states.keep({ step, bytes });
  const liar = new Poster(await disputedTraining(await claimOf(model), maker), maker, { states });
  const challenge = ["dispute", "challenge", "--model", model.id, "--workers", "1", "--every", "200"];
  const program = new Program([...challenge, "--output", "json", ...carol.args]);
  const [over, exit] = await Promise.all([answer(model, liar, maker), program.ended]);
  expect([over.outcome, over.reason]).toEqual([DisputeOutcome.DISPUTE_OUTCOME_OVERTURNED, "referee"]);
  expect([over.agreed?.position, over.disputed?.position].map(Number)).toEqual([FALSE_STEP, FALSE_STEP + 1]);
  expect([exit.code, JSON.parse(program.stdout)]).toMatchObject([
    0,
    { outcome: "overturned", challenger: carol.address },
  ]);
  expect(program.stderr).toContain(`the state after step ${FALSE_STEP + 1}, is another one`);
  expect((await claimOf(model)).status).toBe(ClaimStatus.CLAIM_STATUS_OVERTURNED);
  expect((await modelOf(model.id))?.status).toBe(ModelStatus.MODEL_STATUS_RETIRED);
  // Half of the claim's bond, less the gas of a few moves.
  const won = (await balance(carol.address)) - before[0];
  expect(won).toBeGreaterThan(CLAIM_BOND / 2n - GAS_FEE);
  expect(won).toBeLessThan(CLAIM_BOND / 2n);
  expect((await balance(maker.address)) - before[1]).toBe(-maker.paid());
}, 300_000);

test("a false challenge of an honest training loses its stake, and the model goes on serving", async () => {
  const [model] = await accepted([HONEST]);
  if (!model) throw new Error("the honest training was not accepted");
  const [user, maker] = [portsOf(market.sender("user")), portsOf(market.sender("maker"))];
  const before = [await balance(user.address), await balance(maker.address)] as const;
  const disputed = await disputedTraining(await claimOf(model), user);
  const honestly = await Challenger.prepare(disputed, user, { workers: 1 }).catch((error: Error) => error);
  expect(honestly).toMatchObject({ code: "agrees" });
  const trace = new OwnTrace(disputed, { workers: 1 });
  const liar = new Challenger(trace, user, { position: FALSE_STEP });
  const poster = new Poster(disputed, maker, { workers: 1 });
  const sides = { challenger: { player: liar, ports: user }, poster: { player: poster, ports: maker } };
  const over = await play(model, honest, sides);
  expect([over.outcome, over.reason]).toEqual([DisputeOutcome.DISPUTE_OUTCOME_UPHELD, "referee"]);
  expect((await claimOf(model)).status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  expect((await modelOf(model.id))?.status).toBe(ModelStatus.MODEL_STATUS_SERVING);
  expect((await balance(user.address)) - before[0]).toBe(-CHALLENGE_BOND - user.paid());
  expect((await balance(maker.address)) - before[1]).toBe(CHALLENGE_BOND / 2n - maker.paid());
}, 240_000);
