import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { nativeCall } from "./native-threads.ts";

export type Provider = "cuda" | "cpu";
export type Ort = typeof import("onnxruntime-node");

/** One thread and one optimisation level everywhere: nothing about the machine may choose another order of sums. */
const OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: "basic",
  executionMode: "sequential",
  logSeverityLevel: 4,
};

/**
 * ONNX Runtime's binding, loaded with the first session: most commands and threads need none, and a thread that ends while
 * it loads takes the process along as one that ends inside a call does.
 */
const loadOrt = (): Promise<Ort> => nativeCall(() => import("onnxruntime-node"));

/** Folder of the binding's package. */
export function ortFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve("onnxruntime-node")), "..");
}

/** The provider library that an operator places beside the binding to opt in to CUDA. */
export function cudaLibrary(): string {
  const name = process.platform === "win32" ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
  return join(ortFolder(), "bin", "napi-v6", process.platform, process.arch, name);
}

/** A session in ONNX Runtime, the binding that made it, and where it runs. */
export interface OrtSession {
  readonly ort: Ort;
  readonly session: InferenceSession;
  readonly provider: Provider;
}

/** Opens a model on the wanted provider, else on the CPU: ONNX Runtime throws instead of falling back. */
export async function createSession(model: Uint8Array, wanted: Provider): Promise<OrtSession> {
  const ort = await loadOrt();
  const open = async (provider: Provider): Promise<OrtSession> => {
    const options = { ...OPTIONS, executionProviders: [provider] };
    return { ort, provider, session: await nativeCall(() => ort.InferenceSession.create(model, options)) };
  };
  if (wanted === "cuda" && existsSync(cudaLibrary())) {
    try {
      return await open("cuda");
    } catch {
      return open("cpu");
    }
  }
  return open("cpu");
}
