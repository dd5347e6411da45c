import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cudaLibrary, ortFolder } from "../influence/ort.ts";

/** ONNX Runtime's binding, and where it looks for providers. */
export interface RuntimeFacts {
  readonly version: string;
  /** File whose presence opts in to CUDA. */
  readonly cudaLibrary: string;
  readonly cudaPlaced: boolean;
}

export function runtimeFacts(): RuntimeFacts {
  const { version } = JSON.parse(readFileSync(join(ortFolder(), "package.json"), "utf8")) as { version: string };
  const library = cudaLibrary();
  return { version, cudaLibrary: library, cudaPlaced: existsSync(library) };
}
