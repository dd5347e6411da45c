import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { expect, test } from "vitest";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import { Query as AttributionQuery, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { Msg as CurationMsg } from "../../proto/gen/openledger/curation/v1.ts";
import { Msg as DatanetMsg, Query as DatanetQuery } from "../../proto/gen/openledger/datanet/v1.ts";
import { Msg, Query, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { Msg as ModelMsg, Task } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { type FeeSplit, Msg as RewardsMsg, Query as RewardsQuery } from "../../proto/gen/openledger/rewards/v1.ts";
import { openingHash } from "../attribution/ids.ts";
import { hashOf } from "../attribution/testing/fixtures.ts";
import { verdictCommitment } from "../curation/ids.ts";
import { contributionCommitment } from "../datanet/ids.ts";
import { wallet } from "../testing/wallet.ts";
import { inputCommitment } from "./ids.ts";
import { AppNetwork, type Call, call } from "./testing/app-network.ts";
import { generatedOpening, generatedOutput, OUTPUT, resultOpening } from "./testing/flow.ts";

// The whole loop over the ABCI boundary, in signed transactions and vote extensions: data, review, snapshot, model,
// inference, attestation, pay. Of four validators one abstains and one guesses.

const NET = "greetings";
const SALT = new Uint8Array(16).fill(9);
const CURATORS = ["curator-a", "curator-b", "curator-c"];
const PEOPLE = ["maker", "bob", "cat", "host", "user", ...CURATORS];
const address = (name: string) => wallet(name).address;

function start(): AppNetwork {
  const behaviours = ["honest", "honest", "abstain", "copy"] as const;
  const net = new AppNetwork(
    behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour })),
    PEOPLE,
  );
  net.block();
  return net;
}

/** A DataNet with one curated window of two contributions, both accepted but for their last item. */
function curate(net: AppNetwork): string[] {
  const texts = { title: "Greetings", topic: "How people part", licence: "CC0-1.0" };
  const blocks = { submitBlocks: 50n, reviewBlocks: 50n, revealBlocks: 50n };
  const create = { creator: address("maker"), id: NET, labels: ["hello", "goodbye"], ...texts, ...blocks };
  const register = (curator: string) =>
    call(curator, CurationMsg.RegisterCurator, { curator: address(curator), bond: "10000000" });
  net.block([call("maker", DatanetMsg.CreateDataNet, create), ...CURATORS.map(register)]);
  const commits = net.block(
    ["bob", "cat"].map((name) => call(name, DatanetMsg.CommitContribution, commitmentOf(name))),
  );
  const ids = commits.map((data) => responseOf(DatanetMsg.CommitContribution, data).contribution);
  net.block(
    ["bob", "cat"].map((name, i) => call(name, DatanetMsg.RevealContribution, revealOf(name, ids[i] as string))),
  );
  advance(net);
  const bitmap = BitArray.of(10, [0, 1, 2, 3, 4, 5, 6, 7, 8]).toBytes();
  const each = (make: (curator: string, contribution: string) => Call) =>
    net.block(CURATORS.flatMap((curator) => ids.map((id) => make(curator, id))));
  each((curator, contribution) => {
    const commitment = verdictCommitment({ curator: address(curator), contribution, bitmap, salt: SALT });
    return call(curator, CurationMsg.CommitVerdict, { curator: address(curator), contribution, commitment });
  });
  advance(net);
  each((curator, contribution) =>
    call(curator, CurationMsg.RevealVerdict, { curator: address(curator), contribution, bitmap, salt: SALT }),
  );
  advance(net);
  return ids;
}

/** The response of a transaction's only message, in its TxMsgData. */
function responseOf<R>(method: { readonly response: { decode(bytes: Uint8Array): R } }, data: Uint8Array): R {
  const [response] = TxMsgData.decode(data).msgResponses;
  if (!response) throw new Error("the transaction has no response");
  return method.response.decode(response.value);
}

function commitmentOf(name: string) {
  const contributor = address(name);
  const commitment = contributionCommitment({ contributor, datanet: NET, root: hashOf(name), salt: SALT });
  return { contributor, datanet: NET, commitment };
}

function revealOf(name: string, contribution: string) {
  const hashes = { salt: SALT, root: hashOf(name), blob: hashOf(`blob ${name}`) };
  const texts = { licence: "CC0-1.0", source: "own writing" };
  return { contributor: address(name), contribution, ...hashes, items: 10, byteSize: 300n, ...texts };
}

