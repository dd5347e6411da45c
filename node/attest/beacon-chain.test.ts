import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BeaconSecret, hashTimes, revealFor } from "../../modules/attribution/client.ts";
import { loadBeaconChain } from "./beacon-chain.ts";

const SECRET = new Uint8Array(32).fill(5);
let folder: string;
let made: BeaconSecret;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "beacon-"));
  made = await loadBeaconChain(SECRET, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "beacon-chain.bin");

test("a chain is made in a thread and its reveals lead to its end", () => {
  expect(hashTimes(revealFor(made, 100, 103) as Uint8Array, 3)).toEqual(made.end);
});

test("the stored chain is the made one, is not made again, and takes 32 KiB", async () => {
  const writtenAt = statSync(file()).mtimeMs;
  expect(await loadBeaconChain(SECRET, folder)).toEqual(made);
  expect(statSync(file()).mtimeMs).toBe(writtenAt);
  expect(readFileSync(file()).length).toBe(32 * 1_025);
});

test("a damaged file and the file of another secret are made anew", async () => {
  const bytes = readFileSync(file());
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  writeFileSync(file(), bytes);
  expect(await loadBeaconChain(SECRET, folder)).toEqual(made);
  expect((await loadBeaconChain(new Uint8Array(32).fill(6), folder)).end).not.toEqual(made.end);
}, 120_000);
