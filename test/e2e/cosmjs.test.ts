import { toBech32 } from "@cosmjs/encoding";
import { decodeTxRaw } from "@cosmjs/proto-signing";
import { StargateClient } from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MsgBlockInfo } from "../../proto/gen/openledger/attribution/v1.ts";
import { MsgCreateDataNet, Query } from "../../proto/gen/openledger/datanet/v1.ts";
import { connect, type TestWallet } from "./client.ts";
import { TestNetwork } from "./network.ts";
import type { TestNode } from "./node.ts";
import { eventually } from "./process.ts";

const LONGEST_MS = 10 * 60_000;

let network: TestNetwork;
let node: TestNode;
let alice: TestWallet;
let bob: string;

beforeAll(async () => {
  network = await TestNetwork.create({ validators: 1, accounts: ["alice", "bob"] });
  [node] = network.nodes as [TestNode];
  await network.start();
  await network.reach(2);
  alice = await connect(network, "alice", node);
  bob = network.account("bob").address;
}, LONGEST_MS);

afterAll(async () => {
  alice?.client.disconnect();
  await network?.remove();
});

test(
  "a client without keys reads chain, height, balance and account",
  async () => {
    const client = await StargateClient.connect(node.rpc);
    expect(await client.getChainId()).toBe(network.chainId);
    expect(await client.getHeight()).toBeGreaterThan(0);
    expect(await client.getBalance(bob, "uopen")).toEqual({ denom: "uopen", amount: "1000000000000" });
    expect(await client.getSequence(alice.address)).toMatchObject({ sequence: 0 });
    expect(await client.getAccount(toBech32("open", new Uint8Array(20)))).toBeNull();
  },
  LONGEST_MS,
);

test(
  "coins are sent with estimated gas; the transaction is found by hash, sender and height",
  async () => {
    const coins = [{ denom: "uopen", amount: "12345" }];
    const sent = await alice.client.sendTokens(alice.address, bob, coins, "auto", "a memo");
    expect(sent).toMatchObject({ code: 0, txIndex: 1 });
    expect(sent.gasUsed).toBeLessThanOrEqual(sent.gasWanted);
    expect(await alice.client.getBalance(bob, "uopen")).toEqual({ denom: "uopen", amount: "1000000012345" });
    const found = await alice.client.getTx(sent.transactionHash);
    expect(found).toMatchObject({ height: sent.height, txIndex: 1, code: 0, hash: sent.transactionHash });
    expect(decodeTxRaw(found?.tx ?? new Uint8Array(0)).body.memo).toBe("a memo");
    const bySender = await alice.client.searchTx([{ key: "message.sender", value: alice.address }]);
    expect(bySender.map(({ hash }) => hash)).toContain(sent.transactionHash);
    const atHeight = await alice.client.searchTx(`tx.height=${sent.height}`);
    expect(atHeight.map(({ txIndex }) => txIndex)).toEqual([0, 1]);
    const [zero] = atHeight;
    const message = decodeTxRaw(zero?.tx ?? new Uint8Array(0)).body.messages[0];
    expect(message?.typeUrl).toBe("/openledger.attribution.v1.MsgBlockInfo");
    const blockInfo = MsgBlockInfo.decode(message?.value ?? new Uint8Array(0));
    expect(blockInfo.votes).toHaveLength(1);
  },
  LONGEST_MS,
);

test(
  "a message of this chain is signed through the registry, and its effect is read back",
  async () => {
    const value = MsgCreateDataNet.fromPartial({
      creator: alice.address,
      id: "birds",
      title: "Birds",
      topic: "which bird?",
      labels: ["owl", "wren"],
      licence: "CC-BY-4.0",
      submitBlocks: 10n,
      revealBlocks: 10n,
      reviewBlocks: 10n,
    });
    const made = await alice.client.signAndBroadcast(
      alice.address,
      [{ typeUrl: MsgCreateDataNet.typeUrl, value }],
      1.5,
    );
    expect(made).toMatchObject({ code: 0, rawLog: "" });
    const again = await alice.client.signAndBroadcast(alice.address, [{ typeUrl: MsgCreateDataNet.typeUrl, value }], {
      amount: [{ denom: "uopen", amount: "1000" }],
      gas: "1000000",
    });
    expect(again.code).not.toBe(0);
    expect(again.rawLog).toContain("birds");
    const comet = await Comet38Client.connect(node.rpc);
    const { path, request, response } = Query.DataNet;
    const answer = await comet.abciQuery({ path, data: request.encode(request.fromPartial({ id: "birds" })).finish() });
    expect(response.decode(answer.value).datanet).toMatchObject({ title: "Birds", labels: ["owl", "wren"] });
  },
  LONGEST_MS,
);

test(
  "new blocks and an account's transactions arrive over a WebSocket",
  async () => {
    const client = await Comet38Client.connect(node.rpc.replace("http", "ws"));
    const heights: number[] = [];
    const hashes: string[] = [];
    const blocks = client.subscribeNewBlock().subscribe({ next: ({ header }) => heights.push(header.height) });
    const txs = client
      .subscribeTx(`message.sender='${alice.address}'`)
      .subscribe({ next: ({ hash }) => hashes.push(Buffer.from(hash).toString("hex").toUpperCase()) });
    await eventually("two blocks", () => (heights.length >= 2 ? true : undefined));
    const sent = await alice.client.sendTokens(alice.address, bob, [{ denom: "uopen", amount: "1" }], "auto");
    await eventually("the transaction", () => (hashes.includes(sent.transactionHash) ? true : undefined));
    expect(heights).toEqual(heights.map((_, i) => (heights[0] as number) + i));
    blocks.unsubscribe();
    txs.unsubscribe();
    client.disconnect();
  },
  LONGEST_MS,
);
