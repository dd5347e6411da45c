import type { Stream } from "@libp2p/interface";
import { afterEach, expect, test } from "vitest";
import { encodeFrame } from "./frames.ts";
import { encodeHello } from "./handshake.ts";
import type { Host } from "./host.ts";
import { createNetwork, type Network } from "./network.ts";
import { protocolsOf } from "./protocols.ts";
import { inPeerOrder, keyOf, loopbackHost, until } from "./testing/hosts.ts";

const SELF = { chainId: "test-1", genesisHash: new Uint8Array(32).fill(7) };
const NAMES = protocolsOf("test-1");
const SEED = 20_260_101;
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Small seeded generator (mulberry32): a failing run is repeated by its seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function network(seed: number, persistentPeers: readonly string[] = []): Promise<Network> {
  const accept = async (items: readonly Uint8Array[]) => items.map(() => ({ action: "accept" }) as const);
  const made = await createNetwork(
    // Nobody is banned here: every kind of garbage must arrive.
    {
      self: SELF,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      privateKey: keyOf(seed),
      persistentPeers,
      peerBook: { banScore: -1e9 },
    },
    {
      checkTxs: accept,
      checkOpenings: accept,
      blocks: { status: () => ({ base: 1, height: 1 }), load: async () => undefined },
    },
  );
  cleanups.push(() => made.stop());
  await made.start();
  return made;
}

async function throwGarbage(
  attacker: Host,
  victim: Host,
  protocol: string,
  random: (below: number) => number,
): Promise<void> {
  let stream: Stream;
  try {
    stream = await attacker.openStream(victim.peerId, protocol, AbortSignal.timeout(2_000));
  } catch {
    return;
  }
  const bytes = Uint8Array.from({ length: random(200) }, () => random(256));
  const kinds = [bytes, encodeFrame(bytes), encodeHello(SELF), encodeFrame(encodeHello(SELF)), new Uint8Array(4)];
  try {
    for (let i = 0; i <= random(3); i++) stream.send(kinds[random(kinds.length)]!);
    if (random(3) === 0) stream.abort(new Error("reset"));
    else await stream.close({ signal: AbortSignal.timeout(50) });
  } catch {
    stream.abort(new Error("refused"));
  }
}

test("garbage on every protocol and topic stops nobody", async () => {
  const random = randomOf(SEED);
  const [low, high] = await inPeerOrder(11, 12);
  const victim = await network(high!);
  const attacker = await loopbackHost(low!, { topics: [NAMES.txTopic, NAMES.openingTopic] });
  cleanups.push(() => attacker.stop());
  await attacker.start();
  await attacker.connect(victim.host.addrs[0]!);
  await until("gossip", () => attacker.gossip.getSubscribers(NAMES.txTopic).length === 1);
  for (let i = 0; i < 60; i++) {
    for (const protocol of [NAMES.consensus, NAMES.blocks]) await throwGarbage(attacker, victim.host, protocol, random);
    const data = Uint8Array.from({ length: 1 + random(100) }, () => random(256));
    await attacker.gossip.publish(random(2) === 0 ? NAMES.txTopic : NAMES.openingTopic, data);
  }
  await until("noticed", () => victim.host.book.score(attacker.peerId) < -100);
  const honest = await network(13, victim.host.addrs);
  await until("joined", () => honest.streams.peers().length === 1);
  expect(await honest.blocks.status(victim.host.peerId)).toEqual({ base: 1, height: 1 });
});
