import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { SignGuard } from "../../chain/consensus/sign-guard.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { type GenesisDoc, parseGenesis, serializeGenesis } from "../../chain/types/genesis.ts";
import { fromMs } from "../../chain/types/time.ts";
import { emptyGenesis } from "../../genesis/build.ts";
import { DEFAULT_DENOM, DEFAULT_PREFIX } from "../../genesis/defaults.ts";
import { makeBeaconChain } from "../../modules/attribution/client.ts";
import { DEFAULT_CONFIG, type NodeConfig } from "../../node/config/config.ts";
import { parseConfig, saveConfig } from "../../node/config/parse.ts";
import { NodeError } from "../../node/errors.ts";
import { chainParameters } from "../../node/genesis-file.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import { type HomePaths, homePaths } from "../../node/home/paths.ts";
import { saveSeed } from "../../node/keys/seed-file.ts";
import { saveValidatorKey, validatorKeyOf } from "../../node/keys/validator-key.ts";
import { peerIdOf } from "../../node/p2p/identity.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { globalsOf, printerOf } from "../options.ts";
import { pairs } from "../output.ts";

export interface NewHome {
  readonly home: string;
  readonly moniker: string;
  readonly nodeId: string;
  /** ed25519 consensus key, base64. */
  readonly consensusPubkey: string;
  /** End of the beacon chain, hex. */
  readonly beaconEnd: string;
}

export interface HomeOptions {
  readonly home: string;
  readonly config: NodeConfig;
  /** False: a full node without keys to validate with. */
  readonly validator: boolean;
  /** 32 random bytes a call; tests and the demo derive them from a seed. */
  readonly random?: () => Uint8Array;
}

/**
 * Makes the keys, sign state and config of a node. Throws CliError `in use` for a home that has any of them, `usage` for
 * a config that the node would refuse; nothing is written then.
 */
export async function makeHome({ home, config, validator, random }: HomeOptions): Promise<NewHome> {
  const paths = homePaths(home);
  usable(() => parseConfig(config));
  refuseExisting(paths);
  const seed = random ?? (() => new Uint8Array(randomBytes(32)));
  const nodeSeed = seed();
  saveSeed(paths.nodeKey, nodeSeed);
  saveConfig(paths.config, config);
  const nodeId = await peerIdOf(nodeSeed);
  const identity = { home, moniker: config.moniker, nodeId };
  if (!validator) return { ...identity, consensusPubkey: "", beaconEnd: "" };
  const key = validatorKeyOf(seed());
  const beacon = seed();
  saveSeed(paths.beaconKey, beacon);
  writeDurably(paths.signState, SignGuard.fresh().encode());
  saveValidatorKey(paths.validatorKey, key);
  const beaconEnd = toHex(makeBeaconChain(beacon).end);
  return { ...identity, consensusPubkey: Buffer.from(key.pubKey).toString("base64"), beaconEnd };
}

/** The text of genesis.json. Throws CliError `usage` for a document that no node could read again. */
export function genesisText(doc: GenesisDoc): string {
  const text = serializeGenesis(doc);
  const { feeDenom } = usable(() => chainParameters(parseGenesis(text)));
  if (!DENOM.test(feeDenom)) throw usageError(`${feeDenom} is not a denomination`, "for example uopen");
  return text;
}

/** As the Cosmos SDK names coins. */
const DENOM = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;

function usable<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw usageError((error as Error).message, error instanceof NodeError ? error.hint : undefined);
  }
}

function refuseExisting(paths: HomePaths): void {
  for (const path of [paths.nodeKey, paths.validatorKey, paths.beaconKey, paths.config, paths.signState]) {
    if (existsSync(path)) {
      throw new CliError(
        EXIT.inUse,
        `${path} exists already`,
        "init never overwrites: choose another --home, or move the old one away",
      );
    }
  }
}

export function initCommand(program: Command): void {
  program
    .command("init <moniker>")
    .description("make the home of a node: keys, config, and an empty genesis to build on")
    .option("--chain-id <id>", "chain of the new genesis", "openledger-1")
    .option("--full", "a full node that follows without validating: no validator key, and no genesis is made")
    .option("--prefix <prefix>", "bech32 prefix of the chain's accounts", DEFAULT_PREFIX)
    .option("--denom <denom>", "smallest unit of the chain's coin", DEFAULT_DENOM)
    .addHelpText(
      "after",
      "\nExamples:\n  openledgerd init alice --chain-id my-chain\n  openledgerd init follower --full --home /srv/follower   then copy genesis.json to config/",
    )
    .action(async (moniker: string, options: InitOptions, command: Command) => {
      const { home } = globalsOf(command);
      const { chainId, prefix, denom } = options;
      const text = genesisText(emptyGenesis({ chainId, prefix, feeDenom: denom, genesisTime: fromMs(Date.now()) }));
      const made = await makeHome({ home, config: { ...DEFAULT_CONFIG, moniker }, validator: !options.full });
      const paths = homePaths(home);
      if (!options.full && !existsSync(paths.genesis)) writeDurably(paths.genesis, text, 0o644);
      const shown = () =>
        pairs([
          ["home", made.home],
          ["node id", made.nodeId],
          ["consensus key", made.consensusPubkey || "none (full node)"],
          ["genesis", existsSync(paths.genesis) ? paths.genesis : `copy the network's file to ${paths.genesis}`],
        ]);
      printerOf(command).answer(made, shown);
    });
}

interface InitOptions {
  readonly chainId: string;
  readonly full?: boolean;
  readonly prefix: string;
  readonly denom: string;
}
