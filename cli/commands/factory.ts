import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { toHex } from "../../chain/crypto/bytes.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs, table } from "../output.ts";
import { readCsv } from "../work/csv.ts";
import { stderrProgress } from "../work/progress.ts";

const HELP = `
Examples:
  openledgerd factory init --dir head --method head --csv train.csv --label-column category --seed one
  openledgerd factory train --dir head
  openledgerd factory verify --dir head --from 1 --to 2

  openledgerd factory init --dir poet --method full --csv lines.csv --decoder 2,64,4 --context 64 --vocab 512 --epochs 3
  openledgerd factory train --dir poet          # Ctrl-C stops it cleanly
  openledgerd factory resume --dir poet
  openledgerd factory plot --dir poet --out poet.html
  openledgerd factory init --dir style --method lora --from-job poet --csv mine.csv --rank 4 --rate 0.001

  openledgerd factory init --dir head --method head --snapshot bikes/1 --node http://127.0.0.1:26657

The same manifest and data give the same bytes on every machine, for any number of --workers. Exit code 1: a verification
found a difference. 2: a manifest or option is wrong. 9: there is no such job.`;

export function factoryCommand(program: Command): void {
  const factory = program
    .command("factory")
    .description("deterministic training jobs: heads, LoRA and full, with checkpoints that anyone can verify")
    .addHelpText("after", HELP);
  initCommand(factory);
  runCommands(factory);
  readCommands(factory);
  verifyCommand(factory);
}

const natural = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("a whole number");
  return Number(text);
};
const real = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("a number of at least 0");
  return value;
};

interface InitFlags {
  readonly snapshot?: string;
  readonly csv?: string;
  readonly textColumn: string;
  readonly labelColumn?: string;
  readonly keepDuplicates?: boolean;
  readonly decay?: boolean;
}

function initCommand(factory: Command): void {
  const command = factory
    .command("init")
    .alias("plan")
    .description("write the manifest of a job, with its rows and files, to a folder")
    .requiredOption("--dir <dir>", "folder of the job")
    .addOption(new Option("--method <method>", "what is trained").choices(["head", "lora", "full"]).default("head"))
    .option("--snapshot <ids>", "snapshots on chain, by commas")
    .option("--csv <file>", "a CSV file instead, to try out without a chain")
    .option("--text-column <name>", "column of texts", "text")
    .option("--label-column <name>", "column of labels")
    .option("--keep-duplicates", "train on near-duplicates of a CSV file too")
    .option(
      "--held-out <n>",
      "hold out one row in n, 0 for none; 10 by default, but for heads and adapters on snapshots, whose held-out rows the chain draws",
      natural,
    )
    .option("--seed <text>", "64 hexadecimal digits, or a text that is hashed; random by default")
    .option("--checkpoint-every <n>", "steps between checkpoints (25 for heads, 100 otherwise)", natural);
  command.addHelpText("after", HELP);
  graphOptions(command);
  optimiserOptions(command).action(runInit);
}

function graphOptions(command: Command): Command {
  return command
    .option("--encoder-graph <file>", "ONNX encoder of features, with --encoder-tokenizer")
    .option("--encoder-tokenizer <file>", "its tokenizer.json")
    .option("--graph <file>", "ONNX graph with an output loss [batch], for lora and full")
    .addOption(new Option("--form <form>", "inputs of --graph").choices(["features", "language", "sequence"]))
    .option("--tokenizer <file>", "tokenizer.json of --graph")
    .option("--context <n>", "tokens of a sample", natural)
    .option("--decoder <layers,width,heads>", "make a decoder and its vocabulary instead of --graph")
    .option("--vocab <n>", "tokens of that vocabulary", natural, 512)
    .option("--from-job <dir>", "start from the finished job of another folder")
    .option("--targets <names>", "linear layers (lora) or weights (full), by commas or /pattern/; all by default")
    .option("--rank <n>", "rank of the low-rank factors", natural, 4)
    .option("--alpha <number>", "their scale, twice the rank by default", real);
}

function optimiserOptions(command: Command): Command {
  return command
    .addOption(new Option("--optimiser <name>", "of lora and full").choices(["sgd", "adam", "adamw"]).default("adam"))
    .option("--rate <number>", "learning rate", real, 0.001)
    .option("--weight-decay <number>", "of sgd and adamw", real, 0)
    .option("--clip <number>", "largest norm of a gradient; 0 for any", real, 1)
    .option("--warmup <n>", "steps over which the rate rises", natural, 0)
    .option("--decay", "let the rate fall to 0")
    .option("--batch <n>", "samples of a step", natural, 16)
    .option("--micro-batch <n>", "samples of one execution of the graph", natural)
    .option("--epochs <n>", "passes over the samples", natural, 1)
    .option("--grid-bits <n>", "weights and gradients are multiples of 2^-n", natural, 24);
}

