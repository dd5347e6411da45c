import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toHex } from "../../chain/crypto/bytes.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { LevelDisk } from "../disk/level-disk.ts";
import type { NodeLog } from "../p2p/ports.ts";
import { event, FakeChain } from "../rpc/testing/fake-chain.ts";
import { attributesOf } from "./attributes.ts";
import { eventEntry, TX_EVENTS } from "./keys.ts";
import { MAX_QUERY_LENGTH, MAX_SCANNED } from "./limits.ts";
import { matches } from "./query/match.ts";
import { parseQuery } from "./query/parse.ts";
import { TxIndex } from "./tx-index.ts";

fc.configureGlobal({ seed: 7 });

let dir: string;
let path: string;
let chain: FakeChain;
const warnings: string[] = [];
const log: NodeLog = {
  debug() {},
  info() {},
  warn: (_, message) => warnings.push(message),
  error: (_, message) => warnings.push(message),
};
const open = (backend = chain) => TxIndex.open(path, { backend, log });
const places = async (index: TxIndex, query: string) =>
  (await index.searchTxs(parseQuery(query))).map(({ height, index: at }) => `${height}/${at}`);
const reached = (index: TxIndex) => vi.waitFor(() => expect(index.height).toBe(chain.height()));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "openledger-index-"));
  path = join(dir, "index");
  chain = new FakeChain();
  warnings.length = 0;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe("index", () => {
  test("catches up with stored blocks, follows new ones, and tells of each once it is found", async () => {
    chain.produce(Uint8Array.of(1));
    chain.produce(Uint8Array.of(2), Uint8Array.of(3));
    const index = await open();
    expect(await index.find(sha256(Uint8Array.of(3)))).toEqual({ height: 2, index: 1 });
    const told: string[] = [];
    index.onIndexed(({ block }) => told.push(`${block.header.height} at ${index.height}`));
    for (let i = 4; i < 7; i++) chain.produce(Uint8Array.of(i));
    await reached(index);
    expect(told).toEqual(["3 at 3", "4 at 4", "5 at 5"]);
    expect(await index.find(sha256(Uint8Array.of(6)))).toEqual({ height: 5, index: 0 });
    expect(await index.find(new Uint8Array(32))).toBeUndefined();
    await index.close();
  });

  test("goes on where it ended, also over blocks made while it was closed", async () => {
    chain.produce(Uint8Array.of(1));
    await (await open()).close();
    chain.produce(Uint8Array.of(2));
    const loads = vi.spyOn(chain, "finalizeResponse");
    const index = await open();
    expect(loads.mock.calls).toEqual([[2]]);
    expect(await places(index, "tx.height > 0")).toEqual(["1/0", "2/0"]);
    await index.close();
  });

  test("behavior: an index of other blocks, of another layout, or damaged is built again", async () => {
    chain.produce(Uint8Array.of(1));
    await (await open()).close();
    const other = new FakeChain();
    other.produce(Uint8Array.of(9));
    const rebuilt = await open(other);
    expect(await rebuilt.find(sha256(Uint8Array.of(1)))).toBeUndefined();
    expect(await rebuilt.find(sha256(Uint8Array.of(9)))).toEqual({ height: 1, index: 0 });
    await rebuilt.close();
    const disk = await LevelDisk.open(path);
    await disk.batch([{ type: "put", key: Uint8Array.of(0), value: Uint8Array.of(1) }]);
    await disk.close();
    await (await open(other)).close();
    await writeFile(join(path, "CURRENT"), "MANIFEST-none\n");
    const repaired = await open(other);
    expect(await places(repaired, "tx.height = 1")).toEqual(["1/0"]);
    await repaired.close();
    const foreign = "the index is not of this chain's blocks and is built again";
    expect(warnings).toEqual([foreign, foreign, "the index is damaged and is built again"]);
  });

  test("behavior: an index ahead of the block store is built again", async () => {
    chain.produce(Uint8Array.of(1));
    await (await open()).close();
    const index = await open(new FakeChain());
    expect([index.height, await places(index, "tx.height > 0")]).toEqual([0, []]);
    await index.close();
  });

  test("behavior: an index in use is refused, never deleted", async () => {
    chain.produce(Uint8Array.of(1));
    const index = await open();
    await expect(open()).rejects.toMatchObject({ code: "home_in_use" });
    expect(await places(index, "tx.height = 1")).toEqual(["1/0"]);
    await index.close();
  });

  test("behavior: missing results stop the start and say what to do", async () => {
    chain.produce(Uint8Array.of(1));
    chain.finalizeResponse = async () => undefined;
    await expect(open()).rejects.toMatchObject({ code: "corrupt", hint: expect.stringContaining("restore") });
  });

  test("behavior: a failed write is tried again with the next block, and no block is told of before it is found", async () => {
    const index = await open();
    const told: number[] = [];
    index.onIndexed(({ block }) => told.push(block.header.height));
    const failing = vi.spyOn(LevelDisk.prototype, "batch").mockRejectedValueOnce(new Error("disk full"));
    chain.produce(Uint8Array.of(1));
    await vi.waitFor(() => expect(warnings).toEqual(["index write failed; retried with the next block"]));
    expect([told, index.height]).toEqual([[], 0]);
    failing.mockRestore();
    chain.produce(Uint8Array.of(2));
    await reached(index);
    expect(told).toEqual([1, 2]);
    expect(await places(index, "tx.height > 0")).toEqual(["1/0", "2/0"]);
    await index.close();
  });
});

