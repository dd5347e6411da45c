import { afterEach, describe, expect, test } from "vitest";
import type { HostOptions } from "./create-host.ts";
import type { Host } from "./host.ts";
import { peerIdOf } from "./identity.ts";
import { keyOf, loopbackHost, recordingLog, until } from "./testing/hosts.ts";

const hosts: Host[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

async function host(seed: number, options: Partial<HostOptions> = {}): Promise<Host> {
  const made = await loopbackHost(seed, options);
  hosts.push(made);
  await made.start();
  return made;
}

const portOf = (each: Host): string => /tcp\/(\d+)/.exec(each.addrs[0]!)![1]!;

describe("Host", () => {
  test("its id comes from the node key and ends its addresses", async () => {
    const made = await host(1);
    expect(made.peerId).toBe(await peerIdOf(keyOf(1)));
    expect(made.addrs[0]).toMatch(new RegExp(`^/ip4/127.0.0.1/tcp/\\d+/p2p/${made.peerId}$`));
    await expect(peerIdOf(new Uint8Array(31))).rejects.toThrowErrorMatchingInlineSnapshot(
      "[P2pError: node key has 31 bytes, 32 are needed. Restore node_key.json, or delete it to get a new node id]",
    );
  });

  test("an occupied port is an error that says what to do, and the host can be stopped", async () => {
    const first = await host(1);
    const port = portOf(first);
    const second = await loopbackHost(2, { listen: [`/ip4/127.0.0.1/tcp/${port}`] });
    const error = await second.start().catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "P2pError", code: "port-in-use" });
    expect(error.message).toBe(
      `p2p port ${port} is already in use. Stop the program that uses it (\`lsof -i :${port}\` shows it; maybe this node already runs), or set another p2p listen address`,
    );
    await second.stop();
  });

  test("an address of another machine can't be listened on", async () => {
    const other = await loopbackHost(2, { listen: ["/ip4/192.0.2.1/tcp/0"] });
    await expect(other.start()).rejects.toMatchObject({
      code: "listen-failed",
      nextStep: expect.stringContaining("0.0.0.0"),
    });
  });

  test("peers beyond the limit are turned away, persistent peers are not", async () => {
    const friend = await loopbackHost(4);
    hosts.push(friend);
    const full = await host(1, { maxPeers: 1, persistentPeers: [`/ip4/127.0.0.1/tcp/1/p2p/${friend.peerId}`] });
    const [address] = full.addrs;
    const first = await host(2);
    await first.connect(address!);
    await until("connected", () => full.peers().length === 1);
    const second = await host(3);
    await second.connect(address!).catch(() => undefined);
    await until("turned away", () => second.peers().length === 0);
    expect(full.peers()).toEqual([first.peerId]);
    await friend.start();
    await friend.connect(address!);
    await until("friend accepted", () => full.peers().length === 2);
  });

  test("a host without the asked peer says that it can't be reached", async () => {
    const made = await host(1);
    const gone = await peerIdOf(keyOf(9));
    await expect(made.connect(`/ip4/127.0.0.1/tcp/1/p2p/${gone}`)).rejects.toMatchObject({
      code: "dial-failed",
      peer: gone,
    });
    await expect(made.openStream(gone, "/x", AbortSignal.timeout(100))).rejects.toMatchObject({
      code: "not-connected",
    });
  });

  test("a host that stops has no peers any more, and says so", async () => {
    const first = await host(1);
    const second = await host(2);
    const gone: string[] = [];
    second.onPeer({ down: (peer) => gone.push(peer) });
    await second.connect(first.addrs[0]!);
    await second.stop();
    expect([gone, second.peers()]).toEqual([[first.peerId], []]);
  });

  test("an unreachable persistent peer is logged once, not at every try", async () => {
    const log = recordingLog();
    const gone = await peerIdOf(keyOf(9));
    const made = await loopbackHost(1, { persistentPeers: [`/ip4/127.0.0.1/tcp/1/p2p/${gone}`] }, { log });
    hosts.push(made);
    await made.start();
    await until("second try", () => log.lines.some(({ message }) => message === "persistent peer still not reachable"));
    expect(log.lines.filter(({ level }) => level === "info")).toHaveLength(1);
  });
});
