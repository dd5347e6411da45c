import type { Command } from "commander";
import { packageVersion } from "../../node/version.ts";
import { printerOf } from "../options.ts";
import { initCommand } from "./init.ts";
import { keysCommand } from "./keys.ts";
import { startCommand } from "./start.ts";

/** Every command of the program, in the order of --help. */
export function registerCommands(program: Command): void {
  initCommand(program);
  startCommand(program);
  keysCommand(program);
  program
    .command("version")
    .description("print the version")
    .action((_options: unknown, command: Command) => {
      const version = packageVersion();
      printerOf(command).answer({ version, node: process.versions.node }, () => version);
    });
}
