import type { Stream } from "@libp2p/interface";
import { afterEach, describe, expect, test } from "vitest";
import { encodeFrame, FrameDecoder } from "./frames.ts";
import { encodeHello } from "./handshake.ts";
import type { Host } from "./host.ts";
import { DirectStreams, type DirectStreamsOptions } from "./streams.ts";
import { inPeerOrder, loopbackHost, recordingLog, until } from "./testing/hosts.ts";

const PROTOCOL = "/openledger/test-1/consensus/1";
const SELF = { chainId: "test-1", genesisHash: new Uint8Array(32).fill(7) };

interface Node {
  readonly host: Host;
  readonly streams: DirectStreams;
  readonly got: { peer: string; text: string }[];
  readonly log: ReturnType<typeof recordingLog>;
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function node(
  seed: number,
  options: Partial<DirectStreamsOptions> & { peers?: readonly string[] } = {},
): Promise<Node> {
  const { peers = [], ...streamOptions } = options;
  const log = recordingLog();
  const host = await loopbackHost(seed, { persistentPeers: peers }, { log });
  const self = { ...SELF, moniker: `node-${seed}` };
  const streams = new DirectStreams({ protocol: PROTOCOL, self, ...streamOptions }, { host });
  const got: Node["got"] = [];
  streams.onMessage((peer, payload) => got.push({ peer, text: Buffer.from(payload).toString() }));
  await streams.start();
  await host.start();
  cleanups.push(async () => {
    await streams.stop();
    await host.stop();
  });
  return { host, streams, got, log };
}

/** A peer that speaks libp2p and nothing more, whose id is lower than the victim's: it opens the stream. */
async function attacked(
  options: Partial<DirectStreamsOptions> = {},
): Promise<{ victim: Node; attacker: Host; open: () => Promise<Stream> }> {
  const [low, high] = await inPeerOrder(11, 12);
  const victim = await node(high!, options);
  const attacker = await loopbackHost(low!);
  await attacker.start();
  cleanups.push(() => attacker.stop());
  await attacker.connect(victim.host.addrs[0]!);
  const open = (): Promise<Stream> => attacker.openStream(victim.host.peerId, PROTOCOL, AbortSignal.timeout(2_000));
  return { victim, attacker, open };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const isClosed = (stream: Stream): boolean => stream.status !== "open";

describe("DirectStreams between honest peers", () => {
  test("in a line of three, neighbours exchange messages both ways and the ends do not see each other", async () => {
    const middle = await node(1);
    const left = await node(2, { peers: middle.host.addrs });
    const right = await node(3, { peers: middle.host.addrs });
    await until("streams open", () => middle.streams.peers().length === 2);
    await until("ends are up", () => left.streams.peers().length + right.streams.peers().length === 2);
    expect(middle.streams.broadcast(bytes("from the middle"))).toBe(2);
    expect(left.streams.send(middle.host.peerId, bytes("from the left"))).toBe(true);
    await until("delivered", () => left.got.length === 1 && right.got.length === 1 && middle.got.length === 1);
    expect(middle.got[0]).toEqual({ peer: left.host.peerId, text: "from the left" });
    expect(right.got[0]).toEqual({ peer: middle.host.peerId, text: "from the middle" });
    expect(left.streams.send(right.host.peerId, bytes("x"))).toBe(false);
    const monikers = middle.host.snapshot().map((peer) => peer.moniker);
    expect(monikers.sort()).toEqual(["node-2", "node-3"]);
  });

  test("both dialling at once still leaves one stream each way of which both agree", async () => {
    const a = await node(1);
    const b = await node(2);
    await Promise.all([a.host.connect(b.host.addrs[0]!), b.host.connect(a.host.addrs[0]!)]);
    await until("up", () => a.streams.peers().length === 1 && b.streams.peers().length === 1);
    for (let i = 0; i < 50; i++) {
      a.streams.send(b.host.peerId, bytes(`a${i}`));
      b.streams.send(a.host.peerId, bytes(`b${i}`));
    }
    await until("all delivered", () => a.got.length === 50 && b.got.length === 50);
    expect(b.got.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, i) => `a${i}`));
  });

  test("a sender faster than its rate is slowed down and loses nothing", async () => {
    const slow = { messagesPerSecond: 2_000, burstMessages: 20 };
    const receiver = await node(1, slow);
    const sender = await node(2, { peers: receiver.host.addrs });
    await until("up", () => sender.streams.peers().length === 1);
    const started = performance.now();
    for (let i = 0; i < 520; i++) expect(sender.streams.send(receiver.host.peerId, bytes(`${i}`))).toBe(true);
    await until("all delivered", () => receiver.got.length === 520);
    expect(performance.now() - started).toBeGreaterThan(200);
    expect(receiver.got.map(({ text }) => text)).toEqual(Array.from({ length: 520 }, (_, i) => `${i}`));
    expect(receiver.host.book.score(sender.host.peerId)).toBe(0);
  });

  test("a full queue refuses, tells when it has room again, and urgent frames overtake bulk", async () => {
    const receiver = await node(1, { bytesPerSecond: 4_000_000, burstBytes: 1_000 });
    const sender = await node(2, { peers: receiver.host.addrs, maxOutboxBytes: 1_000_000 });
    await until("up", () => sender.streams.peers().length === 1);
    const to = receiver.host.peerId;
    let sent = 0;
    while (sender.streams.send(to, new Uint8Array(100_000).fill(65), "bulk")) sent++;
    expect(sender.streams.queuedBytes(to)).toBeGreaterThan(900_000);
    let drained = 0;
    sender.streams.onDrain(() => drained++);
    expect(sender.streams.send(to, bytes("vote"), "urgent")).toBe(true);
    await until("all delivered", () => receiver.got.length === sent + 1);
    expect(drained).toBe(1);
    const position = receiver.got.findIndex(({ text }) => text === "vote");
    expect(position).toBeLessThan(sent - 5);
  });

  test("a message over the limit is an error of the sender", async () => {
    const { streams } = await node(1, { maxFrameBytes: 10 });
    expect(() => streams.broadcast(new Uint8Array(11))).toThrowErrorMatchingInlineSnapshot(
      "[P2pError: message of 11 bytes, 1 to 10 can be sent]",
    );
  });

  test("a peer that restarts is dialled again and its stream reopened, for as long as it takes", async () => {
    const stays = await node(1);
    const [address] = stays.host.addrs;
    const leaves = await node(2);
    const port = /tcp\/(\d+)/.exec(leaves.host.addrs[0]!)![1];
    const keeps = await node(3, { peers: leaves.host.addrs });
    await until("up", () => keeps.streams.peers().length === 1);
    let downs = 0;
    keeps.streams.onPeerDown(() => downs++);
    await leaves.streams.stop();
    await leaves.host.stop();
    await until("down", () => keeps.streams.peers().length === 0);
    expect(downs).toBe(1);
    const host = await loopbackHost(2, { listen: [`/ip4/127.0.0.1/tcp/${port}`] });
    const streams = new DirectStreams({ protocol: PROTOCOL, self: SELF }, { host });
    await streams.start();
    await host.start();
    cleanups.push(() => host.stop());
    await until("up again", () => keeps.streams.peers().length === 1);
    expect(address).toBeDefined();
    await streams.stop();
  });
});

