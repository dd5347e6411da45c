import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import {
  QueryBalanceRequest,
  QueryBalanceResponse,
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { expect, test } from "vitest";
import {
  Query as CurationQuery,
  MsgCommitVerdict,
  MsgRegisterCurator,
  MsgRevealVerdict,
} from "../../proto/gen/openledger/curation/v1.ts";
import {
  ContributionStatus,
  MsgAdvanceWindow,
  MsgCommitContribution,
  MsgCommitContributionResponse,
  MsgCreateDataNet,
  MsgPostSnapshot,
  MsgRevealContribution,
  Query,
  SnapshotStatus,
} from "../../proto/gen/openledger/datanet/v1.ts";
import { MsgRegisterModel } from "../../proto/gen/openledger/modelregistry/v1.ts";
import type { MessageCodec, Partially } from "../../proto/runtime.ts";
import { verdictCommitment } from "../curation/ids.ts";
import { TEST_FUNDS, testChain } from "../testing/harness.ts";
import { wallet } from "../testing/wallet.ts";
import { contributionCommitment } from "./ids.ts";
import { signTx } from "./testing/signer.ts";
import { bitmap, hashOf, NET, SALT } from "./testing/story.ts";

const NAMES = ["creator", "alice", "bob", "carol", "dave", "erin"];
const CURATORS = ["carol", "dave", "erin"];

/** More than any message of these modules takes. */
const GAS = 2_000_000;

/** Accounts that sign real transactions on the composed application. Invariants of all modules are checked after every block. */
class Users {
  readonly chain = testChain({ wallets: NAMES.map((name) => wallet(name)) });
  readonly #sequences = new Map<string, number>();

  address = (name: string) => wallet(name).address;

  /** One block with one message of each entry. Throws the log of the first that fails. Response bytes in order. */
  send<M>(codec: MessageCodec<M>, entries: readonly (readonly [name: string, value: Partially<M>])[]): Uint8Array[] {
    const txs = entries.map(([name, value]) => {
      const sequence = this.#sequences.get(name) ?? 0;
      this.#sequences.set(name, sequence + 1);
      const accountNumber = Number(this.#account(name).accountNumber);
      return signTx(name, { codec, value: codec.fromPartial(value) }, { sequence, accountNumber, gas: GAS });
    });
    for (const tx of txs.slice(0, 1)) expect(this.chain.check(tx).log).toBe("");
    const results = this.chain.block(txs).txResults.slice(1);
    expect(results.length).toBe(entries.length);
    return results.map(({ code, log, data }) => {
      if (code !== 0) throw new Error(log);
      return TxMsgData.decode(data).msgResponses[0]!.value;
    });
  }

  query<Q, R>(method: { path: string; request: MessageCodec<Q>; response: MessageCodec<R> }, request: Partially<Q>): R {
    const bytes = method.request.encode(method.request.fromPartial(request)).finish();
    const { code, log, value } = this.chain.query(method.path, bytes);
    if (code !== 0) throw new Error(log);
    return method.response.decode(value);
  }

  balance(name: string): bigint {
    const request = QueryBalanceRequest.encode({ address: this.address(name), denom: "uopen" }).finish();
    const { value } = this.chain.query("/cosmos.bank.v1beta1.Query/Balance", request);
    return BigInt(QueryBalanceResponse.decode(value).balance!.amount);
  }

  supply(): bigint {
    const request = QuerySupplyOfRequest.encode({ denom: "uopen" }).finish();
    const { value } = this.chain.query("/cosmos.bank.v1beta1.Query/SupplyOf", request);
    return BigInt(QuerySupplyOfResponse.decode(value).amount!.amount);
  }

  #account(name: string): BaseAccount {
    const request = QueryAccountRequest.encode({ address: this.address(name) }).finish();
    const { value } = this.chain.query("/cosmos.auth.v1beta1.Query/Account", request);
    return BaseAccount.decode(QueryAccountResponse.decode(value).account!.value);
  }
}

function createNet(users: Users): void {
  const texts = { title: "Questions", topic: "", licence: "CC0-1.0", labels: ["a", "b"] };
  const blocks = { submitBlocks: 50n, reviewBlocks: 50n, revealBlocks: 50n };
  users.send(MsgCreateDataNet, [["creator", { creator: users.address("creator"), id: NET, ...texts, ...blocks }]]);
}

/** Alice and bob contribute ten items each. */
function contribute(users: Users): string[] {
  const names = ["alice", "bob"];
  const of = (name: string) => ({ contributor: users.address(name), datanet: NET, root: hashOf(name), salt: SALT });
  const commits = names.map((name) => {
    const { contributor, datanet } = of(name);
    return [name, { contributor, datanet, commitment: contributionCommitment(of(name)) }] as const;
  });
  const ids = users
    .send(MsgCommitContribution, commits)
    .map((bytes) => MsgCommitContributionResponse.decode(bytes).contribution);
  const reveals = names.map((name, i) => {
    const { contributor, root, salt } = of(name);
    const content = { blob: hashOf(`blob ${name}`), items: 10, byteSize: 99n, licence: "CC0-1.0", source: "own" };
    return [name, { contributor, contribution: ids[i]!, salt, root, ...content }] as const;
  });
  users.send(MsgRevealContribution, reveals);
  return ids;
}

function review(users: Users, ids: readonly string[], bits: Uint8Array): void {
  const advance = () =>
    users.send(MsgAdvanceWindow, [["creator", { creator: users.address("creator"), datanet: NET }]]);
  const each = <T>(make: (curator: string, contribution: string) => T) =>
    CURATORS.flatMap((name) => ids.map((id) => [name, make(users.address(name), id)] as const));
  advance();
  const verdict = (curator: string, contribution: string) => ({ curator, contribution, bitmap: bits, salt: SALT });
  users.send(
    MsgCommitVerdict,
    each((curator, contribution) => ({
      ...{ curator, contribution },
      commitment: verdictCommitment(verdict(curator, contribution)),
    })),
  );
  advance();
  users.send(MsgRevealVerdict, each(verdict));
  advance();
}

test("a window, its review and its snapshot on the composed application, by signed transactions", () => {
  const users = new Users();
  users.chain.block();
  createNet(users);
  users.send(
    MsgRegisterCurator,
    CURATORS.map((name) => [name, { curator: users.address(name), bond: "10000000" }] as const),
  );
  const ids = contribute(users);
  review(users, ids, bitmap(10, [1, 3]));
  const { contributions } = users.query(Query.Contributions, { datanet: NET, window: 1 });
  expect(contributions.map(({ id, seq, status, acceptedCount }) => ({ id, seq, status, acceptedCount }))).toEqual(
    ids.map((id, seq) => ({ id, seq, status: ContributionStatus.CONTRIBUTION_STATUS_CURATED, acceptedCount: 2 })),
  );
  expect(users.balance("alice")).toBe(TEST_FUNDS - 100_000n);
  const { curators } = users.query(CurationQuery.Curators, {});
  expect(curators.map(({ locked, seats, verdicts }) => [locked, seats, verdicts])).toEqual(Array(3).fill(["0", 0, 2n]));

  const hashes = { root: hashOf("root"), blob: hashOf("blob") };
  const snapshot = { poster: users.address("bob"), datanet: NET, window: 1, ...hashes, items: 4, clusters: 3 };
  expect(() => users.send(MsgPostSnapshot, [["bob", { ...snapshot, items: 5 }]])).toThrow("has 4 accepted items");
  const before = users.balance("bob");
  users.send(MsgPostSnapshot, [["bob", snapshot]]);
  const status = () => users.query(Query.Snapshot, { id: `${NET}/1` }).snapshot?.status;
  expect(status()).toBe(SnapshotStatus.SNAPSHOT_STATUS_PENDING);
  expect(users.balance("bob")).toBe(before - 1_000_000n);

  // The only validator attests nothing: no quorum, a tenth of the bond burns, the rest comes back, and a model cannot stand
  // on the snapshot.
  const supply = users.supply();
  for (let i = 0; i < 11; i++) users.chain.block();
  expect(status()).toBe(SnapshotStatus.SNAPSHOT_STATUS_NO_QUORUM);
  expect(users.balance("bob")).toBe(before - 100_000n);
  expect(supply - users.supply()).toBe(100_000n);
  const hash = hashOf("h");
  const model = {
    ...{
      owner: users.address("bob"),
      id: "model",
      encoder: "e",
      snapshots: [`${NET}/1`],
      labels: ["a"],
      priceRequest: "1",
    },
    ...{
      encoderHash: hash,
      manifestHash: hash,
      manifestBlob: hash,
      weightsHash: hash,
      weightsBlob: hash,
      priceToken: "0",
    },
  };
  expect(() => users.send(MsgRegisterModel, [["bob", model]])).toThrow("is not accepted");
  users.send(MsgPostSnapshot, [["bob", snapshot]]);
  expect(users.chain.restart().appHash).toBe(users.chain.appHash);
});
