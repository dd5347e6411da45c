import { afterEach, describe, expect, test } from "vitest";
import type { HostOptions } from "./create-host.ts";
import { type BatchGossipPorts, TxGossip } from "./gossip.ts";
import { decodeBatch, encodeBatch } from "./gossip-frame.ts";
import type { Host } from "./host.ts";
import { MAX_GOSSIP_ITEM_BYTES, MAX_ITEMS_PER_FRAME } from "./limits.ts";
import { loopbackHost, until } from "./testing/hosts.ts";

const TOPIC = "/openledger/test-1/txs/1";
const hosts: Host[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

interface Node {
  readonly host: Host;
  readonly txs: TxGossip;
  readonly got: string[];
  readonly checked: string[];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const tx = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Texts that start with "bad" are invalid, with "dup" stale, others are fine. */
const judge: BatchGossipPorts["check"] = async (items) =>
  items.map((item) => {
    if (text(item).startsWith("bad")) return { action: "reject", code: "bad-signature" };
    if (text(item).startsWith("dup")) return { action: "ignore", code: "sequence" };
    return { action: "accept" };
  });

async function node(
  seed: number,
  peers: readonly string[] = [],
  check = judge,
  options: Partial<HostOptions> = {},
): Promise<Node> {
  const host = await loopbackHost(seed, { persistentPeers: peers, topics: [TOPIC], ...options });
  hosts.push(host);
  const got: string[] = [];
  const checked: string[] = [];
  const txs = new TxGossip(
    { topic: TOPIC, flushMs: 5 },
    {
      host,
      check: (items, from) => {
        checked.push(...items.map(text));
        return check(items, from);
      },
    },
  );
  await host.start();
  txs.start();
  txs.onTx((item) => got.push(text(item)));
  return { host, txs, got, checked };
}

const meshPeers = (each: Node): number =>
  (each.host.gossip as unknown as { getMeshPeers(topic: string): unknown[] }).getMeshPeers(TOPIC).length;
const subscribers = (each: Node): number => each.host.gossip.getSubscribers(TOPIC).length;

async function line(): Promise<[left: Node, middle: Node, right: Node]> {
  const middle = await node(1);
  const left = await node(2, middle.host.addrs);
  const right = await node(3, middle.host.addrs);
  await until("subscribed", () => subscribers(middle) === 2 && subscribers(left) === 1 && subscribers(right) === 1);
  await until("meshed", () => meshPeers(right) === 1 && meshPeers(middle) === 2);
  return [left, middle, right];
}

describe("TxGossip", () => {
  test("reaches the far end of a line through the middle, once each, in few frames", async () => {
    const [left, middle, right] = await line();
    const sent = Array.from({ length: 300 }, (_, i) => `tx-${i}-${"x".repeat(190)}`);
    for (const each of sent) expect(left.txs.publishTx(tx(each))).toBe(true);
    await until("delivered", () => right.got.length === 300);
    expect(right.got).toEqual(sent);
    expect(middle.got).toHaveLength(300);
    expect(left.got).toEqual([]);
    const frames = (await right.host.metrics.framesReceived.get()).values[0]!.value;
    expect(frames).toBeLessThan(10);
  });

  test("what the middle rejects goes no further and costs the sender; what it ignores costs nobody", async () => {
    const [left, middle, right] = await line();
    left.txs.publish(tx("dup 1"));
    await until("ignored", () => middle.checked.includes("dup 1"));
    expect(middle.host.book.score(left.host.peerId)).toBe(0);
    left.txs.publish(tx("bad 1"));
    await until("scored", () => middle.host.book.score(left.host.peerId) < 0);
    left.txs.publish(tx("good"));
    await until("good arrives", () => right.got.length === 1);
    expect(right.checked).toEqual(["good"]);
    expect(middle.host.book.snapshot().find(({ peer }) => peer === left.host.peerId)?.penalties).toEqual({
      "invalid-gossip-item": 1,
    });
  });

  test("a late joiner gets nothing by itself, and everything by republication through a node that has it", async () => {
    const middle = await node(1);
    const left = await node(2, middle.host.addrs);
    await until("subscribed", () => subscribers(middle) === 1 && subscribers(left) === 1);
    left.txs.publish(tx("early"));
    await until("delivered", () => middle.got.length === 1);
    const right = await node(3, middle.host.addrs);
    await until("joined", () => subscribers(middle) === 2 && meshPeers(middle) === 2);
    expect(right.got).toEqual([]);
    left.txs.republish(tx("early"));
    await until("delivered late", () => right.got.length === 1);
    expect(middle.checked).toEqual(["early"]);
    expect(middle.got).toEqual(["early"]);
  });

  test("10,000 tiny items in one frame are refused before any is checked", async () => {
    const [left, middle] = await line();
    const frame = encodeBatch(
      Array.from({ length: 10_000 }, () => tx("x")),
      0n,
    );
    await left.host.gossip.publish(TOPIC, frame);
    await until("scored", () => middle.host.book.score(left.host.peerId) < 0);
    expect(middle.checked).toEqual([]);
    const { penalties } = middle.host.snapshot().find(({ peer }) => peer === left.host.peerId)!;
    expect(penalties).toEqual({ "bad-gossip-frame": 1 });
  });

  test("a check that throws loses the frame and nothing else", async () => {
    let calls = 0;
    const failing: BatchGossipPorts["check"] = (items, from) =>
      calls++ === 0 ? Promise.reject(new Error("x")) : judge(items, from);
    const receiver = await node(1, [], failing);
    const sender = await node(2, receiver.host.addrs);
    await until("subscribed", () => subscribers(sender) === 1);
    sender.txs.publish(tx("first"));
    await until("failed", () => calls === 1);
    sender.txs.publish(tx("second"));
    await until("delivered", () => receiver.got.length === 1);
    expect(receiver.host.book.score(sender.host.peerId)).toBe(0);
    sender.txs.republish(tx("first"));
    await until("again", () => receiver.got.length === 2);
  });

  test("a gossip stream that breaks is replaced by reconnecting", async () => {
    const receiver = await node(1);
    const sender = await node(2, receiver.host.addrs, judge, { gossipCheckMs: 100 });
    await until("subscribed", () => subscribers(sender) === 1 && subscribers(receiver) === 1);
    const { streamsOutbound } = sender.host.gossip as unknown as {
      streamsOutbound: Map<string, { rawStream: { abort(error: Error): void } }>;
    };
    streamsOutbound.get(receiver.host.peerId)!.rawStream.abort(new Error("the peer was too slow"));
    expect(streamsOutbound.size).toBe(0);
    await until("replaced", () => streamsOutbound.size === 1 && subscribers(sender) === 1);
    await until("delivered", () => {
      sender.txs.republish(tx("after"));
      return receiver.got.length === 1;
    });
  });

  test("an item over the limit is an error of the publisher", async () => {
    const { txs } = await node(1);
    expect(() => txs.publish(new Uint8Array(MAX_GOSSIP_ITEM_BYTES + 1))).toThrowErrorMatchingInlineSnapshot(
      "[P2pError: txs: 1048577 bytes, 1 to 1048576 can be gossiped]",
    );
  });

  test("an item over the frame size travels alone", async () => {
    const receiver = await node(1);
    const sender = await node(2, receiver.host.addrs);
    await until("subscribed", () => subscribers(sender) === 1);
    const large = "L".repeat(MAX_GOSSIP_ITEM_BYTES);
    for (const each of ["a", large, "b"]) sender.txs.publish(tx(each));
    await until("delivered", () => receiver.got.length === 3);
    expect([...receiver.got].sort((x, y) => x.length - y.length).at(-1)).toBe(large);
  });

  test("topics that nobody knows are not kept", async () => {
    const receiver = await node(1);
    const sender = await node(2, receiver.host.addrs);
    await until("subscribed", () => subscribers(receiver) === 1);
    sender.host.gossip.subscribe("/openledger/test-1/spam/1");
    sender.txs.publish(tx("after"));
    await until("delivered", () => receiver.got.length === 1);
    expect(receiver.host.gossip.getSubscribers("/openledger/test-1/spam/1")).toEqual([]);
  });
});

describe("gossip frames", () => {
  const fault = (data: Uint8Array) => {
    const result = decodeBatch(data, 1_000);
    return typeof result === "string" ? result : "fine";
  };

  test.each([
    ["one item", encodeBatch([tx("a")], 0n), "fine"],
    [
      "most items",
      encodeBatch(
        Array.from({ length: MAX_ITEMS_PER_FRAME }, () => tx("a")),
        1n,
      ),
      "fine",
    ],
    [
      "one item too many",
      encodeBatch(
        Array.from({ length: MAX_ITEMS_PER_FRAME + 1 }, () => tx("a")),
        1n,
      ),
      "too-many-items",
    ],
    ["nothing", new Uint8Array(0), "no-items"],
    ["an empty item", encodeBatch([new Uint8Array(0), tx("a")], 0n), "empty-item"],
    ["an item over the limit", encodeBatch([new Uint8Array(1_001)], 0n), "frame-too-large"],
    ["a frame over the limit", new Uint8Array(70_000), "frame-too-large"],
    ["an unknown field", new Uint8Array([...encodeBatch([tx("a")], 0n), 0x18, 1]), "not-canonical"],
    ["an explicit default", new Uint8Array([...encodeBatch([tx("a")], 0n), 0x10, 0]), "not-canonical"],
    ["a cut frame", encodeBatch([tx("abc")], 0n).subarray(0, 4), "not-canonical"],
    ["noise", new Uint8Array([0xff, 0xff, 0xff]), "not-canonical"],
  ])("%s", (_, data, verdict) => expect(fault(data)).toBe(verdict));
});
