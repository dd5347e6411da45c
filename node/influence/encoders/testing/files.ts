import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkEncoder } from "../check.ts";
import type { EncoderFiles } from "../types.ts";

const FOLDER = join(import.meta.dirname, "../../../../test/data/encoder");

/** An encoder exported by PyTorch: BERT's architecture, 2 layers of width 32, and its WordPiece tokenizer. */
export const EXPORTED = { graph: join(FOLDER, "encoder.onnx"), tokenizer: join(FOLDER, "tokenizer.json") } as const;

export const exportedGraph = (): Uint8Array => new Uint8Array(readFileSync(EXPORTED.graph));
export const exportedTokenizer = (): Uint8Array => new Uint8Array(readFileSync(EXPORTED.tokenizer));

/** Token ids and mean vectors of some texts as Python and PyTorch have them, in float32. */
export function exportedAnswers(): { readonly text: string; readonly ids: number[]; readonly mean: number[] }[] {
  return JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8"));
}

/** Its files, with the specification that `model encoder add` would write. */
export async function exportedFiles(): Promise<EncoderFiles> {
  return (await checkEncoder({ graph: exportedGraph(), tokenizer: exportedTokenizer() })).files;
}
