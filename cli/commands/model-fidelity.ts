import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { addTxOptions, type TxOptions } from "./tx.ts";

interface FidelityFlags extends TxOptions {
  readonly id: string;
  readonly subsets: string;
  readonly share: string;
  readonly queries: string;
}

/** `model fidelity`: measures how well a model's index predicts retrainings, and has validators check it. */
export function fidelityCommand(model: Command): void {
  addTxOptions(model.command("fidelity"))
    .description("measure the LDS of a registered index by retraining on drawn subsets, and post it as a claim")
    .requiredOption("--id <slug>", "id of the model on chain")
    .option("--subsets <n>", "retrainings", "40")
    .option("--share <percent>", "share of the rows in each", "50")
    .option("--queries <n>", "rows that are left out and asked about", "50")
    .action(fidelity);
}

async function fidelity(options: FidelityFlags, self: Command): Promise<void> {
  const [subsets, share, queries] = [options.subsets, options.share, options.queries].map(Number) as [
    number,
    number,
    number,
  ];
  if (![subsets, queries].every((count) => Number.isInteger(count) && count >= 2)) {
    throw usageError("--subsets and --queries are whole numbers from 2 on");
  }
  if (!(share > 0 && share < 100)) throw usageError("--share is a percentage between 0 and 100");
  const session = await openSession(globalsOf(self), options);
  const { postFidelity } = await import("../work/fidelity.ts");
  const design = { subsets, shareBps: Math.round(100 * share), queries };
  const request = { id: options.id, design, workers: availableParallelism() };
  const measured = await postFidelity(session, request, stderrProgress());
  printerOf(self).answer(measured, () =>
    pairs([
      ["model", measured.model],
      ["LDS", measured.lds],
      ["standard error", measured.standardError],
      ["claim", measured.claim],
    ]),
  );
}
