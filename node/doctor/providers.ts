import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** ONNX Runtime's binding, and where it looks for providers. */
export interface RuntimeFacts {
  readonly version: string;
  /** File whose presence opts in to CUDA. */
  readonly cudaLibrary: string;
  readonly cudaPlaced: boolean;
}

export function runtimeFacts(): RuntimeFacts {
  const folder = join(dirname(createRequire(import.meta.url).resolve("onnxruntime-node")), "..");
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  const name = process.platform === "win32" ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
  const cudaLibrary = join(folder, "bin", "napi-v6", process.platform, process.arch, name);
  return { version, cudaLibrary, cudaPlaced: existsSync(cudaLibrary) };
}
