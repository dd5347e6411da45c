import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { answerOf } from "./answer.ts";
import { nativeCall } from "./native-threads.ts";
import { FEATURES, headGraph, PROBABILITIES } from "./onnx.ts";
import { loadOrt } from "./ort.ts";
import type { Answer } from "./types.ts";

export type Provider = "cuda" | "cpu";

/** The forward pass of one head in ONNX Runtime, float64. */
export interface HeadSession {
  readonly provider: Provider;
  answer(features: Float64Array): Promise<Answer>;
  release(): Promise<void>;
}

/** One thread and one optimisation level everywhere: nothing about the machine may choose another order of sums. */
const OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: "basic",
  logSeverityLevel: 4,
};

/** The provider library that an operator places beside the binding to opt in to CUDA. */
function cudaLibrary(): string {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  const folder = join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch);
  return join(
    folder,
    process.platform === "win32" ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so",
  );
}

async function create(graph: Uint8Array, provider: Provider): Promise<InferenceSession> {
  const { InferenceSession } = await loadOrt();
  return nativeCall(() => InferenceSession.create(graph, { ...OPTIONS, executionProviders: [provider] }));
}

/** ONNX Runtime throws instead of falling back when a provider does not load, so we try and recreate. */
async function createOnBest(
  graph: Uint8Array,
  wanted: Provider,
): Promise<{ session: InferenceSession; provider: Provider }> {
  if (wanted === "cuda" && existsSync(cudaLibrary())) {
    try {
      return { session: await create(graph, "cuda"), provider: "cuda" };
    } catch {
      return { session: await create(graph, "cpu"), provider: "cpu" };
    }
  }
  return { session: await create(graph, "cpu"), provider: "cpu" };
}

/** Opens a head (classes x dims weights). `session.run` blocks its thread: use it in a worker only. */
export async function openSession(weights: Float64Array, dims: number, wanted: Provider): Promise<HeadSession> {
  const { session, provider } = await createOnBest(headGraph(weights, dims), wanted);
  const { Tensor } = await loadOrt();
  return {
    provider,
    async answer(features) {
      const inputs = { [FEATURES]: new Tensor("float64", features.slice(), [1, dims]) };
      const output = await nativeCall(() => session.run(inputs));
      return answerOf(output[PROBABILITIES]!.data as Float64Array);
    },
    release: () => nativeCall(() => session.release()),
  };
}
