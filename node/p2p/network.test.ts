import { afterEach, expect, test } from "vitest";
import type { BlockSource } from "./blocks.ts";
import { createNetwork, type Network } from "./network.ts";
import { keyOf, until } from "./testing/hosts.ts";

const SELF = { chainId: "test-1", genesisHash: new Uint8Array(32).fill(7) };
const networks: Network[] = [];

afterEach(async () => {
  for (const network of networks.splice(0)) await network.stop();
});

const BLOCKS: BlockSource = {
  status: () => ({ base: 1, height: 3 }),
  load: async (height) =>
    height > 3 ? undefined : { block: new Uint8Array([height]), extendedCommit: new Uint8Array([0]) },
};

async function network(seed: number, persistentPeers: readonly string[] = []): Promise<Network> {
  const accept = async (items: readonly Uint8Array[]) => items.map(() => ({ action: "accept" }) as const);
  const made = await createNetwork(
    { self: SELF, listen: ["/ip4/127.0.0.1/tcp/0"], privateKey: keyOf(seed), persistentPeers },
    { checkTxs: accept, checkOpenings: accept, blocks: BLOCKS },
  );
  networks.push(made);
  await made.start();
  return made;
}

test("a line of three nodes: streams to neighbours, gossip to the end, blocks by request, one stopped and replaced", async () => {
  const middle = await network(1);
  const left = await network(2, middle.host.addrs);
  const right = await network(3, [...middle.host.addrs]);
  const openings: number[] = [];
  right.openings.onItem(([value]) => openings.push(value!));
  await until("streams", () => middle.streams.peers().length === 2 && right.streams.peers().length === 1);
  await until("openings at the end", () => {
    left.openings.republish(new Uint8Array([42]));
    return openings.length > 0;
  });
  expect(openings).toEqual([42]);
  const blocks = await right.blocks.range(middle.host.peerId, { from: 2, count: 10 });
  expect(blocks.map(({ block }) => block[0])).toEqual([2, 3]);
  await left.stop();
  networks.splice(networks.indexOf(left), 1);
  await until("left is gone", () => middle.streams.peers().length === 1);
  const newcomer = await network(4, middle.host.addrs);
  await until("newcomer", () => newcomer.streams.peers().length === 1);
});

test("a node that finds itself in the peer list does not dial itself", async () => {
  const first = await network(1);
  const addresses = first.host.addrs;
  await first.stop();
  networks.length = 0;
  const again = await network(1, addresses);
  expect(again.host.book.isPersistent(again.host.peerId)).toBe(false);
});
