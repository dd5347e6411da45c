import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EncoderFiles } from "../../node/influence/encoders/index.ts";
import { CliError, EXIT } from "../errors.ts";

/** Files of an encoder that is a graph: `model encoder add` writes them, models and jobs keep a copy. */
const FILES = { spec: "spec.bin", graph: "graph.onnx", tokenizer: "tokenizer.json" } as const;

export function saveEncoder(dir: string, files: EncoderFiles): void {
  mkdirSync(dir, { recursive: true });
  for (const [name, file] of Object.entries(FILES)) writeFileSync(join(dir, file), files[name as keyof EncoderFiles]);
}

/** Throws CliError `notFound`. */
export function loadEncoder(dir: string): EncoderFiles {
  const read = (file: string) => {
    const path = join(dir, file);
    if (existsSync(path)) return new Uint8Array(readFileSync(path));
    const next = "make the folder with `openledgerd model encoder add`";
    throw new CliError(EXIT.notFound, `${dir} holds no encoder: ${file} is missing`, next);
  };
  return { spec: read(FILES.spec), graph: read(FILES.graph), tokenizer: read(FILES.tokenizer) };
}

export function holdsEncoder(dir: string): boolean {
  return existsSync(join(dir, FILES.spec));
}
