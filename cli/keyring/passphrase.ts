import { createInterface } from "node:readline";
import { usageError } from "../errors.ts";

const MIN_LENGTH = 8;

/** Where a keyring's passphrase comes from. */
export interface PassphraseSource {
  /** For an existing key. */
  ask(): Promise<string>;
  /** For a new key: asked twice. */
  create(): Promise<string>;
}

/** OPENLEDGER_PASSPHRASE when it is set, else the terminal, else the first line of standard input. */
export function terminalPassphrase(): PassphraseSource {
  const preset = process.env.OPENLEDGER_PASSPHRASE;
  if (preset !== undefined) {
    return { ask: () => Promise.resolve(preset), create: async () => checked(preset) };
  }
  return {
    ask: () => readSecret("Passphrase of the keyring: "),
    async create() {
      const first = checked(await readSecret("New passphrase: "));
      if (process.stdin.isTTY && (await readSecret("Again: ")) !== first)
        throw usageError("the passphrases differ", "try again");
      return first;
    },
  };
}

function checked(passphrase: string): string {
  if (passphrase.length < MIN_LENGTH) throw usageError(`a passphrase has at least ${MIN_LENGTH} characters`, "");
  return passphrase;
}

/** One line without echo. */
export async function readSecret(prompt: string): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  const reader = createInterface({ input: process.stdin, terminal, ...(terminal ? { output: silent(prompt) } : {}) });
  try {
    for await (const line of reader) return line;
    throw usageError("no passphrase was given", "type it, pipe it in, or set OPENLEDGER_PASSPHRASE");
  } finally {
    reader.close();
    if (terminal) process.stderr.write("\n");
  }
}

/** Shows the prompt and swallows what readline would echo. */
function silent(prompt: string): NodeJS.WritableStream {
  process.stderr.write(prompt);
  const sink = Object.assign(Object.create(process.stderr) as NodeJS.WriteStream, { write: () => true });
  return sink;
}
