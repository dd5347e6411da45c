import { type Command, InvalidArgumentError } from "commander";
import type { DemoOptions } from "../../testnet/demo/options.ts";
import type { DemoRun } from "../../testnet/demo/run.ts";
import { CliError, EXIT } from "../errors.ts";
import { printerOf } from "../options.ts";
import { stderrProgress } from "../work/progress.ts";

type Parsed = Omit<DemoOptions, "honestOnly" | "keep" | "home"> & {
  readonly honestOnly?: boolean;
  readonly keep?: boolean;
};

export function demoCommand(program: Command): void {
  program
    .command("demo")
    .description("the whole loop on a local network: data, curation, training, paid inference, attribution, pay")
    .option("--data <file>", "CSV of labelled texts; the questions to a bicycle workshop that ship with it by default")
    .option("--test <file>", "CSV of held-out questions; a tenth of --data by default")
    .option("--text-column <name>", "column of texts", "text")
    .option("--label-column <name>", "column of labels", "category")
    .option("--honest-only", "eight honest contributors hold all the data")
    .option("--inferences <n>", "paid questions", whole(1, 10_000), 50)
    .option("--validators <n>", "validators; from 4 on one has no verifier and one guesses", whole(1, 20), 4)
    .option("--seed <text>", "of keys, dealing and errors", "1")
    .option("--keep", "leave the network running, and print how to use it")
    .addHelpText(
      "after",
      `
Examples:
  openledgerd demo
  openledgerd demo --data mine.csv --text-column question --label-column topic --inferences 100
  openledgerd demo --keep --home /tmp/demo

With --home DIR everything stays in DIR, which must be empty; else a temporary folder is used and removed.`,
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

async function run(parsed: Parsed, self: Command): Promise<void> {
  const homeGiven = self.getOptionValueSourceWithGlobals("home") === "cli";
  const home = homeGiven ? self.optsWithGlobals<{ home: string }>().home : undefined;
  const { honestOnly = false, keep = false, ...rest } = parsed;
  const options: DemoOptions = { ...rest, honestOnly, keep, home };
  const interrupted = new AbortController();
  // A terminal's Ctrl-C arrives twice: from the terminal, and forwarded by the launcher.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupted.abort());
  // Loaded here, so that other commands start without it.
  const [{ runDemo }, { report }] = await Promise.all([
    import("../../testnet/demo/run.ts"),
    import("../../testnet/demo/report.ts"),
  ]);
  try {
    const done = await runDemo(options, stderrProgress(), interrupted.signal);
    printerOf(self).answer(done.result, () => report(done.result));
    if (keep) await keepRunning(done, interrupted.signal);
    await done.close();
  } catch (error) {
    if (interrupted.signal.aborted)
      throw new CliError(EXIT.failure, "the demo was interrupted; its processes are ended");
    throw error;
  }
}

async function keepRunning({ demo }: DemoRun, signal: AbortSignal): Promise<void> {
  const { nodes, accounts } = demo.manifest;
  const rpc = nodes[0]?.rpc ?? "";
  const common = `--home ${demo.networkDir} --keyring-backend test --node ${rpc}`;
  const lines = [
    "",
    ...nodes.map((node) => `${node.moniker}: ${node.rpc}`),
    "",
    ...accounts.map(({ name, address, mnemonic }) => `${name} ${address}\n  ${mnemonic}`),
    "",
    `openledgerd status ${common}`,
    `openledgerd infer --model demo-model --text "My brakes squeal" --from reader ${common}`,
    `openledgerd query rewards totals ${common}`,
    "",
    "The network runs until you interrupt this command.",
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
