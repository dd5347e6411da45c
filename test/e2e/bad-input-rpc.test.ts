import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MsgBlockInfo } from "../../proto/gen/openledger/attribution/v1.ts";
import { connect, type TestWallet } from "./client.ts";
import { TestNetwork } from "./network.ts";
import type { TestNode } from "./node.ts";
import { cli } from "./process.ts";

const LONGEST_MS = 10 * 60_000;

let network: TestNetwork;
let node: TestNode;
let alice: TestWallet;

beforeAll(async () => {
  network = await TestNetwork.create({ validators: 1, fullNodes: 1, accounts: ["alice", "bob"] });
  [node] = network.nodes as [TestNode];
  await network.start();
  await network.reach(2);
  alice = await connect(network, "alice", node);
}, LONGEST_MS);

afterAll(async () => {
  alice?.client.disconnect();
  await network?.remove();
});

/** Whatever was thrown at them: both processes run, go on, and agree. */
async function expectHealthy(): Promise<void> {
  for (const each of network.nodes) expect(each.isRunning, each.log.slice(-2_000)).toBe(true);
  await network.reach((await network.height()) + 2);
  expect(new Set((await network.appHashes()).hashes).size).toBe(1);
}

const request = (method: string, params: unknown = {}) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("RPC answers", () => {
  const CASES: readonly {
    readonly what: string;
    readonly body: string;
    readonly code: number;
    readonly says: string;
  }[] = [
    { what: "what is no JSON", body: "{bad", code: -32700, says: "error unmarshalling request" },
    { what: "what is no request", body: "[1]", code: -32600, says: "a request is an object" },
    { what: "an empty batch", body: "[]", code: -32600, says: "the batch is empty" },
    { what: "an endless batch", body: `[${"1,".repeat(5_000)}1]`, code: -32600, says: "exceeds the maximum" },
    { what: "an unknown method", body: request("nosuch"), code: -32601, says: "GET / lists them" },
    { what: "a method of objects", body: request("constructor"), code: -32601, says: "is not a method" },
    { what: "a height that is no number", body: request("block", { height: "x" }), code: -32602, says: "an integer" },
    {
      what: "a height below the chain",
      body: request("block", { height: "-1" }),
      code: -32603,
      says: "greater than 0",
    },
    { what: "a height above it", body: request("block", { height: "900719925474" }), code: -32603, says: "less than" },
    { what: "a height above 2^53", body: request("block", { height: `${2n ** 70n}` }), code: -32602, says: "height" },
    { what: "too many parameters", body: request("block", [1, 2, 3]), code: -32602, says: "parameters" },
    { what: "a broken query", body: request("tx_search", { query: "tx.height >" }), code: -32603, says: "parse query" },
    {
      what: "deep lists",
      body: "[".repeat(100_000) + "]".repeat(100_000),
      code: -32600,
      says: "a request is an object",
    },
    { what: "a hash that is none", body: request("tx", { hash: "AAAA" }), code: -32603, says: "32 bytes" },
  ];
  test.each(CASES)("$what with code $code", async ({ body, code, says }) => {
    const { text } = await node.post(body);
    const { error } = JSON.parse(text) as { error: { code: number; data: string } };
    expect(error).toMatchObject({ code, data: expect.stringContaining(says) });
  });

  test(
    "deep parameters, bodies over the limit, other paths and verbs",
    async () => {
      expect((await node.post(request("health").replace("{}", nested(100_000)))).status).toBe(200);
      expect(await node.announce(3_000_000)).toBe(413);
      expect((await node.get("/no/such/path")).status).toBe(404);
      expect((await node.get("/%ff")).status).toBe(400);
      const { response } = await node.call<{ response: { code: number; log: string } }>("abci_query", {
        path: "/cosmos.bank.v1beta1.Query/Balance",
        data: "ffff",
      });
      expect(response).toMatchObject({ code: 18, log: expect.stringContaining("is not a") });
      await expectHealthy();
    },
    LONGEST_MS,
  );
});

