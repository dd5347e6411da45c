import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toBech32 } from "../../chain/crypto/bech32.ts";
import { addressOfSecp256k1, secp256k1PublicKey, signSecp256k1 } from "../../chain/crypto/keys.ts";
import { downloadBlob, downloadLarge, type UploadSigner, uploadBlob, uploadLarge } from "./client.ts";
import { blobIdOf } from "./id.ts";
import { MAX_BLOB_BYTES } from "./limits.ts";
import { BlobStore } from "./store.ts";
import { BlobHttp, type BlobHttpPorts } from "./upload.ts";
import { UPLOAD_HEADERS, uploadDigest } from "./upload-auth.ts";

const CHAIN = { chainId: "test-1", prefix: "open" };
const SECRET = new Uint8Array(32).fill(5);
const PUB_KEY = secp256k1PublicKey(SECRET);
const ALICE = toBech32("open", addressOfSecp256k1(PUB_KEY));
const SIGNER: UploadSigner = {
  chainId: CHAIN.chainId,
  account: ALICE,
  pubKey: PUB_KEY,
  sign: (digest) => signSecp256k1(SECRET, digest),
};

/** 2026-01-01, in the handlers under test; the client test uses the real clock. */
const NOW_SECONDS = 1_767_225_600;

let dir: string;
let store: BlobStore;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "blobs-"));
  store = await BlobStore.open({ dir, accountQuotaBytes: 10_000 });
});

afterEach(() => rm(dir, { recursive: true, force: true }));

