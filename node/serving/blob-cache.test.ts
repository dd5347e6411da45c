import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { blobIdOf } from "../blobs/index.ts";
import { BlobCache } from "./blob-cache.ts";

const BYTES = new TextEncoder().encode("model bytes");
const ID = blobIdOf(BYTES);
let folder: string;
let downloads: number;
let cache: BlobCache;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-"));
  downloads = 0;
  cache = new BlobCache(folder, {
    async blob() {
      downloads++;
      return BYTES;
    },
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a blob is downloaded once and kept under its id", async () => {
  expect(await cache.blob(ID)).toEqual(BYTES);
  expect(await cache.blob(ID)).toEqual(BYTES);
  expect([downloads, readdirSync(folder)]).toEqual([1, [ID]]);
});

test("a damaged file is downloaded again", async () => {
  await cache.blob(ID);
  writeFileSync(join(folder, ID), "damaged");
  expect(await cache.blob(ID)).toEqual(BYTES);
  expect(downloads).toBe(2);
});
