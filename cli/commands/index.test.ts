import { Command } from "commander";
import { expect, test } from "vitest";
import { addGlobalOptions } from "../options.ts";
import { registerCommands } from "./index.ts";

interface Named {
  readonly path: string;
  readonly command: Command;
}

function commandsBelow(command: Command, path = ""): Named[] {
  return command.commands.flatMap((child) => {
    const name = `${path} ${child.name()}`.trim();
    return [{ path: name, command: child }, ...commandsBelow(child, name)];
  });
}

function program(): Command {
  const made = addGlobalOptions(new Command("openledgerd"));
  registerCommands(made);
  return made;
}

test("no command has an option of its own by a global option's name: the global one would take its argument", () => {
  const made = program();
  const globals = new Set(made.options.map(({ long }) => long));
  const shadowed = commandsBelow(made).flatMap(({ path, command }) =>
    command.options.filter(({ long }) => globals.has(long)).map(({ long }) => `${path} ${long}`),
  );
  expect(globals.size).toBeGreaterThan(3);
  expect(shadowed).toEqual([]);
});
