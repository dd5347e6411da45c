import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toBase64, toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { MAX_BATCH, MAX_REQUEST_BYTES } from "./limits.ts";
import { FakeChain } from "./testing/fake-chain.ts";
import { type FakeNode, post, startFakeNode } from "./testing/fake-node.ts";

fc.configureGlobal({ seed: 7 });

const TX = Uint8Array.of(1, 2, 3);
const HASH = sha256(TX);

let node: FakeNode;
beforeAll(async () => {
  node = await startFakeNode({ corsOrigins: ["https://wallet.example"], broadcastCommitTimeoutMs: 50 });
  node.chain.produce(TX);
  for (let i = 0; i < 24; i++) node.chain.produce();
  await node.indexed();
});
afterAll(() => node.stop());

/** HTTP status and parsed answer of a raw body. */
async function raw(body: string | Uint8Array): Promise<[number, unknown]> {
  const response = await fetch(node.url, { method: "POST", body });
  const text = await response.text();
  return [response.status, text === "" ? "" : JSON.parse(text)];
}
const failure = (id: unknown, code: number, message: string, data: string) => ({
  jsonrpc: "2.0",
  id,
  error: { code, message, data },
});

describe("JSON-RPC over HTTP", () => {
  test("behavior: text that is not JSON", async () => {
    const [status, answer] = await raw('{"jsonrpc"');
    expect(status).toBe(500);
    expect(answer).toMatchObject({ id: null, error: { code: -32700, message: "Parse error. Invalid JSON" } });
  });

  test("behavior: JSON that is no request", async () => {
    const wrong = failure(
      null,
      -32600,
      "Invalid Request",
      "a request is an object with jsonrpc, id, method and params",
    );
    for (const body of ["5", '"status"', "true", "null", "[null]", "[[]]"])
      expect(await raw(body)).toEqual([200, wrong]);
    expect(await raw("[]")).toEqual([200, failure(null, -32600, "Invalid Request", "the batch is empty")]);
    expect(await raw('{"id":1}')).toEqual([200, failure(1, -32600, "Invalid Request", "method must be text")]);
  });

  test("behavior: ids come back as the kind they were; a notification gets no answer", async () => {
    for (const id of [0, -5, 9007199254740991, "", "5", "x y"]) {
      expect((await raw(JSON.stringify({ id, method: "health" })))[1]).toEqual({ jsonrpc: "2.0", id, result: {} });
    }
    for (const id of ["1.5", "9007199254740993", "true", "{}", "[]"]) {
      expect((await raw(`{"id":${id},"method":"health"}`))[1]).toMatchObject({ id: null, error: { code: -32600 } });
    }
    expect(await raw('{"method":"health"}')).toEqual([200, ""]);
    expect(await raw('{"id":null,"method":"health"}')).toEqual([200, ""]);
  });

  test("behavior: unknown methods, also those that every object has", async () => {
    for (const method of ["nope", "constructor", "__proto__", "toString", ""]) {
      expect(await post(node.url, method)).toMatchObject({ error: { code: -32601, message: "Method not found" } });
    }
    const error = { code: -32601, data: "subscribe needs a WebSocket: connect to /websocket" };
    expect(await post(node.url, "subscribe", { query: "tm.event='Tx'" })).toMatchObject({ error });
    expect((await post(node.url, "broadcast_evidence", { evidence: "x" })).error.data).toMatch(/not supported/);
  });

  test("behavior: a batch is answered in order, one of it as an object, more than the limit not at all", async () => {
    const batch = (size: number) => JSON.stringify(Array.from({ length: size }, (_, id) => ({ id, method: "health" })));
    const [, answers] = await raw(batch(MAX_BATCH));
    expect((answers as { id: number }[]).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await raw(batch(1)))[1]).toEqual({ jsonrpc: "2.0", id: 0, result: {} });
    const tooMany = failure(null, -32600, "Invalid Request", "batch of 11 requests exceeds the maximum of 10");
    expect(await raw(batch(MAX_BATCH + 1))).toEqual([200, tooMany]);
    expect((await raw('[{"id":1,"method":"health"},{"method":"health"},7]'))[1]).toMatchObject([
      { id: 1 },
      { id: null },
    ]);
  });

  test("behavior: a body over the limit is refused and the server goes on", async () => {
    const [status, answer] = await raw(" ".repeat(MAX_REQUEST_BYTES + 1));
    expect([status, answer]).toMatchObject([413, { error: { code: -32600 } }]);
    expect((await post(node.url, "health")).result).toEqual({});
  });

  test("behavior: heights that are not there", async () => {
    const data = async (method: string, params: object) => (await post(node.url, method, params)).error.data;
    expect(await data("block", { height: "0" })).toBe("height must be greater than 0, but got 0");
    const beyond = "must be less than or equal to the current blockchain height";
    expect(await data("commit", { height: "26" })).toBe(`height 26 ${beyond} 25`);
    expect(await data("validators", { height: "27" })).toBe(`height 27 ${beyond} 26`);
    expect(await data("blockchain", { minHeight: "-1" })).toBe("heights must be non-negative");
    expect(await data("blockchain", { minHeight: "9", maxHeight: "3" })).toBe(
      "min height 9 can't be greater than max height 3",
    );
    expect(await data("abci_query", { height: "-1" })).toBe("height must be non-negative, but got -1");
    expect(await data("genesis_chunked", { chunk: "1" })).toBe("there are 1 chunks, 0 to 0, but 1 was asked for");
  });

  test("behavior: nothing found", async () => {
    const hash = toBase64(new Uint8Array(32));
    const none = { block_id: { hash: "", parts: { total: 0, hash: "" } }, block: null };
    expect((await post(node.url, "block_by_hash", { hash })).result).toEqual(none);
    expect((await post(node.url, "header_by_hash", { hash: "00".repeat(32) })).result).toEqual({ header: null });
    expect((await post(node.url, "tx", { hash })).error.data).toBe(`tx (${"0".repeat(64)}) not found`);
    expect((await post(node.url, "tx", { hash: "AQ==" })).error.data).toBe("hash must be 32 bytes, got 1");
  });

  test("behavior: pages and order", async () => {
    const search = async (params: object) => post(node.url, "block_search", { query: "block.height > 0", ...params });
    const heights = (answer: { result: { blocks: { block: { header: { height: string } } }[] } }) =>
      answer.result.blocks.map(({ block }) => Number(block.header.height));
    expect(heights((await search({ per_page: "3", page: "2" })) as never)).toEqual([22, 21, 20]);
    expect(heights((await search({ per_page: "2", order_by: "asc" })) as never)).toEqual([1, 2]);
    expect(heights((await search({ per_page: "1000" })) as never)).toHaveLength(25);
    expect((await search({ per_page: "20", page: "3" })).error.data).toBe(
      "page should be within [1, 2] range, given 3",
    );
    expect((await search({ page: "0" })).error.data).toBe("page should be within [1, 1] range, given 0");
    expect((await search({ order_by: "up" })).error.data).toBe(
      "expected order_by to be either `asc` or `desc` or empty",
    );
    expect((await post(node.url, "blockchain", {})).result.block_metas).toHaveLength(20);
  });

  test("behavior: broadcast_tx_commit gives up in time; other transactions still pass", async () => {
    const answer = await post(node.url, "broadcast_tx_commit", { tx: "CQk=" });
    expect(answer.error.data).toMatch(/^timed out waiting 0.05 s for tx/);
    expect((await post(node.url, "broadcast_tx_sync", {})).error.data).toBe("tx must be the bytes of a transaction");
    expect((await post(node.url, "unconfirmed_txs")).result).toMatchObject({ n_txs: "1", total: "1", txs: ["CQk="] });
  });

  test("behavior: a backend that fails is an internal error, not a crash", async () => {
    node.chain.onQuery = () => {
      throw new Error("the worker is gone");
    };
    const error = { code: -32603, message: "Internal error", data: "the worker is gone" };
    expect((await post(node.url, "abci_query", { path: "/x" })).error).toEqual(error);
  });

  test("any bytes are answered", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
        const [status] = await raw(text.trim() === "" ? "x" : text);
        expect([200, 500]).toContain(status);
      }),
      { numRuns: 50 },
    );
  });
});