describe("DirectStreams and other chains", () => {
  test("a peer with another genesis is refused, with a line that names both", async () => {
    const other = { self: { chainId: "test-1", genesisHash: new Uint8Array(32).fill(9) } };
    const a = await node(1);
    const b = await node(2, { ...other, peers: a.host.addrs });
    const warned = (each: Node): string | undefined => each.log.lines.find(({ level }) => level === "warn")?.message;
    await until("both say so", () => warned(a) !== undefined && warned(b) !== undefined);
    expect(warned(a)).toMatchInlineSnapshot(
      `"refused peer: wrong genesis: it runs chain "test-1" with genesis 090909090909, this node runs chain "test-1" with genesis 070707070707. Use the network's genesis.json, or remove that peer from the configuration"`,
    );
    expect(a.streams.peers()).toEqual([]);
    expect(a.host.book.isBanned(b.host.peerId)).toBe(true);
    await until("disconnected", () => a.host.peers().length === 0);
  });

  test("a peer with another chain id is refused, with a line that names both", async () => {
    const a = await node(1);
    const b = await node(2, { protocol: "/openledger/other-9/consensus/1", peers: a.host.addrs });
    const refusal = (each: Node): string | undefined =>
      each.log.lines.find(({ message }) => message.startsWith("refused peer"))?.message;
    await until("refused", () => refusal(a) !== undefined || refusal(b) !== undefined);
    if (refusal(a)) expect(refusal(a)).toContain('it runs chain "other-9", this node runs chain "test-1"');
    await until("disconnected", () => a.host.peers().length === 0);
  });
});

