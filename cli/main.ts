import { Command, CommanderError } from "commander";
import { closeGates } from "../node/influence/native-threads.ts";
import { packageVersion } from "../node/version.ts";
import { registerCommands } from "./commands/index.ts";
import { describeError, EXIT } from "./errors.ts";
import { addGlobalOptions } from "./options.ts";

/** Runs one command line; the exit code is the caller's to use. */
export async function run(args: readonly string[]): Promise<number> {
  const program = addGlobalOptions(new Command("openledgerd"))
    .description("OpenLedger: a chain on which data is paid for what it does")
    .version(packageVersion(), "-V, --version", "print the version")
    .showHelpAfterError("(see --help)")
    .exitOverride();
  registerCommands(program);
  overrideExits(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { text, exitCode } = describeError(error);
    process.stderr.write(`error: ${text}\n`);
    if (process.env.OPENLEDGER_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitCode;
  }
}

/** commander applies exitOverride only to commands made after it; subcommands get it here. */
function overrideExits(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride();
    overrideExits(child);
  }
}

process.exitCode = await run(process.argv.slice(2));
// Sockets kept alive by clients must not hold the process back once the answer is printed.
if (process.stdout.writableLength > 0) await new Promise((resolve) => process.stdout.write("", resolve));
await closeGates();
process.exit();
