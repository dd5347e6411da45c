import { EvaluationError } from "./evaluation.ts";
import { loadAverage, machineName } from "./machine.ts";
import { flagsOf, parseCommand } from "./options.ts";
import { stderrProgress } from "./progress.ts";
import { EVALUATIONS } from "./registry.ts";
import { printResult } from "./table.ts";

/** `npm run eval -- NAME [flags]`: progress on standard error, the result on standard output. Exit codes: 0, 1, 2 usage. */
async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  const load = name === undefined ? undefined : EVALUATIONS[name];
  if (!load) throw new EvaluationError("usage", `usage: npm run eval -- ${Object.keys(EVALUATIONS).join("|")} [flags]`);
  const { evaluation } = await load();
  const { options, json, help } = parseCommand(evaluation, rest, stderrProgress());
  if (help) {
    process.stdout.write(`${evaluation.name}: ${evaluation.describe}\n${flagsOf(evaluation).join(" ")}\n`);
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
  process.stderr.write(
    `${error instanceof EvaluationError ? error.message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exitCode = usage ? 2 : 1;
}