describe("DirectStreams under attack", () => {
  test("a frame over the limit closes the stream and scores the peer down, and others are served", async () => {
    const { victim, attacker, open } = await attacked({ maxFrameBytes: 1_000 });
    const stream = await open();
    stream.send(encodeFrame(encodeHello(SELF)));
    await until("joined", () => victim.streams.peers().length === 1);
    stream.send(encodeFrame(bytes("fine")));
    stream.send(new Uint8Array([0, 0, 3, 233]));
    await until("closed", () => isClosed(stream));
    expect(victim.got.map(({ text }) => text)).toEqual(["fine"]);
    expect(victim.host.book.score(attacker.peerId)).toBeLessThan(-49);
    const honest = await node(3, { peers: victim.host.addrs });
    await until("still serving", () => honest.streams.peers().length === 1);
  });

  test("garbage instead of a Hello closes the stream; doing it again is a ban", async () => {
    const { victim, attacker, open } = await attacked();
    for (const garbage of ["GET / HTTP/1.1\r\n\r\n", "\0\0\0\u0005hello"]) {
      const stream = await open();
      stream.send(bytes(garbage));
      await until("closed", () => isClosed(stream));
    }
    await until("banned", () => victim.host.book.isBanned(attacker.peerId));
    await until("disconnected", () => attacker.peers().length === 0);
    await expect(attacker.connect(victim.host.addrs[0]!).then(() => open())).rejects.toThrow();
    expect(victim.host.snapshot()).toEqual([]);
  });

  test("a newer stream of the opener replaces the older one", async () => {
    const { victim, open } = await attacked();
    const first = await open();
    first.send(encodeFrame(encodeHello(SELF)));
    await until("joined", () => victim.streams.peers().length === 1);
    const second = await open();
    second.send(encodeFrame(encodeHello(SELF)));
    await until("first closed", () => first.remoteWriteStatus === "closed" || isClosed(first));
    await until("joined again", () => victim.streams.peers().length === 1);
    second.send(encodeFrame(bytes("on the second")));
    await until("delivered", () => victim.got.length === 1);
  });

  test("a stream in the wrong direction is refused", async () => {
    const [low, high] = await inPeerOrder(11, 12);
    const victim = await node(low!);
    const attacker = await loopbackHost(high!);
    await attacker.start();
    cleanups.push(() => attacker.stop());
    await attacker.connect(victim.host.addrs[0]!);
    const stream = await attacker.openStream(victim.host.peerId, PROTOCOL, AbortSignal.timeout(2_000));
    await until("refused", () => isClosed(stream));
    expect(victim.host.book.score(attacker.peerId)).toBeLessThan(0);
  });

  test("a truncated frame waits and delivers nothing", async () => {
    const { victim, open } = await attacked();
    const stream = await open();
    stream.send(encodeFrame(encodeHello(SELF)));
    await until("joined", () => victim.streams.peers().length === 1);
    const frame = encodeFrame(bytes("whole"));
    stream.send(frame.subarray(0, 6));
    stream.send(frame.subarray(6, 8));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(victim.got).toEqual([]);
    stream.send(frame.subarray(8));
    await until("delivered", () => victim.got.length === 1);
    expect(new FrameDecoder(10).next()).toBeUndefined();
  });
});
