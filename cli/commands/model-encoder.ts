import { type Command, Option } from "commander";
import { usageError } from "../errors.ts";
import { printerOf } from "../options.ts";
import { pairs } from "../output.ts";
import type { EncoderSource } from "../work/encoder.ts";
import { stderrProgress } from "../work/progress.ts";

interface AddOptions extends Omit<EncoderSource, "maxTokens"> {
  readonly maxTokens?: string;
}

/** `model encoder add`: checks an exported encoder and keeps it for `model train --encoder`. */
export function encoderCommand(model: Command): void {
  const encoder = model.command("encoder").description("encoders of your own, exported to ONNX");
  encoder
    .command("add")
    .description("check an encoder by running it, and keep it in a folder")
    .requiredOption("--onnx <file>", "ONNX model with the input input_ids, weights included")
    .requiredOption("--tokenizer <file>", "its tokenizer.json")
    .requiredOption("--out <dir>", "folder for the encoder")
    .option("--output <name>", "output of the graph; sentence_embedding, last_hidden_state or the first by default")
    .addOption(
      new Option(
        "--pooling <kind>",
        "one vector of many: by default mean, none for an output that is one vector",
      ).choices(["mean", "cls", "none"]),
    )
    .option("--max-tokens <n>", "longer texts are cut; by default what tokenizer.json says, else 256")
    .action(add);
}

async function add({ maxTokens, ...options }: AddOptions, self: Command): Promise<void> {
  if (maxTokens !== undefined && !/^[1-9]\d{0,4}$/.test(maxTokens))
    throw usageError("--max-tokens is a number above 0");
  const { addEncoder } = await import("../work/encoder.ts");
  const source = { ...options, maxTokens: maxTokens === undefined ? undefined : Number(maxTokens) };
  const added = await addEncoder(source, stderrProgress());
  printerOf(self).answer(added, () =>
    pairs([
      ["encoder", added.id],
      ["specification hash", added.specHash],
      ["graph hash", added.graphHash],
      ["tokenizer hash", added.tokenizerHash],
      ["output", `${added.output}, pooling ${added.pooling}`],
      ["dimensions", added.dims],
      ["tokens of a text, at most", added.maxTokens],
      ["milliseconds a text", `${added.millisecondsPerText} on ${added.provider}`],
    ]),
  );
}
