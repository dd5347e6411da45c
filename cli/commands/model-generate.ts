import type { Command } from "commander";
import { usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";

interface GenerateFlags {
  readonly dir: string;
  readonly prompt: string;
  readonly maxTokens?: string;
  readonly temperature: string;
  readonly seed: string;
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
    .action(generate);
}

async function generate(flags: GenerateFlags, self: Command): Promise<void> {
  const maxTokens = flags.maxTokens === undefined ? undefined : Number(flags.maxTokens);
  const temperature = Number(flags.temperature);
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw usageError("--max-tokens is a number above 0");
  }
  if (!Number.isFinite(temperature)) throw usageError("--temperature is a number");
  const { generateFromFolder } = await import("../work/generate.ts");
  const { dir, prompt, seed } = flags;
  const isText = globalsOf(self).output === "text";
  const onText = (text: string) => void (isText && process.stdout.write(text));
  const generated = await generateFromFolder({ dir, prompt, maxTokens, temperature, seed }, onText);
  printerOf(self).answer(generated, () => `\n\n${generated.tokens} tokens, checked in one pass: ${generated.check}`);
}
