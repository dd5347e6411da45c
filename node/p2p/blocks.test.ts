import { afterEach, describe, expect, test } from "vitest";
import { BlocksResponse } from "../../proto/gen/openledger/p2p/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { BlockExchange, type BlockSource } from "./blocks.ts";
import type { Host } from "./host.ts";
import { protocolsOf } from "./protocols.ts";
import { RequestResponse } from "./reqresp.ts";
import { loopbackHost } from "./testing/hosts.ts";

const PROTOCOL = protocolsOf("test-1").blocks;
const hosts: Host[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

const EMPTY: BlockSource = { status: () => ({ base: 0, height: 0 }), load: async () => undefined };

/** Blocks 5 to 100; block h has h bytes, or `blockBytes`. */
function chain(blockBytes?: number): BlockSource {
  return {
    status: () => ({ base: 5, height: 100 }),
    load: async (height) =>
      height < 5 || height > 100
        ? undefined
        : { block: new Uint8Array(blockBytes ?? height).fill(1), extendedCommit: new Uint8Array([height]) },
  };
}

async function pair(source: BlockSource) {
  const server = await loopbackHost(1);
  const client = await loopbackHost(2);
  hosts.push(server, client);
  await server.start();
  await client.start();
  await client.connect(server.addrs[0]!);
  const requests = new RequestResponse({ host: server });
  const serving = new BlockExchange({ protocol: PROTOCOL }, { host: server, requests, source });
  await serving.start();
  const asking = new BlockExchange(
    { protocol: PROTOCOL },
    { host: client, requests: new RequestResponse({ host: client }), source: EMPTY },
  );
  return { server, client, requests, serving, asking, peer: server.peerId };
}

describe("BlockExchange", () => {
  test("gives status and consecutive blocks", async () => {
    const { asking, peer } = await pair(chain());
    expect(await asking.status(peer)).toEqual({ base: 5, height: 100 });
    const blocks = await asking.range(peer, { from: 98, count: 64 });
    expect(blocks.map(({ height, block, extendedCommit }) => [height, block.length, extendedCommit[0]])).toEqual([
      [98, 98, 98],
      [99, 99, 99],
      [100, 100, 100],
    ]);
  });

  test("a range stops after some megabytes, but has at least one block", async () => {
    const { asking, peer } = await pair(chain(3 * 1024 * 1024));
    expect(await asking.range(peer, { from: 5, count: 64 })).toHaveLength(2);
    const large = await pair(chain(22_020_096));
    expect(await large.asking.range(large.peer, { from: 5, count: 2 })).toHaveLength(1);
  });

  test("a height that the peer does not hold, or that can't be, is refused and costs nobody", async () => {
    const { asking, client, server, peer } = await pair(chain());
    for (const from of [4, 101, Number.MAX_SAFE_INTEGER]) {
      await expect(asking.range(peer, { from, count: 1 })).rejects.toMatchObject({ code: "refused" });
    }
    await expect(asking.range(peer, { from: 0, count: 1 })).rejects.toMatchObject({ code: "refused" });
    await expect(asking.range(peer, { from: 5, count: 0 })).rejects.toMatchObject({ code: "refused" });
    expect([client.book.score(peer), server.book.score(client.peerId)]).toEqual([0, 0]);
  });

  test.each([
    ["2^53", { status: { base: 1n, height: 2n ** 53n } }],
    ["MaxInt64", { status: { base: 1n, height: 2n ** 63n - 1n } }],
    ["-1 as an unsigned integer", { status: { base: 1n, height: 2n ** 64n - 1n } }],
    ["a base above the height", { status: { base: 9n, height: 8n } }],
    ["an answer to another question", { range: { blocks: [] } }],
  ])("a peer that claims %s is not believed", async (_, lie) => {
    const { asking, client, requests, serving, peer } = await pair(chain());
    await serving.stop();
    await requests.handle(PROTOCOL, async () => encodeBytes(BlocksResponse, lie));
    await expect(asking.status(peer)).rejects.toMatchObject({ code: "bad-response" });
    expect(client.book.score(peer)).toBeLessThan(-30);
  });

  test("blocks of other heights, or more than asked, are not believed", async () => {
    const { asking, requests, serving, peer } = await pair(chain());
    await serving.stop();
    const record = (height: bigint) => ({ height, block: new Uint8Array([1]), extendedCommit: new Uint8Array([1]) });
    let blocks = [record(8n)];
    await requests.handle(PROTOCOL, async () => encodeBytes(BlocksResponse, { range: { blocks } }));
    await expect(asking.range(peer, { from: 7, count: 2 })).rejects.toThrow("sent block 8 in place of 7");
    blocks = [7n, 8n, 9n].map(record);
    await expect(asking.range(peer, { from: 7, count: 2 })).rejects.toThrow("more blocks than asked");
  });
});
