import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blobIdOf } from "./id.ts";
import { MAX_BLOB_BYTES } from "./limits.ts";
import { BlobStore, type BlobStoreOptions } from "./store.ts";

let dir: string;
let now: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "blobs-"));
  now = 1_700_000_000_000;
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const open = (options: Partial<BlobStoreOptions> = {}): Promise<BlobStore> =>
  BlobStore.open({ dir, ...options }, { wallClockMs: () => now });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fileOf = (id: string, uploader = ""): string =>
  join(dir, "objects", id.slice(0, 2), uploader ? `${id}.${uploader}` : id);
const nothing = (): boolean => false;

describe("BlobStore", () => {
  test("gives back what was put, by the sha256 of its bytes, also after a restart", async () => {
    const store = await open();
    const id = await store.put(bytes("hello"));
    expect(id).toBe("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    expect(Buffer.from(await store.get(id)).toString()).toBe("hello");
    const again = await open();
    expect(again.has(id)).toBe(true);
    expect(Buffer.from(await again.get(id)).toString()).toBe("hello");
    expect(await readdir(join(dir, "tmp"))).toEqual([]);
  });

  test("a blob that is not there is missing", async () => {
    const store = await open();
    await expect(store.get(blobIdOf(bytes("x")))).rejects.toMatchObject({ code: "missing" });
    await expect(store.get("../../etc/passwd")).rejects.toMatchObject({ code: "bad-id" });
  });

  test("sizes outside 1 byte to 4 MiB are refused", async () => {
    const store = await open();
    await expect(store.put(new Uint8Array(0))).rejects.toMatchObject({ code: "empty" });
    await expect(store.put(new Uint8Array(MAX_BLOB_BYTES + 1))).rejects.toThrowErrorMatchingInlineSnapshot(
      "[BlobError: blob of 4194305 bytes, at most 4194304 fit in one. Store it as chunks with a manifest (putLarge, `openledgerd blob put` does)]",
    );
    expect(await store.get(await store.put(new Uint8Array(MAX_BLOB_BYTES)))).toHaveLength(MAX_BLOB_BYTES);
  });

  test("a file whose bytes changed is set aside, reported, and then missing; putting it again heals", async () => {
    const store = await open();
    const id = await store.put(bytes("original"));
    await writeFile(fileOf(id), "0riginal");
    await expect(store.get(id)).rejects.toMatchObject({ code: "corrupt" });
    expect(store.has(id)).toBe(false);
    await expect(store.get(id)).rejects.toMatchObject({ code: "missing" });
    expect(await readFile(join(dir, "corrupt", id), "utf8")).toBe("0riginal");
    await store.put(bytes("original"));
    expect(Buffer.from(await store.get(id)).toString()).toBe("original");
  });

  test("a file that vanished is missing", async () => {
    const store = await open();
    const id = await store.put(bytes("x"));
    await rm(fileOf(id));
    await expect(store.get(id)).rejects.toMatchObject({ code: "missing" });
    expect(store.stats().blobs).toBe(0);
  });

  test("unfinished writes and foreign files of an earlier run are no blobs", async () => {
    const first = await open();
    const id = await first.put(bytes("x"));
    await writeFile(join(dir, "tmp", "left-over"), "half");
    await writeFile(join(dir, "objects", id.slice(0, 2), "README"), "?");
    const store = await open();
    expect(store.stats().blobs).toBe(1);
    expect(await readdir(join(dir, "tmp"))).toEqual([]);
  });

  test("the same bytes put twice at once are one blob, and both wait until it is on disk", async () => {
    const store = await open();
    const [a, b] = await Promise.all([store.put(bytes("x")), store.put(bytes("x"))]);
    expect(a).toBe(b);
    expect(await readFile(fileOf(a), "utf8")).toBe("x");
    expect(store.stats().blobs).toBe(1);
  });
});

describe("large artefacts", () => {
  test("are chunks and a manifest, and come back whole", async () => {
    const store = await open();
    const whole = new Uint8Array(MAX_BLOB_BYTES * 2 + 5).map((_, i) => i % 251);
    const id = await store.putLarge(whole);
    expect(store.stats().blobs).toBe(4);
    expect(Buffer.compare(await store.getLarge(id), whole)).toBe(0);
  });

  test("a missing chunk and a blob that is no manifest are typed errors", async () => {
    const store = await open();
    const whole = bytes("small artefact");
    const id = await store.putLarge(whole);
    await expect(store.getLarge(blobIdOf(whole))).rejects.toMatchObject({ code: "bad-manifest" });
    await rm(fileOf(blobIdOf(whole)));
    await expect(store.getLarge(id)).rejects.toMatchObject({ code: "missing" });
  });
});

describe("quotas", () => {
  const ALICE = "open1alice";

  test("count an account's unreferenced bytes; what the chain refers to is free", async () => {
    const store = await open({ accountQuotaBytes: 10_000 });
    const first = await store.put(new Uint8Array(6_000).fill(1), { uploader: ALICE });
    const second = new Uint8Array(6_000).fill(2);
    await expect(store.put(second, { uploader: ALICE })).rejects.toMatchObject({ code: "quota-account" });
    await store.put(second, { uploader: "open1bob" });
    await store.refresh((id) => id === first, ALICE);
    expect(store.accountRoom(ALICE)).toBe(10_000);
    await store.put(new Uint8Array(6_000).fill(3), { uploader: ALICE });
    expect((await open({ accountQuotaBytes: 10_000 })).unreferencedBytes(ALICE)).toBe(12_000);
  });

  test("tiny blobs count as a disk block each", async () => {
    const store = await open({ accountQuotaBytes: 10_000 });
    await store.put(bytes("1"), { uploader: ALICE });
    await store.put(bytes("2"), { uploader: ALICE });
    await expect(store.put(bytes("3"), { uploader: ALICE })).rejects.toMatchObject({ code: "quota-account" });
  });

  test("a full store takes nothing more and says what to do", async () => {
    const store = await open({ totalBytes: 10_000 });
    await store.put(new Uint8Array(9_000));
    await expect(store.put(new Uint8Array(2_000).fill(1))).rejects.toThrowErrorMatchingInlineSnapshot(
      "[BlobError: the blob store is full (9000 of 10000 bytes). Raise blobs.total_bytes in the node's configuration, or unpin blobs]",
    );
  });

  test("an account that could escape the folder is refused", async () => {
    const store = await open();
    await expect(store.put(bytes("x"), { uploader: "../x" })).rejects.toMatchObject({ code: "bad-request" });
    expect(store.stats().bytes).toBe(0);
  });
});

describe("collection", () => {
  test("removes what is old, unreferenced and not pinned; a new put makes a blob young again", async () => {
    const store = await open({ graceMs: 1_000 });
    const [kept, pinned, old, renewed] = [
      await store.put(bytes("kept")),
      await store.put(bytes("pinned")),
      await store.put(bytes("old"), { uploader: "open1x" }),
      await store.put(bytes("renewed")),
    ];
    await store.pin(pinned);
    now += 999;
    expect(await store.collect(nothing)).toEqual({ removed: 0, bytes: 0 });
    await store.put(bytes("renewed"));
    now += 1;
    expect(await store.collect((id) => id === kept)).toEqual({ removed: 1, bytes: 3 });
    expect([kept, pinned, old, renewed].map((id) => store.has(id))).toEqual([true, true, false, true]);
    const again = await open({ graceMs: 0 });
    expect(again.stats()).toMatchObject({ blobs: 3, pinned: 1 });
    await again.unpin(pinned);
    expect((await again.collect((id) => id === kept)).removed).toBe(2);
  });

  test("a referenced manifest keeps its chunks, also after a restart", async () => {
    const first = await open({ graceMs: 0 });
    const id = await first.putLarge(new Uint8Array(MAX_BLOB_BYTES + 1).fill(3));
    const other = await first.putLarge(new Uint8Array(10).fill(4));
    const store = await open({ graceMs: 0 });
    expect((await store.collect((each) => each === id)).removed).toBe(2);
    expect(await store.getLarge(id)).toHaveLength(MAX_BLOB_BYTES + 1);
    expect(store.has(other)).toBe(false);
  });

  test("removes nothing when the chain can't be asked", async () => {
    const store = await open({ graceMs: 0 });
    await store.put(bytes("x"));
    await expect(store.collect(() => Promise.reject(new Error("no chain yet")))).rejects.toThrow("no chain yet");
    expect(store.stats().blobs).toBe(1);
  });
});
