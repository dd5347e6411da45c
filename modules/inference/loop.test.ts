import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { expect, test } from "vitest";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { BitArray } from "../../chain/types/bit-array.ts";
import { Query as AttributionQuery, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";
import { Msg as CurationMsg } from "../../proto/gen/openledger/curation/v1.ts";
import { Msg as DatanetMsg } from "../../proto/gen/openledger/datanet/v1.ts";
import { Msg, Query, RequestStatus } from "../../proto/gen/openledger/inference/v1.ts";
import { Msg as ModelMsg } from "../../proto/gen/openledger/modelregistry/v1.ts";
import { Msg as RewardsMsg, Query as RewardsQuery } from "../../proto/gen/openledger/rewards/v1.ts";
import { openingHash } from "../attribution/ids.ts";
import { hashOf } from "../attribution/testing/fixtures.ts";
import { verdictCommitment } from "../curation/ids.ts";
import { contributionCommitment } from "../datanet/ids.ts";
import { wallet } from "../testing/wallet.ts";
import { inputCommitment } from "./ids.ts";
import { AppNetwork, type Call, call } from "./testing/app-network.ts";
import { OUTPUT, resultOpening } from "./testing/flow.ts";

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

/** Attested snapshot, model and index: the model serves. */
function train(net: AppNetwork): void {
  const hashes = (...names: string[]) => Object.fromEntries(names.map((name) => [name, hashOf(name)]));
  const snapshot = {
    poster: address("maker"),
    datanet: NET,
    window: 1,
    items: 18,
    clusters: 16,
    ...hashes("root", "blob"),
  };
  const [data] = net.block([call("maker", DatanetMsg.PostSnapshot, snapshot)]);
  const { claimId } = responseOf(DatanetMsg.PostSnapshot, data as Uint8Array);
  net.run(10);
  expect(net.query(AttributionQuery.Claim, { claimId }).claim?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  const model = {
    owner: address("maker"),
    id: "greeter",
    encoder: "hashed-ngrams",
    snapshots: [`${NET}/1`],
    labels: ["hello", "goodbye"],
    priceRequest: "1000",
    priceToken: "7",
    licence: "CC0-1.0",
    ...hashes("encoderHash", "manifestHash", "manifestBlob", "weightsHash", "weightsBlob"),
  };
  net.block([call("maker", ModelMsg.RegisterModel, model)]);
  const index = {
    owner: address("maker"),
    model: "greeter",
    rows: 16,
    ...hashes("root", "headerBlob", "rowsBlob", "inverseBlob"),
  };
  net.block([call("maker", ModelMsg.RegisterIndex, index)]);
  net.run(TRAINING_BLOCKS);
}

/** One paid inference; its request id. */
function infer(net: AppNetwork, text: string): string {
  const ask = {
    requester: address("user"),
    model: "greeter",
    inputCommitment: inputCommitment(SALT, text),
    inputBlob: hashOf(text),
    maxFee: "5000",
  };
  const [asked] = net.block([call("user", Msg.RequestInference, ask)]);
  const id = responseOf(Msg.RequestInference, asked as Uint8Array).request;
  const opening = resultOpening([
    { contribution: 1, item: 4, percent: 20n },
    { contribution: 0, item: 8, percent: 15n },
  ]);
  const openingHashOf = openingHash({ subject: utf8Bytes(id), poster: address("host") }, opening);
  const result = {
    host: address("host"),
    request: id,
    output: OUTPUT,
    tokensIn: 20,
    tokensOut: 1,
    openingHash: openingHashOf,
  };
  const [claimed] = net.block([call("host", Msg.SubmitResult, result)]);
  net.posted.push({ claimId: responseOf(Msg.SubmitResult, claimed as Uint8Array).claimId, opening });
  return id;
}

test("the loop: contributors, validators who worked, host, curators and owner are paid; a replay gives the same hashes", () => {
  const net = start();
  const supply = net.supply();
  const ids = curate(net);
  train(net);
  const requests = ["see you", "so long"].map((text) => infer(net, text));
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
    [5n, 0n, 0n],
    [5n, 0n, 0n],
    [0n, 5n, 0n],
    [0n, 0n, 5n],
  ]);
  const claimable = (name: string) =>
    BigInt(net.query(RewardsQuery.Claimable, { address: address(name) }).accrued?.amount ?? "0");
  const { totals } = net.query(RewardsQuery.Totals, {});
  expect(totals?.fee).toBe("2294");
  const parts = [
    totals?.host,
    totals?.burn,
    totals?.treasury,
    totals?.model,
    totals?.attestors,
    totals?.contributors,
    totals?.curation,
    totals?.bounty,
  ];
  expect(parts.reduce((sum, part) => sum + BigInt(part ?? "0"), 0n)).toBe(2_294n);
  expect(claimable("bob") + claimable("cat")).toBe(BigInt(totals?.contributors ?? "0"));
  expect(claimable("cat")).toBeGreaterThan(claimable("bob"));
  expect(claimable("val-0") + claimable("val-1")).toBe(BigInt(totals?.attestors ?? "0"));
  expect([claimable("val-2"), claimable("val-3")]).toEqual([0n, 0n]);
  expect(CURATORS.reduce((sum, name) => sum + claimable(name), 0n)).toBe(BigInt(totals?.curation ?? "0"));
  const { rewards } = net.query(RewardsQuery.Contribution, { contribution: ids[1] as string });
  expect(rewards).toMatchObject({ contributor: address("cat"), payouts: 2n });
  const before = net.balance("cat");
  net.block([call("cat", RewardsMsg.ClaimRewards, { claimant: address("cat") })]);
  expect(net.balance("cat") - before).toBe(BigInt(rewards?.paid ?? "0"));
  expect(supply - net.supply()).toBe(BigInt(totals?.burn ?? "0"));
  expect(net.app.brokenInvariants()).toEqual([]);
  expect(net.replay()).toEqual(net.blocks.map(({ appHash }) => appHash));
});
