import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { LOG_LEVELS } from "../../node/config/config.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { createLocalnet } from "../localnet/create.ts";
import { type LocalNode, loadNetwork } from "../localnet/manifest.ts";
import { printerOf } from "../options.ts";
import { table } from "../output.ts";

interface InitOptions {
  readonly dir: string;
  readonly chainId: string;
  readonly validators: number;
  readonly fullNodes: number;
  readonly basePort: number;
  readonly seed?: string;
  readonly accounts?: string;
  readonly withoutVerifier?: string;
  readonly commitMs: number;
  readonly trainingBlocks: number;
  readonly logLevel: string;
}

export function testnetCommand(program: Command): void {
  const testnet = program.command("testnet").description("a network of several processes on this machine");
  testnet
    .command("init")
    .description("make homes, keys and genesis")
    .option("--dir <dir>", "folder of the network", "./testnet-data")
    .option("--chain-id <id>", "chain id", "openledger-local-1")
    .option("--validators <n>", "validators", wholeNumber(1, 50), 4)
    .option("--full-nodes <n>", "nodes that follow without validating", wholeNumber(0, 20), 0)
    .option(
      "--base-port <port>",
      "p2p port of the first node; its RPC is one higher, the next node ten higher",
      wholeNumber(1024, 65_000),
      27_000,
    )
    .option("--seed <text>", "derive all keys from this text: the same text gives the same keys")
    .option("--accounts <list>", "more funded accounts: name or name=uopen, by commas")
    .option("--without-verifier <list>", "validators (val0, val1, ...) that run without a verifier")
    .option("--commit-ms <ms>", "pause between a decision and the next block", wholeNumber(0, 60_000), 300)
    .option(
      "--training-blocks <n>",
      "blocks that validators have to recompute a training or an index",
      wholeNumber(2, 4_096),
      60,
    )
    .option("--log-level <level>", LOG_LEVELS.join(", "), "info")
    .addHelpText(
      "after",
      "\nExample:\n  openledgerd testnet init --validators 4 --accounts alice,bob=5000000 && openledgerd testnet start",
    )
    .action(async (options: InitOptions, self: Command) => {
      const network = await createLocalnet({
        ...options,
        seed: options.seed,
        accounts: parseAccounts(options.accounts),
        withoutVerifier: options.withoutVerifier?.split(",") ?? [],
      });
      const rows = network.nodes.map(({ moniker, rpc, home }) => [moniker, rpc, home]);
      printerOf(self).answer(network, () => table({ head: ["node", "rpc", "home"], rows }));
    });
  testnet
    .command("start")
    .description("run every node of a network until interrupted")
    .option("--dir <dir>", "folder of the network", "./testnet-data")
    .action(async (options: { dir: string }) => {
      const { nodes } = loadNetwork(options.dir);
      await runAll(nodes);
    });
}

function parseAccounts(text: string | undefined): Map<string, bigint | undefined> {
  const accounts = new Map<string, bigint | undefined>();
  for (const entry of text?.split(",").filter((part) => part !== "") ?? []) {
    const [name, amount] = entry.split("=");
    if (!name || (amount !== undefined && !/^[1-9]\d{0,18}$/.test(amount))) {
      throw usageError(`--accounts: ${entry} is not name or name=uopen`, "for example alice,bob=5000000");
    }
    accounts.set(name, amount === undefined ? undefined : BigInt(amount));
  }
  return accounts;
}

function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`a whole number from ${low} to ${high}`);
    }
    return value;
  };
}

/** Program arguments that start a node: the same entry that runs now, so sources and compiled code work alike. */
export function startArguments(home: string): string[] {
  return [
    ...process.execArgv,
    join(import.meta.dirname, "..", `main${import.meta.filename.endsWith(".ts") ? ".ts" : ".js"}`),
    "start",
    "--home",
    home,
  ];
}

async function runAll(nodes: readonly LocalNode[]): Promise<void> {
  const children = nodes.map((node) => run(node));
  const stop = () => {
    for (const { child } of children) child.kill("SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const codes = await Promise.all(children.map(({ ended }) => ended));
  const failed = nodes.filter((_, i) => codes[i] !== 0).map(({ moniker }) => moniker);
  if (failed.length > 0)
    throw new CliError(EXIT.failure, `stopped with an error: ${failed.join(", ")}`, "see the lines above");
}

/** A node in a process of its own, its log lines marked with its name. */
function run({ moniker, home }: LocalNode): { readonly child: ChildProcess; readonly ended: Promise<number> } {
  const child = spawn(process.execPath, startArguments(home), { stdio: ["ignore", "inherit", "pipe"] });
  let rest = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) process.stderr.write(`${moniker} ${line}\n`);
  });
  const ended = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  return { child, ended };
}
