import type { Command } from "commander";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { amount, jobIdOf, natural } from "./job-options.ts";
import { addTxOptions, type TxOptions } from "./tx.ts";

interface WorkCommandOptions extends TxOptions {
  readonly job?: string;
  readonly minPrice: string;
  readonly maxBond: string;
  readonly once?: boolean;
  readonly workers?: number;
  readonly every: number;
}

export function jobWorkCommand(job: Command): void {
  addTxOptions(job.command("work"))
    .description("train jobs: take, train, publish checkpoints, upload and claim, until interrupted")
    .option("--job <id>", "only this job")
    .option("--min-price <uopen>", "take no job that pays less", amount, "1")
    .option("--max-bond <uopen>", "take no job that asks for more", amount, "1000000000")
    .option("--once", "end after one job")
    .option("--workers <n>", "threads; by default one a core. No number changes a bit of the result", natural)
    .option("--every <ms>", "pause between looks for work", natural, 3_000)
    .addHelpText(
      "after",
      `
Examples:
  openledgerd job work --from trainer
  openledgerd job work --job 43a068ef... --from trainer

The best paid open job comes first. An interrupted job goes on from its last checkpoint when the command is started again.
A wrong or late result costs the bond; the same data and manifest give the same result on every machine.`,
    )
    .action(work);
}

async function work(options: WorkCommandOptions, self: Command): Promise<void> {
  const job = options.job === undefined ? undefined : jobIdOf(options.job);
  const globals = globalsOf(self);
  const session = await openSession(globals, options);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  // Loaded here, so that other commands start without the engine's libraries.
  const { workOnJobs } = await import("../work/job-work.ts");
  const { minPrice, maxBond, once = false, workers, every } = options;
  const worked = await workOnJobs(
    session,
    {
      ...{ job, once, workers, everyMs: every, signal: stop.signal },
      minPrice: BigInt(minPrice),
      maxBond: BigInt(maxBond),
      folder: `${globals.home}/jobs/${session.chainId}`,
    },
    stderrProgress(),
  );
  printerOf(self).answer({ jobs: worked }, () =>
    worked
      .map(({ job: id, claim, weightsHash, steps }) =>
        pairs([
          ["job", id],
          ["steps", steps],
          ["weights hash", weightsHash],
          ["claim", claim],
        ]),
      )
      .join("\n\n"),
  );
}