function advance(net: AppNetwork): void {
  net.block([call("maker", DatanetMsg.AdvanceWindow, { creator: address("maker"), datanet: NET })]);
}

/** Blocks in which claims on training and index are seeded, committed to, opened and tallied, and one more. */
const TRAINING_BLOCKS = 3 + 60 + 3 + 1;

const hashes = (...names: string[]) => Object.fromEntries(names.map((name) => [name, hashOf(name)]));

/** Blocks from a snapshot's acceptance to the draw of its held-out items. */
const DRAW_BLOCKS = 3;

/** Attested snapshot with its held-out items drawn; how many there are. */
function snapshot(net: AppNetwork): number {
  const id = `${NET}/1`;
  const snapshot = {
    ...{ poster: address("maker"), datanet: NET, window: 1, items: 18, clusters: 16, owners: [9, 7] },
    ...hashes("root", "blob"),
  };
  const [data] = net.block([call("maker", DatanetMsg.PostSnapshot, snapshot)]);
  const { claimId } = responseOf(DatanetMsg.PostSnapshot, data as Uint8Array);
  net.run(10);
  expect(net.query(AttributionQuery.Claim, { claimId }).claim?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  const { heldOutHeight } = net.query(DatanetQuery.Snapshot, { id }).snapshot ?? {};
  expect(() => register(net, 16)).toThrow(`held-out draw at height ${heldOutHeight}`);
  net.run(DRAW_BLOCKS);
  const { counts, items } = net.query(DatanetQuery.HeldOut, { snapshot: id });
  expect(counts.reduce((sum, count) => sum + count.items, 0)).toBe(items);
  return items;
}

/** A classifier and a generator with their indexes. */
function register(net: AppNetwork, rows: number): void {
  const model = {
    ...{ owner: address("maker"), encoder: "hashed-ngrams", snapshots: [`${NET}/1`], licence: "CC0-1.0" },
    ...{ priceRequest: "1000", priceToken: "7" },
    ...hashes("encoderHash", "manifestHash", "manifestBlob", "weightsHash", "weightsBlob"),
  };
  const writes = { task: Task.TASK_GENERATE, ...hashes("tokenizerBlob", "baseBlob") };
  net.block([
    call("maker", ModelMsg.RegisterModel, { ...model, id: "greeter", labels: ["hello", "goodbye"] }),
    call("bob", ModelMsg.RegisterModel, { ...model, id: "writer", owner: address("bob"), ...writes }),
  ]);
  const index = { rows, ...hashes("root", "headerBlob", "rowsBlob", "inverseBlob") };
  net.block([
    call("maker", ModelMsg.RegisterIndex, { ...index, owner: address("maker"), model: "greeter" }),
    call("bob", ModelMsg.RegisterIndex, { ...index, owner: address("bob"), model: "writer" }),
  ]);
  net.run(TRAINING_BLOCKS);
}

const SHARES = [
  { contribution: 1, item: 4, percent: 20n },
  { contribution: 0, item: 8, percent: 15n },
];

/** Half of the answer's rare tokens stand in bob's items. */
const TOKEN_SHARES = [3, 1, 2].map((item, i) => ({ contribution: 0, item, percent: i === 0 ? 20n : 15n }));

/** One paid inference of the classifier, or of the generator; its request id. */
function infer(net: AppNetwork, text: string, generates = false): string {
  const generation = { maxTokens: 8, temperature: 0, seed: new Uint8Array(0) };
  const ask = {
    ...{ requester: address("user"), model: generates ? "writer" : "greeter", inputBlob: hashOf(text), maxFee: "5000" },
    inputCommitment: inputCommitment(SALT, text, generates ? generation : undefined),
  };
  const [asked] = net.block([call("user", Msg.RequestInference, ask)]);
  const id = responseOf(Msg.RequestInference, asked as Uint8Array).request;
  const opening = generates ? generatedOpening(SHARES, TOKEN_SHARES) : resultOpening(SHARES);
  const result = {
    ...{ host: address("host"), request: id },
    output: generates ? generatedOutput([9], " friend") : OUTPUT,
    ...{ tokensIn: 20, tokensOut: 1 },
    openingHash: openingHash({ subject: utf8Bytes(id), poster: address("host") }, opening),
  };
  const [claimed] = net.block([call("host", Msg.SubmitResult, result)]);
  net.posted.push({ claimId: responseOf(Msg.SubmitResult, claimed as Uint8Array).claimId, opening });
  return id;
}

test("the loop: contributors, validators who worked, host, curators and owner are paid; a replay gives the same hashes", () => {
  const net = start();
  const supply = net.supply();
  const ids = curate(net);
  const heldOut = snapshot(net);
  register(net, 16 - heldOut);
  const requests = ["see you", "so long"].map((text) => infer(net, text));
  requests.push(infer(net, "hello", true));
  net.run(11);
  for (const id of requests) {
    const { request } = net.query(Query.Request, { id });
    expect(request).toMatchObject({ status: RequestStatus.REQUEST_STATUS_SETTLED, fee: "1147" });
  }
  const records = net.query(AttributionQuery.Records, {}).records;
  const counts = net.agents.map(({ keys }) =>
    records.find(({ validator }) => validator.every((byte, i) => byte === keys.address[i])),
  );
  expect(counts.map((record) => [record?.accepted, record?.abstained, record?.voided])).toEqual([
    [8n, 0n, 0n],
    [8n, 0n, 0n],
    [0n, 8n, 0n],
    [0n, 0n, 8n],
  ]);
  checkPay(net, { ids, heldOut, generation: requests[2] as string, supply });
  expect(net.app.brokenInvariants()).toEqual([]);
  expect(net.replay()).toEqual(net.blocks.map(({ appHash }) => appHash));
});

interface Paid {
  /** Contributions of bob and cat. */
  readonly ids: readonly string[];
  readonly heldOut: number;
  /** Request of the generator. */
  readonly generation: string;
  readonly supply: bigint;
}

function checkPay(net: AppNetwork, { ids, heldOut, generation, supply }: Paid): void {
  const claimable = (name: string) =>
    BigInt(net.query(RewardsQuery.Claimable, { address: address(name) }).accrued?.amount ?? "0");
  const { totals } = net.query(RewardsQuery.Totals, {});
  const { fee, ...parts } = totals as FeeSplit;
  expect(fee).toBe("3441");
  expect(Object.values(parts).reduce((sum, part) => sum + BigInt(part), 0n)).toBe(3_441n);
  const { settlement } = net.query(RewardsQuery.Settlement, { request: generation });
  expect(settlement?.payouts.map(({ pool }) => pool)).toEqual([0, 0, 1, 1, 1]);
  expect(BigInt(settlement?.pools?.tokens ?? "0")).toBe(117n);
  const modelOwner = BigInt(settlement?.split?.model ?? "0");
  expect(claimable("bob") + claimable("cat") - modelOwner).toBe(BigInt(parts.contributors));
  expect(claimable("val-0") + claimable("val-1")).toBe(BigInt(parts.attestors));
  expect([claimable("val-2"), claimable("val-3")]).toEqual([0n, 0n]);
  expect(CURATORS.reduce((sum, name) => sum + claimable(name), 0n)).toBe(BigInt(parts.curation));
  const [byBob, byCat] = ids.map((contribution) => net.query(RewardsQuery.Contribution, { contribution }).rewards);
  expect(byCat).toMatchObject({ contributor: address("cat"), payouts: 3n, tokens: "0" });
  expect(byBob).toMatchObject({ contributor: address("bob"), payouts: 6n, tokens: "59" });
  const { ledger, shares } = net.query(RewardsQuery.HeldOut, { snapshot: `${NET}/1` });
  expect(shares.reduce((sum, { items }) => sum + items, 0)).toBe(heldOut);
  expect(ledger?.accrued).toBe(parts.heldOut);
  expect(BigInt(parts.heldOut)).toBeGreaterThan(0n);
  const before = net.balance("cat");
  const judges = shares.find(({ contributor }) => contributor === address("cat"));
  const snapshots = judges ? [`${NET}/1`] : [];
  net.block([call("cat", RewardsMsg.ClaimRewards, { claimant: address("cat"), snapshots })]);
  expect(net.balance("cat") - before).toBe(BigInt(byCat?.paid ?? "0") + BigInt(judges?.claimable ?? "0"));
  expect(supply - net.supply()).toBe(BigInt(parts.burn));
}
