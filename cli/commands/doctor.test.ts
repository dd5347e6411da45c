import { expect, test } from "vitest";
import type { Diagnosis } from "../../node/doctor/index.ts";
import { EXIT } from "../errors.ts";
import { printer } from "../output.ts";
import { report } from "./doctor.ts";

function diagnosisOf(matches: boolean): Diagnosis {
  const result = {
    name: "encoder",
    part: "graph",
    digest: matches ? "aabbccddee" : "0011223344",
    expected: "aabbccddee",
    matches,
  } as const;
  return {
    healthy: matches,
    advice: matches ? [] : ["reinstall"],
    machine: {
      platform: "linux x64",
      cpu: "a processor",
      cores: 4,
      instructionSets: ["avx2"],
      memoryMiB: 8192,
      freeMiB: 4096,
      node: "24.9.0",
    },
    runtime: { version: "1.30.0", cudaLibrary: "/provider.so", cudaPlaced: false },
    providers: [
      { provider: "cpu", works: true, note: "always there" },
      { provider: "cuda", works: false, note: "not placed (optional)" },
    ],
    golden: [{ provider: "cpu", ranOn: "cpu", matches, milliseconds: 9, results: [result] }],
    speeds: {
      scoredRowsPerSecond: 2_000_000,
      referenceGflops: 9.5,
      providers: [{ provider: "cpu", headForwardsPerSecond: 30_000, float64Gflops: 20.25 }],
    },
    capabilities: [{ claim: "result", canVerify: matches, size: "models of up to 900,000 rows of 512 x 77" }],
  };
}

function printed(diagnosis: Diagnosis, format: "text" | "json") {
  let text = "";
  let error: unknown;
  try {
    report(
      diagnosis,
      printer(format, (part) => void (text += part)),
    );
  } catch (thrown) {
    error = thrown;
  }
  return { text, error };
}

test("default: a table for people", () => {
  const { text, error } = printed(diagnosisOf(true), "text");
  expect(error).toBeUndefined();
  expect(text).toMatchInlineSnapshot(`
    "machine:      a processor, 4 cores, linux x64
    instructions: avx2
    memory:       8,192 MiB, 4,096 free
    CUDA needs:   /provider.so
    versions:     Node 24.9.0, ONNX Runtime 1.30.0
    ┌──────────┬───────┬───────────────────────┬─────────────────┬─────────────────┐
    │ provider │ works │ note                  │ head forwards/s │ float64 GFLOP/s │
    ├──────────┼───────┼───────────────────────┼─────────────────┼─────────────────┤
    │ cpu      │ yes   │ always there          │          30,000 │            20.3 │
    │ cuda     │ no    │ not placed (optional) │                 │                 │
    └──────────┴───────┴───────────────────────┴─────────────────┴─────────────────┘
    index rows scored/s:       2,000,000
    reference float64 GFLOP/s: 9.5
    ┌────────────────────┬────────────────┐
    │ golden computation │ cpu            │
    ├────────────────────┼────────────────┤
    │ encoder            │ aabbccdd match │
    └────────────────────┴────────────────┘
    ┌────────┬────────────┬──────────────────────────────────────────┐
    │ claim  │ can verify │ up to about                              │
    ├────────┼────────────┼──────────────────────────────────────────┤
    │ result │ yes        │ models of up to 900,000 rows of 512 x 77 │
    └────────┴────────────┴──────────────────────────────────────────┘
    This machine may attest.
    "
  `);
});

test("behavior: a digest that differs fails with what to do, after the answer", () => {
  const { text, error } = printed(diagnosisOf(false), "text");
  expect(text).toMatch(/encoder +│ 00112233 MISMATCH/);
  expect(text).toMatch(/This machine must not attest\.\n$/);
  expect(error).toMatchObject({ exitCode: EXIT.failure, hint: "reinstall" });
});

test("behavior: json is the whole diagnosis, mismatch or not", () => {
  for (const matches of [true, false]) {
    const diagnosis = diagnosisOf(matches);
    expect(JSON.parse(printed(diagnosis, "json").text)).toEqual(diagnosis);
  }
});
