import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import { sum } from "../../chain/math/int.ts";
import {
  Query as AttributionQuery,
  ClaimStatus,
  type Outcome,
  Verdict,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { Query as DatanetQuery } from "../../proto/gen/openledger/datanet/v1.ts";
import {
  InferenceOutput,
  Query as InferenceQuery,
  MsgSubmitResult,
  type Request,
  RequestStatus,
} from "../../proto/gen/openledger/inference/v1.ts";
import { Query as ModelQuery } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { syntheticData } from "../../test/bench/synthetic.ts";
import type { ArtefactSource } from "../attest/artefacts.ts";
import { explainContribution } from "../explain/index.ts";
import { SILENT_LOG } from "../p2p/index.ts";
import { createHost, type HostEvent, type InferenceHost } from "../serving/index.ts";
import { MARKET_ACCOUNTS, NET, TestMarket } from "./market.ts";
import { eventually, TestNetwork } from "./network.ts";
import { message } from "./sender.ts";

const HONEST = [0, 1];
const WITHOUT_VERIFIER = 2;
const GUESSER = 3;
const DATA = syntheticData(160, "market", 3);

let network: TestNetwork;
let market: TestMarket;
let host: InferenceHost;
const events: HostEvent[] = [];

beforeAll(async () => {
  network = await TestNetwork.start({
    validators: [{}, {}, { verifier: false }, { fault: { guess: "previous" } }],
    accounts: MARKET_ACCOUNTS,
  });
  market = new TestMarket(network, DATA.labels);
  await network.reach(2);
  await market.curate(DATA.train);
}, 240_000);

afterAll(async () => {
  await host?.stop();
  await network?.stop();
  rmSync(hostHome(), { recursive: true, force: true });
});

const hostHome = () => `${network.homes[0]}-host`;

async function startHost(): Promise<InferenceHost> {
  const signer = await market.sender("host").directSigner();
  const options = { rpcUrl: network.first.rpcUrl, models: [market.model], home: hostHome() };
  const created = await createHost(options, { signer, log: SILENT_LOG, onEvent: (event) => events.push(event) });
  created.start();
  return created;
}

function finished(ids: readonly string[]): Promise<Request[]> {
  return eventually("the requests' ends", async () => {
    const answers = await Promise.all(ids.map((id) => market.rpc.ask(InferenceQuery.Request, { id })));
    const requests = answers.flatMap(({ request }) => (request ? [request] : []));
    return requests.every(({ status }) => status >= RequestStatus.REQUEST_STATUS_SETTLED) ? requests : undefined;
  });
}

function memberOf({ members }: Outcome, index: number) {
  const address = network.nodes[index]?.backend.status().validator?.address as Uint8Array;
  return members.find(({ validator }) => equalBytes(validator, address));
}

async function outcomeOf(claimId: Uint8Array): Promise<Outcome> {
  return (await market.rpc.ask(AttributionQuery.Claim, { claimId })).outcome as Outcome;
}

test("a snapshot with wrong clusters is rejected, the right one is accepted", async () => {
  const wrong = await market.snapshot(({ clusters, owners }) => ({
    clusters: clusters - 1,
    owners: owners.with(0, (owners[0] as number) - 1),
  }));
  expect(wrong.status).toBe(ClaimStatus.CLAIM_STATUS_REJECTED);
  const { content, status } = await market.snapshot();
  expect(status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  expect(content.items).toBe(DATA.train.length - 2);
  await market.train();
  const { model } = await market.rpc.ask(ModelQuery.Model, { id: market.model });
  const { items: heldOut, counts } = await market.rpc.ask(DatanetQuery.HeldOut, { snapshot: `${NET}/1` });
  expect(heldOut).toBeGreaterThan(content.clusters / 20);
  expect(counts.reduce((all, { items }) => all + items, 0)).toBe(heldOut);
  expect(model?.index?.rows).toBe(content.clusters - heldOut);
}, 240_000);

test("a host's results are recomputed, opened and paid; guesses are voided", async () => {
  const ids = await market.request(DATA.test.slice(0, 5).map(({ text }) => text));
  host = await startHost();
  for (const request of await finished(ids)) {
    expect(request.status).toBe(RequestStatus.REQUEST_STATUS_SETTLED);
    const outcome = await outcomeOf(request.claimId);
    for (const index of HONEST) {
      expect(memberOf(outcome, index)).toMatchObject({ verdict: Verdict.VERDICT_ACCEPT, voided: false });
    }
    expect(memberOf(outcome, WITHOUT_VERIFIER)).toMatchObject({ verdict: Verdict.VERDICT_ABSTAIN, answered: true });
    expect(memberOf(outcome, GUESSER)).toMatchObject({ voided: true });
  }
  await eventually("the host's own account of it", () =>
    events.filter(({ kind }) => kind === "finished").length === ids.length ? true : undefined,
  );
}, 240_000);

test("explain recomputes the paid integers from RPC and blobs; one flipped byte of a row changes its answer", async () => {
  const settled = await market.rpc.ask(InferenceQuery.Requests, {
    status: RequestStatus.REQUEST_STATUS_SETTLED,
    startAfter: "",
    limit: 0,
  });
  const requestId = settled.requests[0]?.id as string;
  const explained = await explainContribution({ rpcUrl: market.rpc.url, requestId });
  expect(explained.checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(explained.equal).toBe(true);
  expect(explained.entries.length).toBeGreaterThan(3);
  expect(explained.entries.map(({ recomputed }) => recomputed)).toEqual(explained.entries.map(({ paid }) => paid));
  expect(sum(explained.entries.map(({ paid }) => BigInt(paid)))).toBeGreaterThan(0n);
  expect(explained.heldOut.map(({ uopen }) => uopen)).toEqual([explained.pools.heldOut]);
  expect(BigInt(explained.pools.heldOut)).toBeGreaterThan(0n);

  const [first] = explained.entries;
  const contributionId = first?.contributionId as string;
  const one = await explainContribution({ rpcUrl: market.rpc.url, requestId, contributionId });
  expect(one.entries.every((entry) => entry.contributionId === contributionId)).toBe(true);

  const { model } = await market.rpc.ask(ModelQuery.Model, { id: market.model });
  const rowsBlob = toHex(model?.index?.rowsBlob as Uint8Array);
  const rows = await market.rpc.blob(rowsBlob);
  const width = rows.length / Number(model?.index?.rows);
  const flipped: ArtefactSource = {
    blob: async (id) => (id === rowsBlob ? flipByte(rows, (first?.row as number) * width + 7) : market.rpc.blob(id)),
  };
  const other = await explainContribution({ rpcUrl: market.rpc.url, requestId, blobs: flipped });
  expect(other.equal).toBe(false);
  expect(other.entries.map(({ score }) => score)).not.toEqual(explained.entries.map(({ score }) => score));
  expect(other.entries.some(({ isProven }) => isProven)).toBe(false);
}, 120_000);

function flipByte(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = (changed[at] as number) ^ 0x10;
  return changed;
}

test("a result that is not the model's is rejected and refunded", async () => {
  await host.stop();
  const [id] = await market.request([DATA.test[6]?.text as string]);
  const liar = market.sender("host");
  const output = encodeBytes(
    InferenceOutput,
    InferenceOutput.fromPartial({ labelIndex: 0, label: DATA.labels[0] as string, confidence: 77 }),
  );
  const claim = { host: liar.address, request: id as string, output, tokensIn: 3, tokensOut: 1 };
  await liar.send(message(MsgSubmitResult, { ...claim, openingHash: new Uint8Array(32).fill(1) }));
  const [request] = await finished([id as string]);
  expect(request?.status).toBe(RequestStatus.REQUEST_STATUS_REJECTED);
  const outcome = await outcomeOf(request?.claimId as Uint8Array);
  for (const index of HONEST) expect(memberOf(outcome, index)).toMatchObject({ verdict: Verdict.VERDICT_REJECT });
}, 120_000);

test("a host that restarts opens the claims that it made before", async () => {
  events.length = 0;
  const first = await startHost();
  const ids = await market.request([DATA.test[7]?.text as string]);
  await eventually("the claim in a block", () => (events.some(({ kind }) => kind === "claimed") ? true : undefined));
  await first.stop();
  host = await startHost();
  const [request] = await finished(ids);
  expect(request?.status).toBe(RequestStatus.REQUEST_STATUS_SETTLED);
}, 240_000);
