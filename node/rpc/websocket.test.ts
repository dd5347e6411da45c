import { ResponseQuery } from "cosmjs-types/tendermint/abci/types";
import { afterEach, describe, expect, test } from "vitest";
import { MAX_REQUEST_BYTES, MAX_SUBSCRIPTIONS } from "./limits.ts";
import { event } from "./testing/fake-chain.ts";
import { type FakeNode, post, startFakeNode } from "./testing/fake-node.ts";
import { connectWs } from "./testing/ws-client.ts";

const BLOCKS = "tm.event='NewBlock'";

let node: FakeNode;
afterEach(() => node.stop());

describe("JSON-RPC over a WebSocket", () => {
  test("answers requests and batches, and goes on after text that is not JSON", async () => {
    node = await startFakeNode();
    const client = await connectWs(node.url);
    client.socket.send("{");
    client.socket.send(Buffer.from([0xff, 0x00]));
    client.socket.send('[{"id":1,"method":"health"},{"id":"b","method":"nope"}]');
    client.send(3, "abci_info");
    await expect.poll(() => client.received.length).toBe(4);
    expect(client.received.slice(0, 2)).toMatchObject([{ error: { code: -32700 } }, { error: { code: -32700 } }]);
    const rest = client.received.slice(2);
    expect(rest).toContainEqual([
      { jsonrpc: "2.0", id: 1, result: {} },
      { jsonrpc: "2.0", id: "b", error: expect.objectContaining({ code: -32601 }) },
    ]);
    expect(rest).toContainEqual(expect.objectContaining({ id: 3, result: expect.anything() }));
  });

  test("behavior: a message over the limit closes the socket, not the server", async () => {
    node = await startFakeNode();
    const client = await connectWs(node.url);
    client.socket.send("x".repeat(MAX_REQUEST_BYTES + 1));
    expect(await client.closed).toBe(1009);
    expect((await post(node.url, "health")).result).toEqual({});
  });

  test("behavior: while too many requests run, further ones wait", async () => {
    node = await startFakeNode({ websocket: { maxInFlight: 2 } });
    const release: (() => void)[] = [];
    node.chain.query = () => new Promise((resolve) => release.push(() => resolve(ResponseQuery.fromPartial({}))));
    const client = await connectWs(node.url);
    for (let id = 0; id < 5; id++) client.send(id, "abci_query", { path: "/x" });
    await expect.poll(() => release.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(release.length).toBe(2);
    for (let done = 0; done < 5; done++) {
      await expect.poll(() => release.length).toBeGreaterThan(0);
      release.shift()?.();
    }
    await expect.poll(() => client.received.length).toBe(5);
  });

  test("behavior: clients beyond the limit are told and closed, and admitted when another leaves", async () => {
    node = await startFakeNode({ websocket: { maxClients: 1 } });
    const first = await connectWs(node.url);
    const second = await connectWs(node.url);
    expect(await second.closed).toBe(1013);
    expect(second.received[0].error.data).toBe("max_subscription_clients 1 reached; try later");
    first.socket.close();
    await first.closed;
    const third = await connectWs(node.url);
    third.send(1, "health");
    await expect.poll(() => third.received).toEqual([{ jsonrpc: "2.0", id: 1, result: {} }]);
  });

  test("behavior: a client that answers no ping is cut", async () => {
    node = await startFakeNode({ websocket: { pingEveryMs: 20 } });
    const client = await connectWs(node.url);
    client.socket.pong = () => {};
    expect(await client.closed).toBe(1006);
  });

  test("behavior: GET /websocket without an upgrade is refused", async () => {
    node = await startFakeNode();
    expect((await fetch(`${node.url}/websocket`)).status).toBe(404);
  });
});

test("behavior: stopping ends waiting callers and sockets at once, also of clients that do not read", async () => {
  node = await startFakeNode();
  const client = await connectWs(node.url);
  client.socket.pause();
  const waiting = post(node.url, "broadcast_tx_commit", { tx: "AQ==" });
  await expect.poll(() => node.chain.mempool().count).toBe(1);
  const started = performance.now();
  await node.stop();
  expect(performance.now() - started).toBeLessThan(3_000);
  expect((await waiting).error.data).toBe("the node stops; the tx may be in a block later");
  node = await startFakeNode();
});

describe("subscriptions", () => {
  test("send what matches under the id of the request, in block order, once it can be found", async () => {
    node = await startFakeNode();
    const { chain } = node;
    const client = await connectWs(node.url);
    client.send(1, "subscribe", { query: BLOCKS });
    client.send(2, "subscribe", { query: "tm.event='Tx' AND transfer.amount > 10 AND tx.height < 3" });
    client.send(3, "subscribe", { query: "tm.event='NewBlockEvents' AND block.height = 2" });
    await expect.poll(() => client.received.length).toBe(3);
    chain.execute = (tx) => ({ events: [event("transfer", { amount: `${tx[0]}uopen` })] });
    chain.produce(Uint8Array.of(5), Uint8Array.of(15));
    chain.produce(Uint8Array.of(25));
    chain.produce(Uint8Array.of(35));
    await expect.poll(() => client.received.length).toBe(9);
    const seen = client.received.slice(3).map(({ id, result }) => [id, Object.keys(result.data.value)[0]]);
    expect(seen).toEqual([
      [1, "block"],
      [2, "TxResult"],
      [1, "block"],
      [3, "height"],
      [2, "TxResult"],
      [1, "block"],
    ]);
    const tx = client.received[4];
    expect(tx.result.data.value.TxResult).toMatchObject({ height: "1", index: 1, tx: "Dw==" });
    expect(tx.result.events["transfer.amount"]).toEqual(["15uopen"]);
    const hash = tx.result.events["tx.hash"][0];
    expect((await post(node.url, "tx_search", { query: `tx.hash='${hash}'` })).result.total_count).toBe("1");
  });

  test("behavior: twice the same, unknown, malformed, too many", async () => {
    node = await startFakeNode();
    const client = await connectWs(node.url);
    const ask = async (method: string, params?: object) => {
      const before = client.received.length;
      client.send(before, method, params);
      await expect.poll(() => client.received.length).toBe(before + 1);
      const { result, error } = client.received[before];
      return error?.data ?? result;
    };
    expect(await ask("unsubscribe_all")).toBe("subscription not found");
    expect(await ask("subscribe", { query: BLOCKS })).toEqual({});
    expect(await ask("subscribe", { query: BLOCKS })).toBe(`already subscribed to ${BLOCKS}`);
    expect(await ask("subscribe", { query: "a=" })).toMatch(/^failed to parse query: offset 2: got the end/);
    expect(await ask("subscribe", {})).toMatch(/^failed to parse query: offset 0/);
    expect(await ask("unsubscribe", { query: "a=1" })).toBe("subscription not found");
    for (let i = 1; i < MAX_SUBSCRIPTIONS; i++) expect(await ask("subscribe", { query: `a=${i}` })).toEqual({});
    expect(await ask("subscribe", { query: "a=99" })).toMatch(/^max_subscriptions_per_client 10 reached/);
    expect(await ask("unsubscribe", { query: BLOCKS })).toEqual({});
    expect(await ask("unsubscribe_all")).toEqual({});
    node.chain.produce();
    await node.indexed();
    expect(await ask("health")).toEqual({});
  });

  test("behavior: a subscriber that does not read is cut, others see every block", async () => {
    node = await startFakeNode({ websocket: { maxQueueBytes: 256 * 1024 } });
    const [slow, quick] = [await connectWs(node.url), await connectWs(node.url)];
    slow.send(1, "subscribe", { query: BLOCKS });
    quick.send(1, "subscribe", { query: BLOCKS });
    await expect.poll(() => slow.received.length + quick.received.length).toBe(2);
    slow.socket.pause();
    // Kernel buffers take some megabytes first; each block is 1.4 MB of JSON.
    const large = new Uint8Array(1024 * 1024);
    let blocks = 0;
    while (node.warnings.length === 0 && blocks < 40) {
      node.chain.produce(large);
      blocks++;
      await expect.poll(() => quick.received.length, { timeout: 10_000, interval: 5 }).toBe(1 + blocks);
    }
    expect(node.warnings).toEqual(["websocket client reads too slowly and is cut"]);
    slow.socket.resume();
    expect(await slow.closed).toBe(1006);
    expect(slow.received.length).toBeLessThan(1 + blocks);
    quick.send(2, "health");
    await expect.poll(() => quick.received.length).toBe(2 + blocks);
  });
});
