import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { BlobsRequest, BlobsResponse } from "../../proto/gen/openledger/p2p/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { Host } from "../p2p/host.ts";
import { protocolsOf } from "../p2p/protocols.ts";
import { RequestResponse } from "../p2p/reqresp.ts";
import { loopbackHost, until } from "../p2p/testing/hosts.ts";
import { blobIdOf } from "./id.ts";
import { MAX_BLOB_BYTES } from "./limits.ts";
import { BlobStore } from "./store.ts";
import { BlobTransfer } from "./transfer.ts";

const PROTOCOL = protocolsOf("test-1").blobs;
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Node {
  readonly host: Host;
  readonly requests: RequestResponse;
  readonly store: BlobStore;
  readonly transfer: BlobTransfer;
  readonly dir: string;
}

async function node(seed: number, peers: readonly Node[] = []): Promise<Node> {
  const host = await loopbackHost(seed);
  const dir = await mkdtemp(join(tmpdir(), "blobs-"));
  const store = await BlobStore.open({ dir });
  const requests = new RequestResponse({ host });
  const transfer = new BlobTransfer({ protocol: PROTOCOL }, { host, requests, store });
  await transfer.start();
  await host.start();
  for (const peer of peers) await host.connect(peer.host.addrs[0]!);
  cleanups.push(async () => {
    await host.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return { host, requests, store, transfer, dir };
}

/** A node that says it has every blob and sends what `answer` gives. */
async function liar(seed: number, answer: (id: Uint8Array) => Uint8Array): Promise<Node> {
  const made = await node(seed);
  await made.transfer.stop();
  await made.requests.handle(PROTOCOL, async (bytes) => {
    const { have, get } = BlobsRequest.decode(bytes);
    if (have) return encodeBytes(BlobsResponse, { have: { have: have.ids.map(() => true) } });
    return encodeBytes(BlobsResponse, { get: { found: true, data: answer(get!.id) } });
  });
  return made;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("BlobTransfer", () => {
  test("fetches a blob from the peer that has it, keeps it, and can serve it on", async () => {
    const holder = await node(1);
    const middle = await node(2, [holder]);
    const far = await node(3, [middle]);
    const id = await holder.store.put(bytes("the blob"));
    expect(Buffer.from(await middle.transfer.ensure(id)).toString()).toBe("the blob");
    expect(middle.store.has(id)).toBe(true);
    await holder.host.stop();
    expect(Buffer.from(await far.transfer.ensure(id)).toString()).toBe("the blob");
  });

  test("a peer that sends other bytes is scored down and another one serves", async () => {
    const holder = await node(1);
    const corrupting = await liar(2, () => bytes("not the blob"));
    const asking = await node(3, [corrupting, holder]);
    const ids = await Promise.all(["a", "b", "c"].map((text) => holder.store.put(bytes(text))));
    for (const [i, id] of ids.entries()) expect(await asking.transfer.ensure(id)).toEqual(bytes("abc"[i]!));
    expect(asking.host.book.score(corrupting.host.peerId)).toBeLessThan(0);
    expect(asking.host.book.score(holder.host.peerId)).toBe(0);
  });

  test("a peer that sends garbage instead of an answer does not stop the transfer", async () => {
    const holder = await node(1);
    const garbage = await node(2);
    await garbage.transfer.stop();
    await garbage.requests.handle(PROTOCOL, async () => new Uint8Array([0xff, 0xff]));
    const asking = await node(3, [garbage, holder]);
    const id = await holder.store.put(bytes("fine"));
    expect(await asking.transfer.ensure(id)).toEqual(bytes("fine"));
  });

  test("a missing blob is a typed error that names who was asked", async () => {
    const other = await node(1);
    const lying = await liar(2, () => bytes("x"));
    const asking = await node(3, [other, lying]);
    const id = blobIdOf(bytes("nobody has this"));
    const error = await asking.transfer.ensure(id, { timeoutMs: 1_500 }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "BlobError", code: "missing" });
    expect(error.message).toContain(`missing blob ${id}: it is not here, and 2 peers were asked`);
    expect(error.message).toContain(`${other.host.peerId}: does not have it`);
    expect(error.message).toContain(`${lying.host.peerId}: `);
    expect(asking.host.book.score(lying.host.peerId)).toBeLessThan(0);
    const alone = await node(4);
    await expect(alone.transfer.ensure(id, { timeoutMs: 50 })).rejects.toThrow("no peer could be asked");
  });

  test("a blob that appears at a peer while it is looked for is found", async () => {
    const holder = await node(1);
    const asking = await node(2, [holder]);
    const wanted = asking.transfer.ensure(blobIdOf(bytes("late")), { timeoutMs: 5_000 });
    await until("asked once", () => holder.host.peers().length === 1);
    await holder.store.put(bytes("late"));
    expect(await wanted).toEqual(bytes("late"));
  });

  test("eight blobs that nobody has do not keep others waiting", async () => {
    const holder = await node(1);
    const asking = await node(2, [holder]);
    const absent = Array.from({ length: 20 }, (_, i) =>
      asking.transfer.ensure(blobIdOf(bytes(`absent ${i}`)), { timeoutMs: 1_500 }).catch(() => "missing"),
    );
    const id = await holder.store.put(bytes("present"));
    const first = await Promise.race([asking.transfer.ensure(id), ...absent]);
    expect(first).toEqual(bytes("present"));
    expect(await Promise.all(absent)).toEqual(absent.map(() => "missing"));
  });

  test("a corrupt own copy is replaced from peers, and is not served", async () => {
    const holder = await node(1);
    const damaged = await node(2, [holder]);
    const id = await holder.store.put(bytes("right"));
    await damaged.store.put(bytes("right"));
    await writeFile(join(damaged.dir, "objects", id.slice(0, 2), id), "wrong");
    expect(await damaged.transfer.ensure(id)).toEqual(bytes("right"));
    expect(await damaged.store.get(id)).toEqual(bytes("right"));
  });

  test("one fetch serves all that ask at once", async () => {
    const holder = await node(1);
    const asking = await node(2, [holder]);
    const id = await holder.store.put(bytes("popular"));
    await Promise.all(Array.from({ length: 20 }, () => asking.transfer.ensure(id)));
    const served = await holder.host.metrics.served.get();
    expect(served.values.reduce((sum, { value }) => sum + value, 0)).toBeLessThanOrEqual(2);
  });

  test("a large artefact arrives by its manifest, chunk by chunk", async () => {
    const holder = await node(1);
    const asking = await node(2, [holder]);
    const whole = new Uint8Array(MAX_BLOB_BYTES + 1_000).map((_, i) => (i * 7) % 253);
    const id = await holder.store.putLarge(whole);
    expect(Buffer.compare(await asking.transfer.ensureLarge(id), whole)).toBe(0);
    expect(asking.store.stats().blobs).toBe(3);
  });

  test("questions that name no id, too many, or short ones are refused", async () => {
    const holder = await node(1);
    const asking = await node(2, [holder]);
    const ask = (request: BlobsRequest) =>
      asking.requests.request(holder.host.peerId, PROTOCOL, encodeBytes(BlobsRequest, request));
    const id = new Uint8Array(32);
    for (const bad of [
      {},
      { have: { ids: [] } },
      { have: { ids: Array.from({ length: 257 }, () => id) } },
      { get: { id: id.subarray(1) } },
    ]) {
      await expect(ask(bad)).rejects.toMatchObject({ code: "refused" });
    }
    const { have } = BlobsResponse.decode(await ask({ have: { ids: Array.from({ length: 256 }, () => id) } }));
    expect(have?.have).toHaveLength(256);
  });
});
