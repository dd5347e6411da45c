import { type Command, InvalidArgumentError } from "commander";
import { usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { readCsv } from "../work/csv.ts";
import { type Inference, infer, servingModel } from "../work/infer.ts";
import { type InferenceDetails, inferencesText } from "../work/infer-text.ts";
import { payoutsOf } from "../work/payouts.ts";
import { type Progress, stderrProgress } from "../work/progress.ts";
import { openSession, type Session } from "../work/session.ts";
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
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed?: string;
  /** False with --no-cite. */
  readonly cite: boolean;
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
    .option("--max-tokens <n>", "generators: longest answer; 64 or half of the context without", whole(1, 512))
    .option("--temperature <t>", "generators: 0, the default, takes the most probable token; up to 8", temperature)
    .option("--seed <hex>", "generators: 32 bytes that the noise comes from; your key's and the question's without")
    .option("--no-cite", "generators: do not say which documents the answer repeats")
    .addHelpText(
      "after",
      `
Examples:
  openledgerd infer --model bikes-model --text "My brakes squeal" --from alice
  openledgerd infer --model bikes-model --file questions.csv --from alice --output json
  openledgerd infer --model bard --text "KING RICHARD:" --max-tokens 40 --from alice
  openledgerd infer --model bard --text "Once" --max-tokens 80 --temperature 0.75 --seed 00..1f --from alice

The fee is in escrow until validators have recomputed the answer. It comes back when nobody answers or the answer is wrong.
A generator's answer comes with marks where it repeats documents that the model was trained on, and with everybody who
was paid for it: by influence, and by the tokens that were repeated. The same request, seed and model give the same answer.`,
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
  const { model, expiryBlocks, batch, inFlight, wait, maxTokens, temperature, seed } = options;
  const progress = stderrProgress();
  const inferences = await infer(
    session,
    {
      ...{ model, texts, expiryBlocks, batch: Math.min(batch, inFlight), inFlight, wait },
      generation: { maxTokens, temperature, seed },
      maxFee: feeOf(options.maxFee),
      timeoutMs: options.timeout * 1000,
    },
    progress,
  );
  const [only] = inferences;
  const details = only && inferences.length === 1 ? await detailsOf(session, only, options, progress) : undefined;
  printerOf(self).answer({ inferences, ...details }, () => inferencesText(inferences, details));
}

/** Who was paid for one answer and, of a generator's, what it repeats. */
async function detailsOf(
  session: Session,
  { request, status, generated }: Inference,
  { model: id, cite }: InferCommandOptions,
  progress: Progress,
): Promise<InferenceDetails> {
  const payouts = status === "settled" ? ((await payoutsOf(session, request)) ?? null) : null;
  if (!generated || !payouts || !cite) return { payouts, cited: null };
  const { citeInference } = await import("../work/infer-cited.ts");
  const { tokens } = generated;
  const model = await servingModel(session, id);
  return { payouts, cited: await citeInference(session.client, model, { tokens, items: payouts.items }, progress) };
}

function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 8) return value;
  throw new InvalidArgumentError("a number from 0 to 8");
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