async function runInit(flags: InitFlags & Record<string, never>, self: Command): Promise<void> {
  const { snapshot, csv, textColumn, labelColumn, keepDuplicates = false, decay = false } = flags as InitFlags;
  if ((snapshot === undefined) === (csv === undefined)) throw usageError("give one of --snapshot and --csv");
  const origin =
    csv === undefined
      ? ({ kind: "snapshots", ids: (snapshot ?? "").split(",").filter((id) => id !== "") } as const)
      : ({ kind: "csv", file: csv, textColumn, labelColumn, keepDuplicates } as const);
  const { initJob } = await import("../work/factory-init.ts");
  const options = { ...(flags as unknown as Parameters<typeof initJob>[0]), decays: decay };
  const made = await jobErrors(() => initJob(options, origin, globalsOf(self).node, stderrProgress()));
  printerOf(self).answer(made, () =>
    pairs([
      ["folder", made.dir],
      ["manifest hash", made.manifestHash],
      ["rows trained on", made.rows],
      ["rows held out", made.heldOutRows],
      ["classes", made.classes],
      ...(made.weights === null ? [] : [["weights", made.weights] as const]),
    ]),
  );
}

interface RunFlags {
  readonly dir: string;
  readonly workers?: number;
}

interface TrainFlags extends RunFlags {
  readonly test?: string;
  readonly textColumn: string;
  readonly labelColumn: string;
}

function runCommands(factory: Command): void {
  const described = { train: "train a job from its start", resume: "go on with a job that was stopped or killed" };
  for (const [name, description] of Object.entries(described)) {
    factory
      .command(name)
      .description(description)
      .requiredOption("--dir <dir>", "folder of `factory init`")
      .option("--workers <n>", "threads; never changes a bit of the result", natural)
      .option("--test <file>", "CSV of labelled texts: prints a head's accuracy")
      .option("--text-column <name>", "its column of texts", "text")
      .option("--label-column <name>", "its column of labels", "category")
      .action((flags: TrainFlags, self: Command) => runTrain(flags, self, name === "resume"));
  }
}

async function runTrain(flags: TrainFlags, self: Command, isResumed: boolean): Promise<void> {
  const { trainFolder } = await import("../work/factory-run.ts");
  const test =
    flags.test === undefined ? [] : readCsv(flags.test, { text: flags.textColumn, label: flags.labelColumn });
  const signal = interrupted();
  const done = await jobErrors(() => trainFolder({ ...flags, test, signal, isResumed }, stderrProgress()));
  const figure = (value: number | null, digits: number) => (value === null ? "-" : value.toFixed(digits));
  printerOf(self).answer(done, () =>
    pairs([
      ["steps", done.steps],
      ["checkpoints", done.checkpoints],
      ["weights hash", done.weightsHash],
      ["log root", done.logRoot],
      ["choices near a boundary", done.roundings],
      ["held-out loss", figure(done.heldOutLoss, 4)],
      ["held-out accuracy", figure(done.heldOutAccuracy, 4)],
      ["test accuracy", figure(done.testAccuracy, 4)],
      ["seconds", done.seconds],
      ...(done.model === null ? [] : [["model folder", done.model] as const]),
    ]),
  );
}

/** Aborts at the first Ctrl-C; the second one ends the program at once. */
function interrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function readCommands(factory: Command): void {
  factory
    .command("status")
    .description("where a job stands, with its checkpoints")
    .requiredOption("--dir <dir>", "folder of the job")
    .action(async ({ dir }: RunFlags, self: Command) => {
      const { folderStatus } = await import("../work/factory-run.ts");
      const status = await jobErrors(async () => folderStatus(dir));
      printerOf(self).answer(status, () => {
        const rows = status.checkpoints.map((c) => [
          ...[c.index, c.step, c.root.slice(0, 16)],
          c.heldOutLoss === null ? "-" : c.heldOutLoss.toFixed(4),
        ]);
        const head = pairs([
          ["state", status.state],
          ["steps", status.step],
          ["loss", status.loss === null ? "-" : status.loss.toFixed(4)],
        ]);
        return `${head}\n${table({ head: ["checkpoint", "step", "root", "held-out loss"], rows, right: [0, 1, 3] })}`;
      });
    });
  factory
    .command("plot")
    .description("draw the loss curves: here as text, and as a page or picture that needs nothing else")
    .requiredOption("--dir <dir>", "folder of the job")
    .option("--out <file>", "file to write: .html or .svg (plot.html in the folder)")
    .action(async ({ dir, out = join(dir, "plot.html") }: RunFlags & { readonly out?: string }, self: Command) => {
      if (!/\.(html|svg)$/.test(out)) throw usageError(`${out} is neither .html nor .svg`);
      const { plotFolder } = await import("../work/factory-run.ts");
      const { file, text } = await jobErrors(async () => plotFolder(dir, out));
      printerOf(self).answer({ file }, () => `${text}\n\nwritten to ${file}`);
    });
  showCommand(factory);
}

