import { describe, expect, test } from "vitest";
import { EXPECTED_DIGESTS } from "../influence/golden/expected.ts";
import { capabilities } from "./capability.ts";
import { advice, diagnose } from "./diagnose.ts";
import { goldenCheck } from "./golden.ts";
import { instructionSets } from "./machine.ts";
import type { Speeds } from "./speed.ts";

const SPEEDS: Speeds = {
  scoredRowsPerSecond: 1_000_000,
  referenceGflops: 4,
  providers: [{ provider: "cpu", headForwardsPerSecond: 20_000, float64Gflops: 20 }],
};

describe("diagnose", () => {
  test("default: facts, digests and speeds of this machine; a healthy one may attest", async () => {
    const diagnosis = await diagnose();
    expect(diagnosis.healthy).toBe(true);
    expect(diagnosis.golden.map(({ provider, matches }) => [provider, matches]).slice(0, 2)).toEqual([
      ["reference", true],
      ["cpu", true],
    ]);
    expect(diagnosis.machine.node).toBe(process.versions.node);
    expect(diagnosis.runtime.version).toMatch(/^\d+\.\d+\.\d+$/);
    const [cpu] = diagnosis.speeds.providers;
    expect(cpu!.headForwardsPerSecond).toBeGreaterThan(100);
    expect(diagnosis.speeds.scoredRowsPerSecond).toBeGreaterThan(10_000);
    expect(diagnosis.capabilities.every(({ canVerify }) => canVerify)).toBe(true);
    expect(diagnosis.advice).toEqual([]);
  });

  test("behavior: the fast check of a node's start stays under a second", async () => {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push((await goldenCheck("cpu")).milliseconds);
    expect(Math.min(...times)).toBeLessThan(1000);
  });

  test("behavior: what differs decides what the advice is about", async () => {
    const expected = { ...EXPECTED_DIGESTS, encoder: "00", "hashed n-grams": "00" };
    const golden = [await goldenCheck("cpu", { expected })];
    const [first, second, ...others] = advice(golden);
    expect(first).toMatch(/^ONNX Runtime computes other values here/);
    expect(second).toMatch(/pinned Node/);
    expect(others).toEqual([]);
  });
});

describe("capabilities", () => {
  test("memory or time bounds a result, whichever is less", () => {
    const size = (memoryMiB: number) =>
      capabilities(SPEEDS, { memoryMiB, cores: 2, matches: true }).find(({ claim }) => claim === "result")!;
    expect(size(8192)).toEqual({ claim: "result", canVerify: true, size: "models of up to 500,000 rows of 512 x 77" });
    expect(size(128).size).toBe("models of up to 88,000 rows of 512 x 77");
    expect(size(64)).toMatchObject({ canVerify: false });
  });

  test("nothing can be verified on a machine whose digests differ", () => {
    const all = capabilities(SPEEDS, { memoryMiB: 8192, cores: 2, matches: false });
    expect(all.some(({ canVerify }) => canVerify)).toBe(false);
  });
});

test("instruction sets are read from x86 and Arm systems", () => {
  expect(instructionSets("model name\t: x\nflags\t\t: fpu sse2 avx2 avx512f amx_tile\nflags\t: other\n")).toEqual([
    "sse2",
    "avx2",
    "avx512f",
    "amx_tile",
  ]);
  expect(instructionSets("Features\t: fp asimd sve\n")).toEqual(["asimd", "sve"]);
  expect(instructionSets("")).toEqual([]);
});
