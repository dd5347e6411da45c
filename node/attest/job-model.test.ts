import { afterAll, beforeAll, expect, test } from "vitest";
import { fromHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { Claim, ClaimKind, ClaimStatus, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import { StepStatement } from "../../proto/gen/openledger/dispute/v1.ts";
import { MsgRegisterModel, Query } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import { encodeLog, encodeManifest, type JobResult, runJob } from "../factory/job/index.ts";
import { headJob } from "../factory/testing/jobs.ts";
import { builtInEncoder } from "../influence/encoders/index.ts";
import { int32Bytes, weightsHash } from "../influence/grid.ts";
import { snapshotRows } from "../jobs/index.ts";
import { MARKET_ACCOUNTS, TestMarket } from "../testing/market.ts";
import { eventually, TestNetwork } from "../testing/network.ts";
import { message } from "../testing/sender.ts";
import { examineStep } from "./examine-step.ts";

const DATA = syntheticData(36, "job-model", 2);
const SNAPSHOT = "questions/1";

let network: TestNetwork;
let market: TestMarket;
let result: JobResult;
let manifest: Uint8Array;
const states: Uint8Array[] = [];

beforeAll(async () => {
  network = await TestNetwork.start({ validators: [{}], accounts: MARKET_ACCOUNTS });
  market = new TestMarket(network, DATA.labels);
  await network.reach(2);
  await market.curate(DATA.train);
  await market.snapshot();
  const job = headJob([await snapshotRows(SNAPSHOT, { ask: market.rpc.ask, blobs: market.rpc })]);
  const own = { ...job.manifest, labels: DATA.labels };
  manifest = encodeManifest(own);
  result = await runJob(own, job.data, {
    workers: 1,
    onEvent: (event) => {
      if (event.kind === "checkpoint") states.push(event.progress.state);
    },
  });
}, 240_000);

afterAll(() => network?.stop());

const upload = async (bytes: Uint8Array) => fromHex(await market.sender("maker").upload(market.rpc.url, bytes));

test("a model from a job with a log: drawn segments are executed again, and its training is accepted", async () => {
  for (const state of states) await upload(state);
  const maker = market.sender("maker");
  const { id: encoder, specHash: encoderHash } = builtInEncoder("hashed-ngram-512");
  await maker.send(
    message(MsgRegisterModel, {
      ...{ owner: maker.address, id: "job-model", encoder, encoderHash, snapshots: [SNAPSHOT] },
      ...{ labels: DATA.labels, weightsHash: weightsHash(result.weights), manifestHash: sha256(manifest) },
      manifestBlob: await upload(manifest),
      weightsBlob: await upload(int32Bytes(result.weights)),
      checkpointsRoot: result.logRoot,
      checkpointsBlob: await upload(encodeLog(result.log)),
      ...{ priceRequest: "100000", priceToken: "10", licence: "CC0-1.0" },
    }),
  );
  const status = await eventually(
    "the training's outcome",
    async () => {
      const { trainingStatus } = await market.rpc.ask(Query.Model, { id: "job-model" });
      return trainingStatus === ClaimStatus.CLAIM_STATUS_OPEN ? undefined : trainingStatus;
    },
    180_000,
  );
  expect(status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
}, 240_000);

test("a disputed step of it is refereed from the snapshot's rows: the true state is accepted, another one rejected", async () => {
  const { model } = await market.rpc.ask(Query.Model, { id: "job-model" });
  const [first, second] = result.log.checkpoints;
  const verdictOn = async (after: Uint8Array | undefined, beforeBlobs: Uint8Array[]) => {
    const statement = StepStatement.fromPartial({
      ...{ claimId: model?.trainingClaimId, position: 1n, before: sha256(manifest), after, beforeBlobs },
      steps: result.log.head?.steps ?? 0n,
    });
    const claim = Claim.fromPartial({
      kind: ClaimKind.CLAIM_KIND_STEP,
      statement: encodeBytes(StepStatement, statement),
    });
    const ports = { ask: market.rpc.ask, blobs: market.rpc, workers: 1, signal: undefined };
    return (await examineStep(claim, ports)).verdict;
  };
  expect(await verdictOn(first?.stateRoot, [])).toBe(Verdict.VERDICT_ACCEPT);
  expect(await verdictOn(second?.stateRoot, [])).toBe(Verdict.VERDICT_REJECT);
}, 120_000);
