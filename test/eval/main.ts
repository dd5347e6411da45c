import { EvaluationError } from "./evaluation.ts";
import { loadAverage, machineName } from "./machine.ts";
import { helpOf, parseCommand } from "./options.ts";
import { stderrProgress } from "./progress.ts";
import { EVALUATIONS } from "./registry.ts";
import { printResult } from "./table.ts";

/** `npm run eval -- NAME [flags]`: progress on standard error, the result on standard output. Exit codes: 0, 1, 2 usage. */
async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  const load = name === undefined ? undefined : EVALUATIONS[name];
  if (!load) {
    const names = Object.keys(EVALUATIONS).join("|");
    throw new EvaluationError("usage", `usage: npm run eval -- ${names} [flags]; NAME --help says more`);
  }
  const { evaluation } = await load();
  const { options, json, help } = parseCommand(evaluation, rest, stderrProgress());
  if (help) {
    process.stdout.write(helpOf(evaluation));
    return;
  }
  const result = {
    eval: evaluation.name,
    machine: machineName(),
    load: loadAverage(),
    seed: options.seed,
    ...(await evaluation.run(options)),
  };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : printResult(result));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof EvaluationError && error.code === "usage";
  // Errors with a code are sentences for people: ours, the engine's and the system's.
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  const isSentence = typeof code === "string" && !code.startsWith("ERR_");
  process.stderr.write(`${isSentence ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = usage ? 2 : 1;
}
