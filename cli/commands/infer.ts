import { type Command, InvalidArgumentError } from "commander";
import { usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { formatOpen, pairs, table } from "../output.ts";
import { readCsv } from "../work/csv.ts";
import { type Inference, infer } from "../work/infer.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { addTxOptions, type TxOptions } from "./tx.ts";

interface InferCommandOptions extends TxOptions {
  readonly model: string;
  readonly text?: string;
  readonly file?: string;
  readonly textColumn: string;
  readonly limit?: number;
  readonly maxFee?: string;
  readonly expiryBlocks: number;
  readonly batch: number;
  readonly inFlight: number;
  readonly timeout: number;
  readonly wait: boolean;
}

export function inferCommand(program: Command): void {
  addTxOptions(program.command("infer"))
    .description("ask a model, pay for the answer, and wait until validators attested it")
    .requiredOption("--model <id>", "model")
    .option("--text <text>", "question")
    .option("--file <csv>", "CSV file of questions")
    .option("--text-column <name>", "its column of texts", "text")
    .option("--limit <n>", "only the first n questions", whole(1, 100_000))
    .option("--max-fee <uopen>", "most that a request may cost; by default what the model's price can come to")
    .option(
      "--expiry-blocks <n>",
      "blocks until an unanswered request is refunded; 0: the most allowed",
      whole(0, 1e6),
      0,
    )
    .option("--batch <n>", "requests of one transaction", whole(1, 100), 16)
    .option("--in-flight <n>", "requests that wait for their settlement at a time; few at first", whole(1, 400), 64)
    .option("--timeout <seconds>", "longest time without any settlement", whole(1, 86_400), 600)
    .option("--no-wait", "print the request ids and go")
    .addHelpText(
      "after",
      `
Examples:
  openledgerd infer --model bikes-model --text "My brakes squeal" --from alice
  openledgerd infer --model bikes-model --file questions.csv --from alice --output json

The fee is in escrow until validators have recomputed the answer. It comes back when nobody answers or the answer is wrong.`,
    )
    .action(run);
}

function whole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`a whole number from ${low} to ${high}`);
  };
}

async function run(options: InferCommandOptions, self: Command): Promise<void> {
  const texts = textsOf(options);
  const session = await openSession(globalsOf(self), options);
  const { model, expiryBlocks, batch, inFlight, wait } = options;
  const inferences = await infer(
    session,
    {
      ...{ model, texts, expiryBlocks, batch: Math.min(batch, inFlight), inFlight, wait },
      maxFee: feeOf(options.maxFee),
      timeoutMs: options.timeout * 1000,
    },
    stderrProgress(),
  );
  printerOf(self).answer({ inferences }, () => textOf(inferences));
}

function textsOf({ text, file, textColumn, limit }: InferCommandOptions): string[] {
  if ((text === undefined) === (file === undefined)) throw usageError("say what to ask", "give --text, or --file");
  if (text !== undefined) {
    if (text.trim() === "") throw usageError("--text is empty");
    return [text];
  }
  const rows = readCsv(file ?? "", { text: textColumn, label: undefined });
  return rows.slice(0, limit ?? rows.length).map((row) => row.text);
}

function feeOf(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,18}$/.test(text)) throw usageError(`--max-fee ${text} is not an amount in uopen`, "a whole number");
  return BigInt(text);
}

function textOf(inferences: readonly Inference[]): string {
  const [only] = inferences;
  const percent = (share: number | null) => (share === null ? "" : `${(100 * share).toFixed(1)} %`);
  if (only && inferences.length === 1) {
    return pairs([
      ["request", only.request],
      ["status", only.status],
      ["answer", only.label ?? "-"],
      ["confidence", percent(only.confidence)],
      ["fee", formatOpen(BigInt(only.fee))],
    ]);
  }
  const rows = inferences.map(({ request, text, status, label, confidence, fee }) => [
    ...[request.slice(0, 12), text.length > 48 ? `${text.slice(0, 47)}…` : text, status],
    ...[label ?? "-", percent(confidence), formatOpen(BigInt(fee))],
  ]);
  return table({ head: ["request", "question", "status", "answer", "confidence", "fee"], rows, right: [4, 5] });
}
