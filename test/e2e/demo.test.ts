import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DemoResult } from "../../testnet/demo/result.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** A part of the built-in questions: all roles have items, all classes rows. */
const ROWS = 360;
const INFERENCES = 8;
const TIMEOUT_MS = 420_000;

let dir = "";
let result: DemoResult;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "openledger-e2e-"));
  const lines = readFileSync(join(ROOT, "testnet/data/workshop-train.csv"), "utf8").split("\n");
  writeFileSync(join(dir, "data.csv"), `${lines.slice(0, ROWS + 1).join("\n")}\n`);
  result = JSON.parse(
    await openledgerd("demo", "--data", join(dir, "data.csv"), "--inferences", String(INFERENCES), "--output", "json"),
  );
}, TIMEOUT_MS);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Standard output of a command; fails with its standard error. */
function openledgerd(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, "cli/main.ts"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
      else reject(new Error(`openledgerd ${args[0]} exited with ${code}:\n${Buffer.concat(err).toString("utf8")}`));
    });
  });
}

const sum = (values: readonly string[]) => values.reduce((all, value) => all + BigInt(value), 0n);

describe("the demo on four validators", () => {
  test("every request is settled, refunded or rejected, and at least one is settled", () => {
    const { settled, refunded, rejected } = result.claims;
    expect(settled + refunded + rejected).toBe(INFERENCES);
    expect(settled).toBeGreaterThan(0);
    expect(rejected).toBe(0);
  });

  test("the parts of all fees sum to the fees, and contributors' pay to their part", () => {
    const { fees, ...parts } = result.totals;
    expect(sum(Object.values(parts))).toBe(BigInt(fees));
    const flat = sum(result.contributors.map((contributor) => contributor.flat));
    expect(sum(result.contributors.map(({ paid }) => paid)) - flat).toBe(BigInt(result.totals.contributors));
    expect(flat).toBeLessThanOrEqual(BigInt(result.totals.heldOut));
    expect(flat).toBeGreaterThan(0n);
  });

  test("all nodes have one application hash, the full node that synced and replayed included", () => {
    expect(result.validators.map(({ moniker }) => moniker)).toEqual(["val0", "val1", "val2", "val3", "full0"]);
    expect(new Set(result.validators.map(({ appHash, height }) => `${height} ${appHash}`)).size).toBe(1);
    expect(result.validators[0]?.appHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("verifiers accept, the guesser is voided, and a validator without a verifier only abstains", () => {
    const by = new Map(result.attestations.map((record) => [record.moniker, record]));
    expect(by.get("val0")?.accepted).toBeGreaterThan(0);
    expect(by.get("val1")?.accepted).toBeGreaterThan(0);
    expect(by.get("val2")?.voided).toBeGreaterThan(0);
    expect(by.get("val2")?.accepted).toBe(0);
    expect(by.get("val3")).toMatchObject({ accepted: 0, rejected: 0, voided: 0 });
  });

  test("twelve contributors submitted what their roles say, and nobody has more accepted than submitted", () => {
    expect(result.contributors.map(({ role }) => role)).toEqual([
      ...Array.from({ length: 8 }, () => "honest"),
      ...["flooder", "random-labeller", "junk", "copycat"],
    ]);
    for (const { submitted, accepted, owners } of result.contributors) {
      expect(accepted).toBeLessThanOrEqual(submitted);
      expect(owners).toBeLessThanOrEqual(accepted);
    }
    expect(result.snapshot.items).toBe(result.contributors.reduce((all, { accepted }) => all + accepted, 0));
    expect(result.snapshot.clusters).toBe(result.contributors.reduce((all, { owners }) => all + owners, 0));
  });

  test("the chain held out a tenth of the new items, and the model is judged by them", () => {
    const { heldOut, clusters } = result.snapshot;
    expect(heldOut).toBe(result.contributors.reduce((all, contributor) => all + contributor.heldOut, 0));
    expect(heldOut).toBeGreaterThan(clusters / 20);
    expect(heldOut).toBeLessThan(clusters / 5);
    expect(result.model.heldOutAccuracy).toBeGreaterThan(0);
  });

  test("payments are recomputed from RPC and blobs to the same integers", () => {
    expect(result.explain.length).toBeGreaterThanOrEqual(3);
    for (const { paid, recomputed } of result.explain) expect(recomputed).toBe(paid);
  });
});
