import type { Command } from "commander";
import { usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";
import { stderrProgress } from "../work/progress.ts";
import { openSession } from "../work/session.ts";
import { addTxOptions, type TxOptions } from "./tx.ts";

interface BuildOptions extends TxOptions {
  readonly datanet: string;
  readonly window: string;
}

export function snapshotCommand(program: Command): void {
  const snapshot = program.command("snapshot").description("snapshots of closed windows: what models train on");
  addTxOptions(snapshot.command("build"))
    .description("compute and post the snapshot of a window, and wait until it is accepted")
    .requiredOption("--datanet <id>", "DataNet")
    .option("--window <n>", "window, from 1", "1")
    .addHelpText(
      "after",
      `
Example:
  openledgerd snapshot build --datanet bikes --window 1 --from alice

Anybody may post it: accepted items and their clusters follow from the chain and the blobs, and validators recompute them.`,
    )
    .action(async (options: BuildOptions, self: Command) => {
      const window = Number(options.window);
      if (!Number.isSafeInteger(window) || window < 1)
        throw usageError(`${options.window} is not a window`, "a whole number from 1");
      const session = await openSession(globalsOf(self), options);
      // Loaded on use, so that other commands start without it.
      const { postSnapshot } = await import("../work/snapshot.ts");
      const posted = await postSnapshot(session, { datanet: options.datanet, window }, stderrProgress());
      printerOf(self).answer(posted, () =>
        pairs([
          ["snapshot", posted.snapshot],
          ["items", posted.items],
          ["clusters", posted.clusters],
          ["root", posted.root],
          ["status", posted.status],
        ]),
      );
    });
}