function http(ports: Partial<BlobHttpPorts> = {}): BlobHttp {
  const accountExists = async (address: string): Promise<boolean> => address === ALICE;
  return new BlobHttp(CHAIN, {
    store,
    accountExists,
    isReferenced: () => false,
    wallClockMs: () => NOW_SECONDS * 1000,
    ...ports,
  });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64 = (value: Uint8Array): string => Buffer.from(value).toString("base64");

/** Headers of a good upload of `body`, with changes. */
function headersFor(body: Uint8Array, change: Record<string, string | undefined> = {}, aheadSeconds = 60) {
  const expiry = NOW_SECONDS + aheadSeconds;
  const signature = signSecp256k1(SECRET, uploadDigest("test-1", blobIdOf(body), expiry));
  return {
    [UPLOAD_HEADERS.account]: ALICE,
    [UPLOAD_HEADERS.pubKey]: base64(PUB_KEY),
    [UPLOAD_HEADERS.signature]: base64(signature),
    [UPLOAD_HEADERS.expiry]: String(expiry),
    ...change,
  };
}

async function post(handler: BlobHttp, body: Uint8Array, headers: Record<string, string | undefined>) {
  const response = await handler.handle({ method: "POST", path: "/blobs", headers, body });
  return { status: response.status, ...JSON.parse(response.body as string) };
}

const get = (handler: BlobHttp, path: string) =>
  handler.handle({ method: "GET", path, headers: {}, body: new Uint8Array(0) });

describe("BlobHttp", () => {
  test("an account of the chain uploads, and anybody downloads", async () => {
    const handler = http();
    const body = bytes("data");
    const id = blobIdOf(body);
    expect(await post(handler, body, headersFor(body))).toEqual({ status: 201, id, bytes: 4 });
    expect(await post(handler, body, headersFor(body))).toMatchObject({ status: 200, id });
    expect(await get(handler, `/blobs/${id}`)).toMatchObject({ status: 200, body: new Uint8Array(body) });
    const status = await get(handler, `/blobs/${id.toUpperCase()}/status`);
    expect(JSON.parse(status.body as string)).toEqual({
      id,
      stored: true,
      bytes: 4,
      uploader: ALICE,
      referenced: false,
      pinned: false,
    });
  });

  test.each([
    ["other bytes than signed", {}, "other", 401, "bad-signature"],
    [
      "another account's name",
      { [UPLOAD_HEADERS.account]: toBech32("open", new Uint8Array(20)) },
      "data",
      401,
      "bad-signature",
    ],
    ["a signature of zeros", { [UPLOAD_HEADERS.signature]: base64(new Uint8Array(64)) }, "data", 401, "bad-signature"],
    ["no signature", { [UPLOAD_HEADERS.signature]: undefined }, "data", 400, "bad-request"],
    ["a short key", { [UPLOAD_HEADERS.pubKey]: "AAAA" }, "data", 400, "bad-request"],
    ["an expiry that is no number", { [UPLOAD_HEADERS.expiry]: "1e9" }, "data", 400, "bad-request"],
    ["another expiry than signed", { [UPLOAD_HEADERS.expiry]: String(NOW_SECONDS + 61) }, "data", 401, "bad-signature"],
  ])("an upload with %s is refused and stores nothing", async (_, change, body, status, code) => {
    const signed = headersFor(bytes("data"), change as Record<string, string>, 60);
    expect(await post(http(), bytes(body), signed)).toMatchObject({ status, code });
    expect(store.stats().blobs).toBe(0);
  });

  test("an upload signed for another chain is refused and says for which chain to sign", async () => {
    const body = bytes("data");
    const expiry = NOW_SECONDS + 60;
    const signature = base64(signSecp256k1(SECRET, uploadDigest("other-1", blobIdOf(body), expiry)));
    const answer = await post(http(), body, {
      ...headersFor(body),
      [UPLOAD_HEADERS.expiry]: String(expiry),
      [UPLOAD_HEADERS.signature]: signature,
    });
    expect(answer).toMatchObject({ status: 401, code: "bad-signature" });
    expect(answer.nextStep).toContain("this chain is test-1");
  });

  test("an upload is good for an hour at most, and not after its expiry", async () => {
    const body = bytes("data");
    expect(await post(http(), body, headersFor(body, {}, -1))).toMatchObject({ status: 401, code: "expired" });
    expect(await post(http(), body, headersFor(body, {}, 3_700))).toMatchObject({ status: 401, code: "expired" });
  });

  test("an account that the chain does not know may not upload", async () => {
    const body = bytes("data");
    const handler = http({ accountExists: async () => false });
    expect(await post(handler, body, headersFor(body))).toMatchObject({ status: 403, code: "unknown-account" });
  });

  test("the quota counts what nothing on chain refers to, asked anew before refusing", async () => {
    const referenced = new Set<string>();
    const handler = http({ isReferenced: (id) => referenced.has(id) });
    const [first, second] = [new Uint8Array(8_000).fill(1), new Uint8Array(8_000).fill(2)];
    expect(await post(handler, first, headersFor(first))).toMatchObject({ status: 201 });
    expect(await post(handler, second, headersFor(second))).toMatchObject({ status: 429, code: "quota-account" });
    referenced.add(blobIdOf(first));
    expect(await post(handler, second, headersFor(second))).toMatchObject({ status: 201 });
  });

  test("sizes that are no blob, ids that are none, and other paths", async () => {
    const handler = http();
    const large = new Uint8Array(MAX_BLOB_BYTES + 1);
    expect(await post(handler, large, headersFor(large))).toMatchObject({ status: 413, code: "too-large" });
    expect(await post(handler, bytes(""), headersFor(bytes("")))).toMatchObject({ status: 400, code: "empty" });
    expect((await get(handler, "/blobs/xyz")).status).toBe(400);
    expect((await get(handler, "/blobs/../x")).status).toBe(400);
    expect((await get(handler, `/blobs/${"0".repeat(64)}`)).status).toBe(404);
    expect((await get(handler, "/other")).status).toBe(404);
  });

  test("a blob that is not here is fetched from peers when the node can", async () => {
    const fetched = bytes("from a peer");
    const handler = http({ fetch: async () => fetched });
    expect(await get(handler, `/blobs/${blobIdOf(fetched)}`)).toMatchObject({ status: 200, body: fetched });
  });

  test("a failure inside the node says nothing of its inside", async () => {
    const handler = http({ accountExists: () => Promise.reject(new Error("/home/secret")) });
    const answer = await post(handler, bytes("data"), headersFor(bytes("data")));
    expect(answer).toEqual({ status: 500, code: "internal", message: expect.not.stringContaining("secret") });
  });
});

describe("client", () => {
  let server: Server;
  let url: string;

  beforeEach(async () => {
    store = await BlobStore.open({ dir });
    const handler = http({ wallClockMs: Date.now });
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const { status, headers, body } = await handler.handle({
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers as Record<string, string>,
        body: new Uint8Array(Buffer.concat(parts)),
      });
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => void server.close());

  test("uploads and downloads a blob and a large artefact", async () => {
    const id = await uploadBlob(`${url}/`, SIGNER, bytes("data"));
    expect(await downloadBlob(url, id)).toEqual(bytes("data"));
    const whole = new Uint8Array(MAX_BLOB_BYTES + 10).map((_, i) => i % 199);
    const large = await uploadLarge(url, SIGNER, whole);
    expect(Buffer.compare(await downloadLarge(url, large), whole)).toBe(0);
  });

  test("the node's errors come back typed", async () => {
    await expect(uploadBlob(url, { ...SIGNER, chainId: "other" }, bytes("x"))).rejects.toMatchObject({
      name: "BlobError",
      code: "bad-signature",
    });
    await expect(downloadBlob(url, "0".repeat(64))).rejects.toMatchObject({ code: "missing" });
    await expect(downloadBlob("http://127.0.0.1:1", "0".repeat(64))).rejects.toMatchObject({ code: "io" });
  });

  test("a node that answers with other bytes is caught", async () => {
    const lying = createServer((_, response) => response.end("other bytes"));
    await new Promise<void>((resolve) => lying.listen(0, "127.0.0.1", resolve));
    const at = `http://127.0.0.1:${(lying.address() as AddressInfo).port}`;
    await expect(downloadBlob(at, "0".repeat(64))).rejects.toMatchObject({ code: "hash-mismatch" });
    lying.close();
  });
});
