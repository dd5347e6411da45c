import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as limits from "./limits.ts";
import { HTTP_STATUS } from "./upload.ts";
import { UPLOAD_HEADERS } from "./upload-auth.ts";

const README = readFileSync(join(import.meta.dirname, "README.md"), "utf8");

describe("README of the blob layer", () => {
  test("lists every error code with its HTTP status", () => {
    const listed: Record<string, number> = {};
    for (const [, codes, status] of README.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \| (\d{3}) \|/gm)) {
      for (const [, code] of codes!.matchAll(/`([a-z-]+)`/g)) listed[code!] = Number(status);
    }
    expect(listed).toEqual(HTTP_STATUS);
  });

  test("states the limits and headers that the code has", () => {
    const mib = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;
    const stated = [
      `1 byte to ${mib(limits.MAX_BLOB_BYTES)}`,
      `may have ${mib(limits.DEFAULT_ACCOUNT_QUOTA_BYTES)}`,
      `at least ${limits.MIN_BLOB_COST_BYTES / 1024} KiB`,
      `${limits.DEFAULT_GRACE_MS / 3_600_000} h`,
      `asks up to ${limits.MAX_PEERS_ASKED} peers`,
      `${limits.MAX_PARALLEL_FETCHES} blobs\narrive at once`,
      `${limits.RETRY_MIN_DELAY_MS} ms doubling to ${limits.RETRY_MAX_DELAY_MS / 1000} s`,
      ...Object.values(UPLOAD_HEADERS),
    ];
    expect(stated.filter((each) => !README.includes(each))).toEqual([]);
  });
});
