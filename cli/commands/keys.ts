import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { usageError } from "../errors.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs, table } from "../output.ts";

const MNEMONIC_NOTE = "Write these words down: they are the only copy of the key.";

export function keysCommand(program: Command): void {
  const keys = program.command("keys").description("account keys in the keyring of --home");
  keys
    .command("add <name>")
    .description("make a new key; its mnemonic is shown once")
    .addHelpText("after", "\nExample:\n  openledgerd keys add alice --keyring-backend test")
    .action(async (name: string, _options: unknown, command: Command) => {
      const { key, mnemonic } = await openKeyring(globalsOf(command)).add(name);
      const text = () =>
        `${pairs([
          ["name", key.name],
          ["address", key.address],
        ])}\n\n${MNEMONIC_NOTE}\n${mnemonic}`;
      printerOf(command).answer({ ...key, mnemonic }, text);
    });
  keys
    .command("import <name>")
    .description("import a key from its mnemonic (first line of standard input, or --mnemonic-file)")
    .option("--mnemonic-file <file>", "file that holds the mnemonic")
    .addHelpText("after", "\nExample:\n  openledgerd keys import alice --mnemonic-file words.txt")
    .action(async (name: string, options: { mnemonicFile?: string }, command: Command) => {
      const mnemonic = options.mnemonicFile ? readFileSync(options.mnemonicFile, "utf8") : await firstLine();
      const key = await openKeyring(globalsOf(command)).import(name, mnemonic);
      printerOf(command).answer(key, () =>
        pairs([
          ["name", key.name],
          ["address", key.address],
        ]),
      );
    });
  keys
    .command("list")
    .description("all keys")
    .action((_options: unknown, command: Command) => {
      const list = openKeyring(globalsOf(command)).list();
      const text = () =>
        list.length === 0
          ? "no keys; make one with `openledgerd keys add NAME`"
          : table({ head: ["name", "address"], rows: list.map(({ name, address }) => [name, address]) });
      printerOf(command).answer(list, text);
    });
  keys
    .command("show <name>")
    .description("one key")
    .option("-a, --address", "print the address alone")
    .action((name: string, options: { address?: boolean }, command: Command) => {
      const key = openKeyring(globalsOf(command)).show(name);
      const text = () =>
        options.address
          ? key.address
          : pairs([
              ["name", key.name],
              ["address", key.address],
              ["pubkey", key.pubkey],
            ]);
      printerOf(command).answer(key, text);
    });
  keys
    .command("delete <name>")
    .description("delete a key; without its mnemonic it is lost")
    .option("-y, --yes", "do not ask")
    .action((name: string, options: { yes?: boolean }, command: Command) => {
      if (!options.yes) throw usageError(`key ${name} would be lost without its mnemonic`, "repeat with --yes");
      openKeyring(globalsOf(command)).delete(name);
      printerOf(command).answer({ deleted: name }, () => `deleted ${name}`);
    });
}

async function firstLine(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const [line] = Buffer.concat(chunks).toString("utf8").split("\n");
  if (!line) throw usageError("no mnemonic was given", "pipe it in, or use --mnemonic-file");
  return line;
}