describe("GET with URI parameters", () => {
  const get = async (path: string) => {
    const response = await fetch(`${node.url}${path}`);
    return { status: response.status, answer: (await response.json()) as { id: number; result: never; error: never } };
  };

  test("default", async () => {
    const byHash = await get(`/tx?hash=0x${toHex(HASH)}&prove=true`);
    expect(byHash).toMatchObject({ status: 200, answer: { id: -1, result: { height: "1", index: 0 } } });
    const query = encodeURIComponent(`"message.sender='open1sender' AND tx.height=1"`);
    expect((await get(`/tx_search?query=${query}&per_page=5`)).answer.result).toMatchObject({ total_count: "1" });
    expect((await get("/block?height=25")).answer.result).toMatchObject({ block: { header: { height: "25" } } });
    expect((await get("/health")).answer.result).toEqual({});
  });

  test("behavior: errors come with an HTTP status", async () => {
    expect(await get("/nope")).toMatchObject({ status: 404, answer: { id: -1, error: { code: -32601 } } });
    expect(await get("/block?height=x")).toMatchObject({ status: 500, answer: { error: { code: -32602 } } });
    expect(await get("/block?height=999")).toMatchObject({ status: 500, answer: { error: { code: -32603 } } });
    expect(await get("/a/b/c")).toMatchObject({ status: 404, answer: { error: { code: -32600 } } });
    expect((await fetch(`${node.url}/%zz`)).status).toBe(400);
  });

  test("the list of methods stands at /", async () => {
    const text = await (await fetch(node.url)).text();
    expect(text).toContain("get /tx_search?query=_&prove=_&page=_&per_page=_&order_by=_");
    expect(text).toContain("ws  /websocket subscribe?query=_");
  });
});