function showCommand(factory: Command): void {
  factory
    .command("show")
    .description("print the manifest of a job and its hashes")
    .requiredOption("--dir <dir>", "folder of the job")
    .action(async ({ dir }: RunFlags, self: Command) => {
      const { manifestHash, manifestToJson } = await import("../../node/factory/job/index.ts");
      const { shownJob } = await import("../work/factory-run.ts");
      const { manifest, training, heldOut } = await jobErrors(async () => shownJob(dir));
      const hash = toHex(manifestHash(manifest));
      const shown = { manifestHash: hash, manifest: manifestToJson(manifest) };
      printerOf(self).answer(shown, () => {
        const rows = manifest.sources.map(({ snapshot, rows, root }) => [snapshot, rows, toHex(root).slice(0, 16)]);
        const sources = table({ head: ["snapshot", "rows", "root"], rows, right: [1] });
        const head = pairs([
          ["manifest hash", hash],
          ["rows trained on", training],
          ["rows held out", heldOut],
        ]);
        return `${head}\n${sources}\n${JSON.stringify(shown.manifest, undefined, 2)}`;
      });
    });
}

interface VerifyFlags extends RunFlags {
  readonly from?: number;
  readonly to?: number;
  readonly reference?: boolean;
  readonly kept?: boolean;
}

function verifyCommand(factory: Command): void {
  factory
    .command("verify")
    .description("execute a job again, wholly or between two checkpoints, and prove its lineage from the snapshots")
    .requiredOption("--dir <dir>", "folder of the job")
    .option("--from <checkpoint>", "first checkpoint", natural)
    .option("--to <checkpoint>", "last checkpoint", natural)
    .option("--workers <n>", "threads; never changes a bit of the result", natural)
    .option("--reference", "gradients by the exact reference instead of ONNX Runtime (slow)")
    .option("--kept", "use the rows in the folder instead of taking them from chain or file again")
    .action(runVerify);
}

async function runVerify(flags: VerifyFlags, self: Command): Promise<void> {
  const { verifyFolder } = await import("../work/factory-run.ts");
  const { node } = globalsOf(self);
  const { reference = false, kept = false } = flags;
  const signal = interrupted();
  const verdict = await jobErrors(() => verifyFolder({ ...flags, node, reference, kept, signal }, stderrProgress()));
  printerOf(self).answer(verdict, () => {
    const yes = (agrees: boolean) => (agrees ? "agrees" : "DIFFERS");
    const lineage = verdict.lineage.map((l) => [l.what, l.found.slice(0, 32), yes(l.agrees)]);
    const checkpoints = verdict.checkpoints.map((c) => [c.index, c.step, c.own.slice(0, 16), yes(c.agrees)]);
    const wrong = verdict.steps.filter(({ agrees }) => !agrees);
    return [
      table({ head: ["lineage", "from the snapshots", ""], rows: lineage }),
      ...(checkpoints.length === 0
        ? []
        : [table({ head: ["checkpoint", "step", "root here", ""], rows: checkpoints, right: [0, 1] })]),
      `${verdict.steps.length - wrong.length} of ${verdict.steps.length} steps agree`,
      verdict.agrees ? "verified" : "NOT verified",
    ].join("\n");
  });
  if (!verdict.agrees) throw new CliError(EXIT.failure, "the job is not verified", verdict.reason ?? "");
}

const JOB_EXITS: Readonly<Record<string, number>> = {
  "bad-manifest": EXIT.usage,
  "bad-graph": EXIT.usage,
  "bad-bytes": EXIT.corrupt,
  "bad-config": EXIT.usage,
  "bad-corpus": EXIT.usage,
};

/** Gives errors of jobs their exit codes. */
async function jobErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof CliError) throw error;
    const code = JOB_EXITS[String((error as { readonly code?: unknown }).code)];
    if (code === undefined) throw error;
    const hint = (error as { readonly nextStep?: unknown }).nextStep;
    throw new CliError(code, error.message, typeof hint === "string" ? hint : "", { cause: error });
  }
}
