import { type Command, Option } from "commander";
import { usageError } from "../errors.ts";
import { printerOf } from "../options.ts";
import { pairs } from "../output.ts";
import type { AddedEncoder, EncoderSource } from "../work/encoder.ts";
import { stderrProgress } from "../work/progress.ts";

const HELP = `
Examples:
  openledgerd model encoder add --onnx encoder.onnx --tokenizer tokenizer.json --out my-encoder
  openledgerd model encoder add --onnx model.onnx --tokenizer tokenizer.json --graph-output last_hidden_state --pooling cls --max-tokens 128 --out my-encoder
  openledgerd model train --snapshot bikes/1 --encoder my-encoder --out bikes-model

From PyTorch: torch.onnx.export of the encoder alone with opset_version 13 to 21, the inputs input_ids, attention_mask and token_type_ids (the
last two where it has them), dynamic batch and sequence, weights inside the file; tokenizer.json as save_pretrained writes it. Up to 1 GiB.`;

interface AddOptions extends Omit<EncoderSource, "maxTokens" | "output"> {
  readonly graphOutput?: string;
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
    .option(
      "--graph-output <name>",
      "output of the graph; sentence_embedding, last_hidden_state or the first by default",
    )
    .addOption(
      new Option(
        "--pooling <kind>",
        "one vector of many: by default mean, none for an output that is one vector",
      ).choices(["mean", "cls", "none"]),
    )
    .option(
      "--max-tokens <n>",
      "longer texts are cut; by default what tokenizer.json says, else 256 or what the graph takes",
    )
    .addHelpText("after", HELP)
    .action(add);
}

function vocabularyText({ tokens, embeddings }: AddedEncoder["vocabulary"]): string {
  if (embeddings === null) return `${tokens} tokens`;
  const apart = tokens < 0.9 * embeddings ? ": does this tokenizer belong to the graph?" : "";
  return `${tokens} tokens, ${embeddings} embeddings${apart}`;
}

async function add({ maxTokens, graphOutput, ...options }: AddOptions, self: Command): Promise<void> {
  if (maxTokens !== undefined && !/^[1-9]\d{0,4}$/.test(maxTokens))
    throw usageError("--max-tokens is a number above 0");
  const { addEncoder } = await import("../work/encoder.ts");
  const source = {
    ...options,
    output: graphOutput,
    maxTokens: maxTokens === undefined ? undefined : Number(maxTokens),
  };
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
      ["vocabulary", vocabularyText(added.vocabulary)],
      ["milliseconds a text", `${added.millisecondsPerText} on ${added.provider}`],
    ]),
  );
}
