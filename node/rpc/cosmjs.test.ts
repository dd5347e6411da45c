import { StargateClient } from "@cosmjs/stargate";
import { Comet38Client, connectComet, HttpBatchClient, isComet38Client } from "@cosmjs/tendermint-rpc";
import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { ConsensusParams } from "cosmjs-types/tendermint/types/params";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { REFUSED_TX } from "./testing/fake-chain.ts";
import { type FakeNode, post, startFakeNode } from "./testing/fake-node.ts";

const NO_BYTES = new Uint8Array(0);

/** A transaction with one message, as wallets encode them; without signatures it has the form of transaction 0. */
const txOf = (typeUrl: string, signatures: Uint8Array[] = []): Uint8Array => {
  const bodyBytes = TxBody.encode(TxBody.fromPartial({ messages: [{ typeUrl, value: NO_BYTES }] })).finish();
  return TxRaw.encode({ bodyBytes, authInfoBytes: NO_BYTES, signatures }).finish();
};
const TX_ZERO = txOf("/openledger.attribution.v1.MsgBlockInfo");
const SEND = txOf("/cosmos.bank.v1beta1.MsgSend", [new Uint8Array(64)]);

describe("CosmJS, unmodified", () => {
  let node: FakeNode;
  beforeEach(async () => {
    node = await startFakeNode();
  });
  afterEach(() => node.stop());

  test("connects as to CometBFT 0.38 once there is a block, and not before", async () => {
    await expect(connectComet(node.url)).rejects.toThrow(/must not be empty/);
    node.chain.produce();
    const client = await connectComet(node.url);
    expect(isComet38Client(client)).toBe(true);
    const { nodeInfo, syncInfo, validatorInfo } = await client.status();
    expect(nodeInfo.network).toBe("test-chain");
    expect(nodeInfo.other.get("libp2p_peer_id")).toBe(node.chain.nodeId);
    expect(syncInfo.latestBlockHeight).toBe(1);
    expect(validatorInfo.votingPower).toBe(30n);
  });

  test("reads blocks, commits, results, validators and genesis", async () => {
    node.chain.produce(TX_ZERO);
    node.chain.produce(TX_ZERO, SEND);
    const client = await Comet38Client.connect(node.url);
    const { block, blockId } = await client.block(2);
    expect(block.txs).toEqual([TX_ZERO, SEND]);
    expect(block.lastCommit?.signatures).toHaveLength(3);
    expect((await client.block(1)).block.lastCommit).toBeNull();
    expect((await client.commit(1)).canonical).toBe(true);
    expect((await client.commit()).commit.blockId).toEqual(blockId);
    const results = await client.blockResults(2);
    expect(results.results.map(({ gasUsed }) => gasUsed)).toEqual([90n, 90n]);
    expect(results.finalizeBlockEvents[0]?.type).toBe("epoch");
    expect((await client.validatorsAll(2)).validators.map(({ votingPower }) => votingPower)).toEqual([30n, 20n, 10n]);
    expect((await client.genesis()).chainId).toBe("test-chain");
    expect((await client.blockchain(1, 2)).blockMetas.map(({ numTxs }) => numTxs)).toEqual([2, 1]);
    expect((await client.abciInfo()).lastBlockHeight).toBe(2);
    expect(await client.health()).toBeNull();
    expect((await client.numUnconfirmedTxs()).total).toBe(0);
    expect((await client.blockSearchAll({ query: "block.height > 0" })).totalCount).toBe(2);
  });

  test("reads updates of validators and parameters", async () => {
    const [first] = (await node.chain.validators(1))!.validators;
    node.chain.updates = {
      validatorUpdates: [{ pubKey: { ed25519: first!.pubKey }, power: 31n }],
      consensusParamUpdates: ConsensusParams.fromPartial({
        block: { maxBytes: 1000n, maxGas: -1n },
        evidence: { maxAgeNumBlocks: 5n, maxAgeDuration: { seconds: 2n, nanos: 5 }, maxBytes: 10n },
        abci: { voteExtensionsEnableHeight: 1n },
      }),
    };
    node.chain.produce();
    const client = await Comet38Client.connect(node.url);
    const results = await client.blockResults(1);
    const pubkey = { algorithm: "ed25519", data: first!.pubKey };
    expect(results.validatorUpdates).toEqual([{ pubkey, votingPower: 31n }]);
    expect(results.consensusUpdates).toEqual({
      block: { maxBytes: 1000, maxGas: -1 },
      evidence: { maxAgeNumBlocks: 5, maxAgeDuration: 2_000_000_005 },
    });
    const { result } = await post(node.url, "block_results", { height: "1" });
    expect(result.consensus_param_updates.abci).toEqual({ vote_extensions_enable_height: "1" });
  });

  test("finds transactions by hash, height and sender; transaction 0 decodes", async () => {
    node.chain.produce(TX_ZERO, SEND);
    node.chain.produce(SEND.slice(0, -1));
    await node.indexed();
    const client = await StargateClient.connect(node.url);
    expect((await client.getBlock(1)).txs).toHaveLength(2);
    const found = await client.getTx(toHex(sha256(SEND)).toUpperCase());
    expect(found).toMatchObject({ height: 1, txIndex: 1, code: 0, gasUsed: 90n });
    expect(await client.getTx("00".repeat(32))).toBeNull();
    const zero = await client.getTx(toHex(sha256(TX_ZERO)).toUpperCase());
    const body = TxBody.decode(TxRaw.decode(zero!.tx).bodyBytes);
    expect(body.messages[0]?.typeUrl).toBe("/openledger.attribution.v1.MsgBlockInfo");
    const sender = { key: "message.sender", value: "open1sender" };
    expect((await client.searchTx([sender])).map(({ height, txIndex }) => [height, txIndex])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
    ]);
    expect(await client.searchTx(`message.sender='open1sender' AND tx.height=2`)).toHaveLength(1);
    expect(await client.searchTx([{ key: "message.sender", value: "nobody" }])).toEqual([]);
  });

  test("proves a transaction under the data hash", async () => {
    node.chain.produce(TX_ZERO, SEND);
    await node.indexed();
    const client = await Comet38Client.connect(node.url);
    const { proof } = await client.tx({ hash: sha256(SEND), prove: true });
    expect(proof?.proof).toMatchObject({ total: 2, index: 1, leafHash: expect.anything() });
    expect(proof?.rootHash).toEqual((await client.block(1)).block.header.dataHash);
    expect((await client.txSearch({ query: "tx.height = 1", prove: true })).txs[0]?.proof?.proof.index).toBe(0);
  });

  test("broadcasts: a refusal names its code, commit waits until the transaction can be found", async () => {
    node.chain.produce();
    const client = await Comet38Client.connect(node.url);
    expect(await client.broadcastTxSync({ tx: REFUSED_TX })).toMatchObject({ code: 5, codespace: "sdk" });
    expect(await client.broadcastTxCommit({ tx: REFUSED_TX })).toMatchObject({ height: 0, checkTx: { code: 5 } });
    const { hash } = await client.broadcastTxAsync({ tx: TX_ZERO });
    expect(hash).toEqual(sha256(TX_ZERO));
    const committed = client.broadcastTxCommit({ tx: SEND });
    await expect.poll(() => node.chain.mempool().count).toBe(2);
    node.chain.produce();
    expect(await committed).toMatchObject({ height: 2, txResult: { code: 0, gasUsed: 90n } });
    expect((await client.tx({ hash: sha256(SEND) })).index).toBe(1);
  });

  test("polls a broadcast transaction to its block, and learns of a missing account", async () => {
    node.chain.produce();
    node.chain.onQuery = () => ({ code: 22, log: "rpc error: code = NotFound desc = account open1x not found" });
    const client = await StargateClient.connect(node.url);
    await expect(client.getSequence("open1x")).rejects.toThrow(/does not exist on chain/);
    const delivered = client.broadcastTx(SEND, 5_000, 20);
    await expect.poll(() => node.chain.mempool().count).toBe(1);
    node.chain.produce();
    expect(await delivered).toMatchObject({ height: 2, code: 0 });
  });

  test("queries answer a height even when the application names none", async () => {
    node.chain.produce();
    node.chain.onQuery = () => ({ height: 0n, value: Uint8Array.of(1) });
    const client = await Comet38Client.connect(node.url);
    const answer = await client.abciQuery({ path: "/a.v1.Query/B", data: Uint8Array.of(9), height: 1, prove: true });
    expect(answer).toMatchObject({ code: 0, height: 1, index: 0 });
    expect(node.chain.queries.at(-1)).toEqual({
      path: "/a.v1.Query/B",
      data: Uint8Array.of(9),
      height: 1n,
      prove: true,
    });
  });

  test("batches", async () => {
    node.chain.produce();
    const http = new HttpBatchClient(node.url, { batchSizeLimit: 3, dispatchInterval: 5 });
    const client = Comet38Client.create(http);
    const heights = await Promise.all([client.block(1), client.block(), client.commit(1), client.block(1)]);
    expect(heights.map((answer) => ("block" in answer ? answer.block.header.height : answer.header.height))).toEqual([
      1, 1, 1, 1,
    ]);
    http.disconnect();
  });

  test("subscribes to blocks, headers and a sender's transactions over a WebSocket", async () => {
    const client = await Comet38Client.connect(node.url.replace("http", "ws"));
    const seen: string[] = [];
    const streams = [
      client.subscribeNewBlock().subscribe({ next: ({ header }) => seen.push(`block ${header.height}`) }),
      client.subscribeNewBlockHeader().subscribe({ next: ({ height }) => seen.push(`header ${height}`) }),
      client
        .subscribeTx("message.sender='open1sender'")
        .subscribe({ next: ({ hash }) => seen.push(`tx ${toHex(hash).slice(0, 6)}`) }),
    ];
    await client.health();
    node.chain.produce(SEND);
    node.chain.produce();
    await expect.poll(() => seen.length).toBe(5);
    const tx = `tx ${toHex(sha256(SEND)).slice(0, 6)}`;
    expect(seen).toEqual(["block 1", "header 1", tx, "block 2", "header 2"]);
    for (const stream of streams) stream.unsubscribe();
    await client.health();
    client.disconnect();
  });
});
