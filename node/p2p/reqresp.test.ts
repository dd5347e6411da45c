import { afterEach, describe, expect, test } from "vitest";
import { P2pError } from "./errors.ts";
import { encodeFrame } from "./frames.ts";
import type { Host } from "./host.ts";
import { RequestResponse } from "./reqresp.ts";
import { loopbackHost, until } from "./testing/hosts.ts";

const PROTOCOL = "/openledger/test-1/echo/1";
const hosts: Host[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

interface Pair {
  readonly server: Host;
  readonly client: Host;
  readonly served: RequestResponse;
  readonly asking: RequestResponse;
  readonly ask: (payload: Uint8Array, options?: object) => Promise<Uint8Array>;
}

async function pair(): Promise<Pair> {
  const server = await loopbackHost(1);
  const client = await loopbackHost(2);
  hosts.push(server, client);
  await server.start();
  await client.start();
  await client.connect(server.addrs[0]!);
  const served = new RequestResponse({ host: server });
  const asking = new RequestResponse({ host: client });
  const ask = (payload: Uint8Array, options = {}): Promise<Uint8Array> =>
    asking.request(server.peerId, PROTOCOL, payload, { timeoutMs: 3_000, ...options });
  return { server, client, served, asking, ask };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("RequestResponse", () => {
  test("answers come back, also large ones, and many at once", async () => {
    const { served, ask } = await pair();
    await served.handle(PROTOCOL, async (request) => new Uint8Array(4 * 1024 * 1024).fill(request[0]!));
    const answers = await Promise.all([1, 2, 3].map((fill) => ask(new Uint8Array([fill]))));
    expect(answers.map((answer) => [answer.length, answer[0], answer.at(-1)])).toEqual(
      [1, 2, 3].map((fill) => [4 * 1024 * 1024, fill, fill]),
    );
  });

  test("100 requests queue behind the limit of 8 and all are served, never more than 8 at once", async () => {
    const { served, ask, server, client } = await pair();
    let active = 0;
    let most = 0;
    await served.handle(PROTOCOL, async (request) => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active--;
      return request;
    });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(new Uint8Array([i]))));
    expect(answers.map(([value]) => value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(most).toBeLessThanOrEqual(8);
    expect(server.book.score(client.peerId)).toBe(0);
  });

  test("no answer in time is a timeout, and costs the peer a little", async () => {
    const { served, ask, client, server } = await pair();
    await served.handle(PROTOCOL, () => new Promise(() => undefined));
    await expect(ask(bytes("x"), { timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
    expect(client.book.score(server.peerId)).toBeCloseTo(-2);
  });

  test("a refusal carries its reason, another failure does not", async () => {
    const { served, ask } = await pair();
    await served.handle(PROTOCOL, async ([kind]) => {
      throw kind === 1 ? new P2pError("refused", "height 9 is out of range") : new Error("secret path /home/x");
    });
    await expect(ask(new Uint8Array([1]))).rejects.toThrow(/refused: height 9 is out of range$/);
    await expect(ask(new Uint8Array([2]))).rejects.toThrow(/refused: internal error$/);
  });

  test("an answer over the client's limit is refused and costs the peer", async () => {
    const { served, ask, client, server } = await pair();
    await served.handle(PROTOCOL, async () => new Uint8Array(1_001));
    await expect(ask(bytes("x"), { maxResponseBytes: 1_000 })).rejects.toMatchObject({ code: "frame-too-large" });
    expect(client.book.score(server.peerId)).toBeLessThan(-30);
  });

  test("a request over the server's limit is not read and costs the client", async () => {
    const { served, ask, client, server } = await pair();
    await served.handle(PROTOCOL, async (request) => request, { maxRequestBytes: 10 });
    await expect(ask(new Uint8Array(11))).rejects.toMatchObject({ code: "closed" });
    await until("scored", () => server.book.score(client.peerId) < -50);
    expect(await ask(new Uint8Array(10))).toHaveLength(10);
  });

  test("more at once than one peer's share is answered busy", async () => {
    const { served, asking, ask, server } = await pair();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await served.handle(PROTOCOL, (request) => held.then(() => request), { maxPerPeer: 2 });
    const first = [ask(bytes("a")), ask(bytes("b"))];
    await new Promise((resolve) => setTimeout(resolve, 30));
    await expect(asking.request(server.peerId, PROTOCOL, bytes("c"))).rejects.toMatchObject({ code: "busy" });
    release();
    await expect(Promise.all(first)).resolves.toHaveLength(2);
  });

  test("a peer that ends or resets the stream early, or does not speak the protocol", async () => {
    const { server, ask } = await pair();
    await expect(ask(bytes("x"))).rejects.toMatchObject({ code: "unsupported-protocol" });
    let mode = "end";
    await server.handle(
      PROTOCOL,
      (stream) => {
        if (mode === "end") void stream.close();
        else if (mode === "reset") stream.abort(new Error("x"));
        else stream.send(encodeFrame(new Uint8Array([99, 1])));
      },
      { maxInboundStreams: 8 },
    );
    await expect(ask(bytes("x"))).rejects.toMatchObject({ code: "closed" });
    mode = "reset";
    await expect(ask(bytes("x"))).rejects.toMatchObject({ code: "closed" });
    mode = "unknown status";
    await expect(ask(bytes("x"))).rejects.toMatchObject({ code: "frame-malformed" });
  });

  test("a peer that is not connected", async () => {
    const { asking } = await pair();
    await expect(asking.request("12D3KooWnobody", PROTOCOL, bytes("x"))).rejects.toMatchObject({
      code: "not-connected",
    });
  });
});