/** CheckTx's answer to bytes that somebody broadcasts. */
async function broadcast(tx: Uint8Array): Promise<{ code: number; log: string; codespace: string }> {
  return node.call("broadcast_tx_sync", { tx: base64(tx) });
}

describe("a broadcast is refused with its reason", () => {
  const send = (amount: string) => ({
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: {
      fromAddress: alice.address,
      toAddress: network.account("bob").address,
      amount: [{ denom: "uopen", amount }],
    },
  });
  const FEE = { amount: [{ denom: "uopen", amount: "1000" }], gas: "200000" };
  const signed = async (amount: string, fee = FEE, over: object = {}) => {
    const { accountNumber, sequence } = await alice.client.getSequence(alice.address);
    const data = { accountNumber, sequence, chainId: network.chainId, ...over };
    return alice.client.sign(alice.address, [send(amount)], fee, "", data);
  };
  const bytes = (tx: TxRaw) => TxRaw.encode(tx).finish();

  test("garbage, nothing, more than a transaction may have", async () => {
    expect(await broadcast(randomBytes(300))).toMatchObject({ code: 2, codespace: "sdk" });
    expect((await node.ask("broadcast_tx_sync", { tx: "" })).error).toMatchObject({ code: -32602 });
    const oversize = await broadcast(new Uint8Array(1_100_000));
    expect(oversize).toMatchObject({
      code: 21,
      codespace: "mempool",
      log: expect.stringContaining("1 to 1048576 are taken"),
    });
  });

  test("a signature, sequence, chain or fee that is not right", async () => {
    const good = await signed("5");
    const forged = { ...good, bodyBytes: (await signed("6")).bodyBytes };
    expect(await broadcast(bytes(forged))).toMatchObject({
      code: 4,
      codespace: "sdk",
      log: expect.stringContaining("signature"),
    });
    expect(await broadcast(bytes(await signed("5", FEE, { chainId: "other-1" })))).toMatchObject({ code: 4 });
    expect(await broadcast(bytes(await signed("5", FEE, { sequence: 99 })))).toMatchObject({
      code: 32,
      log: expect.stringContaining("sequence"),
    });
    expect(await broadcast(bytes(await signed("5", { ...FEE, amount: [] })))).toMatchObject({
      code: 13,
      log: expect.stringContaining("fee"),
    });
    const rich = { amount: [{ denom: "uopen", amount: "9000000000000000" }], gas: "200000" };
    expect(await broadcast(bytes(await signed("5", rich)))).toMatchObject({ code: 5 });
  });

  test("messages without a handler, and ever deeper messages in messages", async () => {
    const good = await signed("5");
    const body = (typeUrl: string, value: Uint8Array) =>
      TxBody.encode(TxBody.fromPartial({ messages: [{ typeUrl, value }] })).finish();
    const unknown = { ...good, bodyBytes: body("/cosmos.gov.v1.MsgSubmitProposal", new Uint8Array(3)) };
    expect(await broadcast(bytes(unknown))).toMatchObject({
      codespace: "sdk",
      log: expect.stringContaining("/cosmos.gov.v1.MsgSubmitProposal"),
    });
    let value = new Uint8Array(0);
    for (let depth = 0; depth < 500; depth++) value = new Uint8Array(body("/cosmos.authz.v1beta1.MsgExec", value));
    expect((await broadcast(bytes({ ...good, bodyBytes: value }))).code).not.toBe(0);
  });

  test("transaction 0, which belongs to proposers", async () => {
    const { block } = await node.call<{ block: { data: { txs: string[] } } }>("block", { height: "2" });
    const own = await broadcast(Buffer.from(block.data.txs[0] as string, "base64"));
    expect(own.code).not.toBe(0);
    const good = await signed("5");
    const value = MsgBlockInfo.encode(MsgBlockInfo.fromPartial({ height: 9n })).finish();
    const bodyBytes = TxBody.encode(
      TxBody.fromPartial({ messages: [{ typeUrl: MsgBlockInfo.typeUrl, value }] }),
    ).finish();
    const injected = await broadcast(bytes({ ...good, bodyBytes }));
    expect(injected.code).not.toBe(0);
    expect(injected.log).toContain("MsgBlockInfo");
  });

  test(
    "and the network goes on; what is right is taken",
    async () => {
      const { code } = await alice.client.broadcastTx(bytes(await signed("5")));
      expect(code).toBe(0);
      await expectHealthy();
    },
    LONGEST_MS,
  );
});

