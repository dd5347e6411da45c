import { readFileSync } from "node:fs";
import { instructionSets } from "../../node/doctor/machine.ts";
import { runtimeFacts } from "../../node/doctor/providers.ts";
import { type MachineResult, machines, onMachine } from "./agreement/machines.ts";
import { CHUNK, type ProblemName } from "./agreement/problem.ts";
import { float32Contrast, sweep } from "./agreement/sweep.ts";
import { type EvalOptions, type Evaluation, ownInteger } from "./evaluation.ts";

/** Vectors of the claim "no disagreement": nine tenths are a head's query vectors, the rest per-sample decoder gradients. */
const VECTORS = 100_000;
const BOUNDED_VECTORS = 500;
/** More than there are: each chunk of vectors is compared under all of them. */
const ALL_SETTINGS = 1000;
const DECODER_SHARE = 0.1;
/** Head samples on each other machine; a quarter as many gradients. */
const ELSEWHERE = CHUNK;

function nativeInstructions(): string {
  try {
    return instructionSets(readFileSync("/proc/cpuinfo", "utf8")).join(" ");
  } catch {
    return "not told by the system";
  }
}

async function elsewhere(
  options: EvalOptions,
  samples: number,
): Promise<{ results: MachineResult[]; missing: string[] }> {
  const text = (name: string) => options.own[name] as string | undefined;
  const node = text("arm-node");
  const root = text("arm-root");
  const { found, missing } = machines({ ...(node && { node }), ...(root && { root }) });
  const results: MachineResult[] = [];
  if (samples === 0) return { results, missing: ["other instruction sets: not asked for (--elsewhere)"] };
  for (const [i, machine] of found.entries()) {
    for (const problem of ["head", "decoder"] as const) {
      const count = problem === "head" ? samples : Math.max(1, Math.floor(samples / 4));
      results.push(await onMachine(machine, problem, { seed: options.seed, samples: count }));
    }
    options.progress.step("other instruction sets", i + 1, found.length);
  }
  return { results, missing };
}

/** What this machine cannot run and nobody emulates. */
function lacking(instructions: string): string[] {
  return [
    ...(instructions.includes("avx512f") ? [] : ["AVX-512: not this processor's"]),
    ...(runtimeFacts().cudaPlaced ? [] : ["CUDA: its provider library is not placed"]),
  ];
}

async function run(options: EvalOptions): Promise<object> {
  const vectors = ownInteger(options, "vectors", options.bounded ? BOUNDED_VECTORS : VECTORS);
  const each = ownInteger(options, "settings", ALL_SETTINGS);
  const decoder = Math.round(vectors * DECODER_SHARE);
  const sizes: readonly (readonly [ProblemName, number])[] = [
    ["head", vectors - decoder],
    ["decoder", decoder],
  ];
  const problems: Record<string, object> = {};
  let disagreements = 0;
  for (const [name, samples] of sizes) {
    const result = await sweep(name, { samples, each }, options);
    disagreements += result.disagreements;
    problems[name] = result;
  }
  const others = await elsewhere(options, ownInteger(options, "elsewhere", options.bounded ? 0 : ELSEWHERE));
  for (const { runtimeDiffers = 0, referenceDiffers = 0 } of others.results)
    disagreements += runtimeDiffers + referenceDiffers;
  const instructions = nativeInstructions();
  const contrast = options.bounded ? 64 : CHUNK;
  return {
    ...{ vectors, disagreements, instructions, problems },
    machines: others.results,
    notRun: [...others.missing, ...lacking(instructions)],
    float32Percent: {
      head: await float32Contrast("head", contrast, options.seed),
      decoder: await float32Contrast("decoder", Math.ceil(contrast / 4), options.seed),
    },
  };
}

export const evaluation: Evaluation = {
  name: "agreement",
  describe:
    "rounded results of ONNX Runtime under every thread count, batch size and optimisation level, on other instruction sets " +
    "by emulation, and on a GPU where one works, against the exact reference; resumable; exit code 0 whatever it finds",
  options: {
    vectors: { type: "string" },
    settings: { type: "string" },
    elsewhere: { type: "string" },
    "arm-node": { type: "string" },
    "arm-root": { type: "string" },
  },
  help: {
    vectors: "compared vectors, a tenth of them gradients of a decoder (100000)",
    settings:
      "of the 24 combinations of threads, batch sizes and optimisation levels, how many a chunk is compared under (all)",
    elsewhere: "head samples on each emulated processor (112; 0: none)",
    "arm-node": "a Node for 64-bit Arm, to run under qemu-aarch64",
    "arm-root": "folder with its C library in lib and proc/cpuinfo of an Arm machine",
  },
  examples: [
    ["agreement", "the whole claim; hours on two cores, resumable"],
    ["agreement --vectors 2000 --elsewhere 0", "a minute"],
  ],
  run,
};
