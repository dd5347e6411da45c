import type { Command } from "commander";
import { fromBase64, fromHex } from "../../chain/crypto/bytes.ts";
import { type GenesisDoc, serializeGenesis } from "../../chain/types/genesis.ts";
import { addGenesisAccount, addGenesisValidator } from "../../genesis/build.ts";
import { validateGenesisState } from "../../genesis/validate.ts";
import { makeBeaconChain } from "../../modules/attribution/client.ts";
import { loadConfig } from "../../node/config/parse.ts";
import { loadGenesis } from "../../node/genesis-file.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import { homePaths } from "../../node/home/paths.ts";
import { loadSeed } from "../../node/keys/seed-file.ts";
import { loadValidatorKey } from "../../node/keys/validator-key.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { openKeyring } from "../keyring/open.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";

interface ValidatorOptions {
  readonly power: string;
  readonly moniker?: string;
  readonly pubkey?: string;
  readonly beaconEnd?: string;
}

export function genesisCommand(program: Command): void {
  const genesis = program.command("genesis").description("build and check config/genesis.json");
  genesis
    .command("add-account <key-or-address> <coins>")
    .description("give an account coins at genesis, for example 1000000uopen")
    .addHelpText("after", "\nExample:\n  openledgerd genesis add-account alice 1000000000000uopen")
    .action((who: string, coins: string, _options: unknown, self: Command) => {
      const address = openKeyring(globalsOf(self)).addressOf(who);
      edit(self, (doc) => addGenesisAccount(doc, { address, coins: parseCoins(coins) }));
      printerOf(self).answer({ address, coins }, () => `${address} has ${coins}`);
    });
  genesis
    .command("add-validator <operator>")
    .description("make this home's node, or the one whose keys are given, a validator of genesis")
    .option("--power <power>", "voting power", "10")
    .option("--moniker <name>", "its name; the config's by default")
    .option("--pubkey <base64>", "ed25519 consensus key; this home's by default")
    .option("--beacon-end <hex>", "end of its beacon chain; this home's by default")
    .addHelpText("after", "\nExample:\n  openledgerd genesis add-validator alice --power 10")
    .action((operator: string, options: ValidatorOptions, self: Command) => {
      const validator = validatorOf(self, operator, options);
      edit(self, (doc) => addGenesisValidator(doc, validator));
      printerOf(self).answer(validator, () => `${validator.moniker} validates with power ${validator.power}`);
    });
  genesis
    .command("validate")
    .description("check config/genesis.json as the node does at its start, and more")
    .action((_options: unknown, self: Command) => {
      const { genesis: path } = homePaths(globalsOf(self).home);
      const summary = validateGenesisState(loadGenesis(path).genesis);
      printerOf(self).answer(summary, () => pairs(Object.entries(summary).map(([key, value]) => [key, String(value)])));
    });
}

function edit(self: Command, change: (doc: GenesisDoc) => GenesisDoc): void {
  const { genesis: path } = homePaths(globalsOf(self).home);
  writeDurably(path, serializeGenesis(change(loadGenesis(path).genesis)), 0o644);
}

function validatorOf(self: Command, operator: string, options: ValidatorOptions) {
  const globals = globalsOf(self);
  const paths = homePaths(globals.home);
  const own = options.pubkey ? undefined : loadValidatorKey(paths.validatorKey);
  const pubKey = options.pubkey ? fromBase64(options.pubkey) : own?.pubKey;
  if (!pubKey)
    throw new CliError(
      EXIT.config,
      "this home has no validator key",
      "run `openledgerd init`, or give --pubkey and --beacon-end",
    );
  const power = Number(options.power);
  if (!Number.isSafeInteger(power) || power < 1)
    throw usageError(`--power ${options.power} is not a positive whole number`);
  return {
    operator: openKeyring(globals).addressOf(operator),
    pubKey,
    power,
    moniker: options.moniker ?? loadConfig(paths.config).moniker,
    beaconEnd: options.beaconEnd ? fromHex(options.beaconEnd) : makeBeaconChain(loadSeed(paths.beaconKey)).end,
  };
}

/** `1000uopen,5other`, sorted by denomination. */
function parseCoins(text: string): { denom: string; amount: bigint }[] {
  const coins = text.split(",").map((coin) => {
    const match = /^(\d+)([a-z][a-z0-9/]{2,127})$/.exec(coin.trim());
    if (!match) throw usageError(`${coin} is not an amount`, "for example 1000000uopen");
    return { denom: match[2] as string, amount: BigInt(match[1] as string) };
  });
  return coins.sort((a, b) => (a.denom < b.denom ? -1 : 1));
}
