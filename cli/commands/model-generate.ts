import type { Command } from "commander";
import { usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import type { CiteSource } from "../work/cite.ts";
import { stderrProgress } from "../work/progress.ts";

interface GenerateFlags {
  readonly dir: string;
  readonly prompt: string;
  readonly maxTokens?: string;
  readonly temperature: string;
  readonly seed: string;
  /** False with --no-cite. */
  readonly cite: boolean;
  readonly citeCsv?: string;
  readonly textColumn: string;
  readonly citeSnapshot?: string;
}

/** `model generate`: runs a decoder that `factory train` made. */
export function generateCommand(model: Command): void {
  model
    .command("generate")
    .description("continue a text with a decoder that `factory train` made")
    .requiredOption("--dir <dir>", "folder of the job")
    .requiredOption("--prompt <text>", "what the text begins with")
    .option("--max-tokens <n>", "length of the answer; half of the decoder's context by default")
    .option("--temperature <t>", "0 takes the most probable token; multiples of 1/1024 up to 8", "0")
    .option("--seed <n>", "of the noise, for temperatures above 0", "0")
    .option("--cite-csv <file>", "documents that the answer is compared with; the job's own training rows by default")
    .option("--text-column <name>", "column of texts in the file", "text")
    .option("--cite-snapshot <id>", "the same, of a snapshot on chain")
    .option("--no-cite", "do not say which documents the answer copies")
    .action(generate);
}

async function generate(flags: GenerateFlags, self: Command): Promise<void> {
  const maxTokens = flags.maxTokens === undefined ? undefined : Number(flags.maxTokens);
  const temperature = Number(flags.temperature);
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw usageError("--max-tokens is a number above 0");
  }
  if (!Number.isFinite(temperature)) throw usageError("--temperature is a number");
  const cite = citeSource(flags, globalsOf(self).node);
  const { generateFromFolder } = await import("../work/generate.ts");
  const { citedText } = await import("../work/cite-text.ts");
  const { dir, prompt, seed } = flags;
  const isText = globalsOf(self).output === "text";
  const onText = (text: string) => void (isText && process.stdout.write(text));
  const request = { dir, prompt, maxTokens, temperature, seed, cite };
  const generated = await generateFromFolder(request, onText, stderrProgress());
  printerOf(self).answer(generated, () => {
    const checked = `\n\n${generated.tokens} tokens, checked in one pass: ${generated.check}`;
    return generated.cited ? `${checked}\n${citedText(generated.cited)}` : checked;
  });
}

function citeSource({ dir, cite, citeCsv, textColumn, citeSnapshot }: GenerateFlags, node: string) {
  if ([!cite, citeCsv !== undefined, citeSnapshot !== undefined].filter(Boolean).length > 1) {
    throw usageError("one of --cite-csv, --cite-snapshot and --no-cite at most");
  }
  if (!cite) return undefined;
  if (citeCsv !== undefined) return { kind: "csv", file: citeCsv, textColumn } satisfies CiteSource;
  if (citeSnapshot !== undefined) return { kind: "snapshot", id: citeSnapshot, node } satisfies CiteSource;
  return { kind: "job", dir } satisfies CiteSource;
}
