import { afterEach, describe, expect, test } from "vitest";
import type { Host } from "./host.ts";
import { DirectStreams, type DirectStreamsOptions } from "./streams.ts";
import { loopbackHost, until } from "./testing.ts";

const PROTOCOL = "/openledger/test-1/consensus/1";
const GENESIS = new Uint8Array(32).fill(7);

interface Node {
  readonly host: Host;
  readonly streams: DirectStreams;
  readonly got: { peer: string; text: string }[];
  readonly warnings: string[];
}

const running: Node[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(stop));
});

async function stop(node: Node): Promise<void> {
  await node.streams.stop();
  await node.host.stop();
}

async function node(
  seed: number,
  peers: readonly string[] = [],
  options: Partial<DirectStreamsOptions> = {},
): Promise<Node> {
  const warnings: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (_: object, message: string) => void warnings.push(message) };
  const host = await loopbackHost(seed, { persistentPeers: peers }, { log });
  const self = { chainId: "test-1", genesisHash: GENESIS, moniker: `node-${seed}` };
  const streams = new DirectStreams({ protocol: PROTOCOL, self, ...options }, { host });
  const got: Node["got"] = [];
  streams.onMessage((peer, payload) => got.push({ peer, text: Buffer.from(payload).toString() }));
  await streams.start();
  await host.start();
  const made = { host, streams, got, warnings };
  running.push(made);
  return made;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("DirectStreams", () => {
  test("in a line of three, neighbours exchange messages in both directions and ends do not see each other", async () => {
    const middle = await node(1);
    const left = await node(2, middle.host.addrs);
    const right = await node(3, middle.host.addrs);
    await until("streams open", () => middle.streams.peers().length === 2 && left.streams.peers().length === 1);
    await until("right is up", () => right.streams.peers().length === 1);
    expect(middle.streams.broadcast(bytes("from the middle"))).toBe(2);
    expect(left.streams.send(middle.host.peerId, bytes("from the left"))).toBe(true);
    await until("delivered", () => left.got.length === 1 && right.got.length === 1 && middle.got.length === 1);
    expect(middle.got[0]).toEqual({ peer: left.host.peerId, text: "from the left" });
    expect(right.got[0]).toEqual({ peer: middle.host.peerId, text: "from the middle" });
    expect(left.streams.send(right.host.peerId, bytes("x"))).toBe(false);
    expect(
      middle.host
        .snapshot()
        .map((peer) => peer.moniker)
        .sort(),
    ).toEqual(["node-2", "node-3"]);
  });
});