describe("search", () => {
  test("by height, hash and events", async () => {
    chain.execute = (tx) => ({
      events: [event("transfer", { amount: `${tx[0]}uopen` }), event("secret", { key: "x" }, false)],
    });
    chain.produce(Uint8Array.of(5), Uint8Array.of(50));
    chain.produce(Uint8Array.of(51), Uint8Array.of(6));
    chain.produce();
    const index = await open();
    const hash = toHex(sha256(Uint8Array.of(51)));
    const found: Record<string, string[]> = {};
    for (const query of [
      "tx.height = 1",
      "tx.height = '2'",
      "tx.height > 1.5 AND tx.height <= 99999999999999999999",
      "tx.height < 1",
      "tx.height = 1.5",
      "tx.height > 2 AND tx.height < 2",
      `tx.hash = '${hash}'`,
      `tx.hash = '${hash.toUpperCase()}' AND tx.height < 2`,
      "tx.hash = 'abc'",
      "transfer.amount = 5",
      "transfer.amount > 5 AND transfer.amount < 51",
      "transfer.amount = '50uopen' AND tx.height = 2",
      "transfer.amount CONTAINS 'open' AND tx.height = 2",
      "transfer.amount EXISTS AND transfer.none EXISTS",
      "secret.key EXISTS",
    ]) {
      found[query.replace(hash, "h").replace(hash.toUpperCase(), "H")] = await places(index, query);
    }
    expect(found).toEqual({
      "tx.height = 1": ["1/0", "1/1"],
      "tx.height = '2'": ["2/0", "2/1"],
      "tx.height > 1.5 AND tx.height <= 99999999999999999999": ["2/0", "2/1"],
      "tx.height < 1": [],
      "tx.height = 1.5": [],
      "tx.height > 2 AND tx.height < 2": [],
      "tx.hash = 'h'": ["2/0"],
      "tx.hash = 'H' AND tx.height < 2": [],
      "tx.hash = 'abc'": [],
      "transfer.amount = 5": ["1/0"],
      "transfer.amount > 5 AND transfer.amount < 51": ["1/1", "2/1"],
      "transfer.amount = '50uopen' AND tx.height = 2": [],
      "transfer.amount CONTAINS 'open' AND tx.height = 2": ["2/0", "2/1"],
      "transfer.amount EXISTS AND transfer.none EXISTS": [],
      "secret.key EXISTS": [],
    });
    await expect(places(index, "tx.height = 'x'")).rejects.toMatchObject({ code: "bad_query" });
    await expect(places(index, "tx.hash > 5")).rejects.toMatchObject({ code: "bad_query" });
    expect(await index.searchBlocks(parseQuery("block.height >= 2"))).toEqual([2, 3]);
    expect(await index.searchBlocks(parseQuery("epoch.name = 'hour' AND block.height < 3"))).toEqual([1, 2]);
    expect(await index.searchBlocks(parseQuery("epoch.name = 'day'"))).toEqual([]);
    await index.close();
  });

  test("behavior: finds exactly the transactions whose events match, whatever the values", async () => {
    const values = ["", "a", "ab", "a\0b", "5", "50", "5.5uopen", "-1", "x".repeat(300), `${"x".repeat(300)}y`];
    const attribute = fc.record({ key: fc.constantFrom("k", "kk"), value: fc.constantFrom(...values) });
    const conditions = fc.oneof(
      fc.constantFrom("e.k EXISTS", "e.kk EXISTS", "e.k < 50", "e.k >= 5.5", "e.kk = 5", "e.k = -1", "e.none EXISTS"),
      fc.constantFrom(...values).map((value) => `e.k = '${value}'`),
      fc.constantFrom("e.k CONTAINS 'y'", "e.kk CONTAINS 'a'", "e.k CONTAINS ''"),
      fc.integer({ min: -1, max: 8 }).map((height) => `tx.height >= ${height}`),
    );
    const blocks = fc.array(fc.array(fc.array(attribute, { maxLength: 3 }), { maxLength: 3 }), { maxLength: 6 });
    const events = blocks.map((list) =>
      list.map((txs) => txs.map((attrs) => attrs.map((a) => event("e", { [a.key]: a.value })))),
    );
    const queries = fc.array(
      fc
        .array(conditions, { minLength: 1, maxLength: 3 })
        .map((list) => list.join(" AND "))
        .filter((text) => text.length <= MAX_QUERY_LENGTH),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(events, queries, async (list, texts) => {
        path = join(dir, `run-${run++}`);
        chain = new FakeChain();
        list.forEach((txs, height) => {
          chain.execute = (_, index) => ({ events: txs[index]! });
          chain.produce(...txs.map((_, index) => Uint8Array.of(height, index)));
        });
        const index = await open();
        for (const text of texts) {
          const expected = list.flatMap((txs, i) =>
            txs.flatMap((own, at) => {
              const attributes = new Map([...attributesOf(own), ["tx.height", [String(i + 1)]]]);
              return matches(parseQuery(text), attributes) ? [`${i + 1}/${at}`] : [];
            }),
          );
          expect([text, await places(index, text)]).toEqual([text, expected]);
        }
        await index.close();
      }),
      { numRuns: 25 },
    );
  });

  test("behavior: a query that reads too much is refused with advice", async () => {
    const index = await open();
    const chunk = Array.from({ length: 1000 }, (_, index) => {
      const entry = eventEntry(TX_EVENTS, { key: "e.k", value: "v" }, { height: 1, index });
      return [entry.key, entry.value] as const;
    });
    vi.spyOn(LevelDisk.prototype, "read").mockResolvedValue(chunk);
    const search = index.searchTxs(parseQuery("e.k EXISTS"));
    await expect(search).rejects.toMatchObject({
      code: "too_broad",
      message: expect.stringContaining(`${MAX_SCANNED}`),
    });
    vi.restoreAllMocks();
    await index.close();
  });
});
