import { type Command, Option } from "commander";
import { closeGates } from "../../node/influence/native-threads.ts";
import { CliError, EXIT } from "../errors.ts";
import { globalsOf } from "../options.ts";

/** A node that does not stop within this time is ended: its data survives kill -9. */
const STOP_TIMEOUT_MS = 15_000;

interface StartOptions {
  readonly faultGuess?: "zeros" | "previous" | "peer";
  readonly faultCrash?: "before-publish";
}

export function startCommand(program: Command): void {
  program
    .command("start")
    .description("run the node of --home until it is interrupted")
    .addOption(
      new Option("--fault-guess <how>", "TEST ONLY: guess attestations instead of computing them").choices([
        "zeros",
        "previous",
        "peer",
      ]),
    )
    .addOption(
      new Option(
        "--fault-crash <where>",
        "TEST ONLY: die between fsync and publishing of an own vote while data/priv_validator_state.bin.crash exists",
      ).choices(["before-publish"]),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  openledgerd start\n  openledgerd start --home /srv/validator\n\nWithout a validator key (init --full) the node follows and serves.",
    )
    .action(async (options: StartOptions, command: Command) => {
      const { home } = globalsOf(command);
      const fault = {
        ...(options.faultGuess ? { guess: options.faultGuess } : {}),
        ...(options.faultCrash ? { crashAt: options.faultCrash } : {}),
      };
      // Loaded here, so that other commands start without the node's libraries.
      const { startNode } = await import("../../node/main.ts");
      const node = await startNode({ home, fault });
      const interrupted = new Promise<undefined>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
      });
      const failure = await Promise.race([interrupted, node.failed]);
      setTimeout(() => void closeGates().then(() => process.exit(EXIT.failure)), STOP_TIMEOUT_MS).unref();
      const stopped = node.stop();
      // Why it stopped matters more than that stopping failed as well.
      if (failure) await stopped.catch(() => undefined);
      else await stopped;
      if (failure) throw asCliError(failure);
    });
}

function asCliError(error: Error): Error {
  if ("exitCode" in error) return error;
  return new CliError(
    EXIT.failure,
    `the node stopped: ${error.message}`,
    "start it again; if it stops again, keep data/ and report this",
    {
      cause: error,
    },
  );
}