describe("blobs and openings", () => {
  test("reach the node as they are", async () => {
    const body = new Uint8Array(3 * 1024 * 1024).fill(7);
    const headers = { "x-openledger-account": "open1a", "content-type": "application/octet-stream" };
    const response = await fetch(`${node.url}/blobs`, { method: "POST", body, headers });
    expect(response.status).toBe(201);
    expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), body)).toBe(0);
    await fetch(`${node.url}/blobs/abc/status?x=1`);
    const [upload, status] = node.chain.blobRequests;
    expect(upload).toMatchObject({ method: "POST", path: "/blobs", headers: { "x-openledger-account": "open1a" } });
    expect(status).toMatchObject({ method: "GET", path: "/blobs/abc/status", body: new Uint8Array(0) });
  });

  test("an opening is accepted, refused with its reason, or empty", async () => {
    const send = async (body: Uint8Array) => {
      const response = await fetch(`${node.url}/openings`, { method: "POST", body: new Uint8Array(body) });
      return [response.status, await response.json()];
    };
    expect(await send(Uint8Array.of(1, 2))).toEqual([200, { accepted: true, reason: "" }]);
    expect(await send(Uint8Array.of(9))).toEqual([200, { accepted: false, reason: "malformed" }]);
    expect(await send(new Uint8Array(0))).toMatchObject([400, { code: "bad-request" }]);
    expect(await send(new Uint8Array(65 * 1024))).toMatchObject([413, { error: { code: -32600 } }]);
    expect(node.chain.openings).toEqual([Uint8Array.of(1, 2), Uint8Array.of(9)]);
  });

  test("a blob over the limit is refused", async () => {
    const response = await fetch(`${node.url}/blobs`, { method: "POST", body: new Uint8Array(4 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });
});

describe("browsers", () => {
  const preflight = async (origin: string) =>
    fetch(node.url, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });

  test("pages of an origin in the configuration may read answers and upload, others not", async () => {
    const allowed = await preflight("https://wallet.example");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://wallet.example");
    expect(allowed.headers.get("access-control-allow-headers")).toContain("x-openledger-signature");
    const other = await preflight("https://evil.example");
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    const answer = await fetch(`${node.url}/health`, { headers: { origin: "https://wallet.example" } });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://wallet.example");
  });
});

describe("start", () => {
  test("behavior: an occupied port says what to do", async () => {
    const listen = new URL(node.url).host;
    await expect(startFakeNode({ listen }, new FakeChain())).rejects.toMatchObject({
      code: "port_in_use",
      message: `the RPC address ${listen} is already in use`,
      hint: "stop the program that uses it, or set another rpc.listen in config.json",
    });
  });
});