describe("the command line says what is wrong, with a code of its own", () => {
  const at = () => ["--home", network.keyring, "--keyring-backend", "test", "--node", node.rpc];
  const CASES: readonly {
    readonly what: string;
    readonly args: readonly string[];
    readonly code: number;
    readonly says: string;
  }[] = [
    { what: "an unknown command", args: ["frobnicate"], code: 2, says: "unknown command" },
    { what: "an unknown key", args: ["tx", "bank-send", "bob", "1uopen", "--from", "nobody"], code: 9, says: "nobody" },
    { what: "no amount", args: ["tx", "bank-send", "bob", "many", "--from", "alice"], code: 2, says: "not an amount" },
    {
      what: "more than there is",
      args: ["tx", "bank-send", "bob", "9000000000000000uopen", "--from", "alice"],
      code: 8,
      says: "insufficient",
    },
    { what: "an unknown transaction", args: ["query", "tx", "00".repeat(32)], code: 9, says: "no transaction" },
    { what: "an unknown DataNet", args: ["query", "datanet", "data-net", "--id", "nosuch"], code: 9, says: "nosuch" },
    { what: "a blob that nobody has", args: ["blob", "get", "00".repeat(32)], code: 9, says: "missing blob" },
  ];
  test.each(CASES)(
    "$what: $code",
    async ({ args, code, says }) => {
      const { code: got, stderr } = await cli(...args, ...at());
      expect(stderr).toContain(says);
      expect(stderr).not.toContain("    at ");
      expect(got).toBe(code);
    },
    LONGEST_MS,
  );

  const FILES: readonly {
    readonly what: string;
    readonly csv: string;
    readonly code: number;
    readonly says: string;
  }[] = [
    { what: "a column that is not there", csv: "words,category\na,b\n", code: 2, says: "has no column text" },
    { what: "a quote that never ends", csv: 'text,category\n"never ends,a\nx,y\n', code: 2, says: "is not CSV" },
    {
      what: "a row without a label",
      csv: "text,category\nhello,\n",
      code: 2,
      says: "line 2: column category is empty",
    },
    {
      what: "a text above the limit",
      csv: `text,category\n${"x".repeat(40_000)},a\n`,
      code: 2,
      says: "line 2: a text above 32768 bytes",
    },
    { what: "a DataNet that does not exist", csv: "text,category\nhello,a\n", code: 9, says: "nosuch" },
  ];
  test.each(FILES)(
    "contribute: $what: $code",
    async ({ csv, code, says }) => {
      const file = `${network.dir}/items.csv`;
      writeFileSync(file, csv);
      const { code: got, stderr } = await cli(
        ...["contribute", "--datanet", "nosuch", "--data", file, "--from", "alice"],
        ...at(),
      );
      expect(stderr).toContain(says);
      expect(stderr).not.toContain("    at ");
      expect(got).toBe(code);
    },
    LONGEST_MS,
  );

  test(
    "no node: 7",
    async () => {
      const { code, stderr } = await cli("status", "--node", "http://127.0.0.1:9");
      expect(stderr).toContain("no node answers at http://127.0.0.1:9");
      expect(code).toBe(7);
    },
    LONGEST_MS,
  );
});
