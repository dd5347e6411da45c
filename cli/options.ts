import { homedir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { type Printer, printer } from "./output.ts";

/** Options of every command. */
export interface GlobalOptions {
  readonly home: string;
  readonly node: string;
  readonly output: "text" | "json";
  readonly keyringBackend: "file" | "test";
}

export const DEFAULT_HOME: string = join(homedir(), ".openledger");

export function addGlobalOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--home <dir>", "folder of config, data and keys").default(DEFAULT_HOME).env("OPENLEDGER_HOME"),
    )
    .addOption(
      new Option("--node <url>", "RPC address of a node").default("http://127.0.0.1:26657").env("OPENLEDGER_NODE"),
    )
    .addOption(new Option("--output <format>", "how answers are printed").choices(["text", "json"]).default("text"))
    .addOption(
      new Option("--keyring-backend <backend>", "file: encrypted by a passphrase; test: not encrypted, for scripts")
        .choices(["file", "test"])
        .default("file")
        .env("OPENLEDGER_KEYRING_BACKEND"),
    );
}

/** Global options of a command that is being run. */
export function globalsOf(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

export function printerOf(command: Command): Printer {
  return printer(globalsOf(command).output);
}
