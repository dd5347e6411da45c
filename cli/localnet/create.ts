import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Json } from "../../chain/codec/comet-json-fields.ts";
import { fromBase64, fromHex } from "../../chain/crypto/bytes.ts";
import { serializeGenesis } from "../../chain/types/genesis.ts";
import { fromMs } from "../../chain/types/time.ts";
import { buildGenesis, emptyGenesis, type GenesisValidatorSpec } from "../../genesis/build.ts";
import { DEFAULT_DENOM, DEFAULT_PREFIX } from "../../genesis/defaults.ts";
import { DEFAULT_PARAMS } from "../../modules/attribution/params.ts";
import { DEFAULT_CONFIG, type NodeConfig } from "../../node/config/config.ts";
import { saveConfig } from "../../node/config/parse.ts";
import { writeDurably } from "../../node/home/durable-file.ts";
import { homePaths } from "../../node/home/paths.ts";
import { ClaimKind, Params } from "../../proto/gen/openledger/attribution/v1.ts";
import { toJson } from "../../proto/runtime.ts";
import { genesisText, makeHome, type NewHome } from "../commands/init.ts";
import { CliError, EXIT } from "../errors.ts";
import { Keyring } from "../keyring/keyring.ts";
import { terminalPassphrase } from "../keyring/passphrase.ts";
import { type LocalAccount, type LocalNetwork, manifestPath } from "./manifest.ts";
import { mnemonicFrom, type SecretSource, secretSource } from "./seeded.ts";

/** Ports of node i: base + 10 i for p2p, one more for RPC. */
const PORTS_PER_NODE = 10;

/** Coins of every validator's operator and of accounts without an amount of their own: 1,000,000 OPEN. */
const DEFAULT_COINS = 1_000_000_000_000n;

export interface LocalnetOptions {
  readonly dir: string;
  readonly chainId: string;
  readonly validators: number;
  readonly fullNodes: number;
  readonly basePort: number;
  /** Same seed, same keys, addresses and genesis (but for its time). */
  readonly seed: string | undefined;
  /** Funded accounts by name, in uopen. */
  readonly accounts: ReadonlyMap<string, bigint | undefined>;
  /** Monikers of validators that run without a verifier. */
  readonly withoutVerifier: readonly string[];
  readonly commitMs: number;
  /** Blocks that validators have to recompute a training or an index. */
  readonly trainingBlocks: number;
  readonly logLevel: string;
}

/** Makes homes, keys and genesis of a network on this machine. */
export async function createLocalnet(options: LocalnetOptions): Promise<LocalNetwork> {
  const dir = resolve(options.dir);
  if (existsSync(manifestPath(dir))) {
    throw new CliError(EXIT.inUse, `${dir} holds a network already`, "choose another --dir, or remove it");
  }
  const { chainId } = options;
  genesisText(emptyGenesis({ chainId, genesisTime: fromMs(Date.now()) }));
  const secret = secretSource(options.seed);
  const plans = plan(options, dir);
  const homes: NewHome[] = [];
  for (const node of plans) homes.push(await makeNode(node, options, secret));
  const names = [...plans.filter((node) => node.validator).map((node) => node.moniker), ...options.accounts.keys()];
  const accounts = await makeAccounts(dir, names, secret);
  const genesis = genesisOf(options, plans, homes, accounts);
  for (const { home } of plans) writeDurably(homePaths(home).genesis, genesis, 0o644);
  const peers = plans.map(({ p2p }, i) => `${p2p}/p2p/${homes[i]?.nodeId}`);
  plans.forEach((node, i) => {
    const persistentPeers = peers.filter((_, j) => j !== i);
    saveConfig(homePaths(node.home).config, configOf(node, options, persistentPeers));
  });
  const network = { chainId: options.chainId, keyring: dir, nodes: plans, accounts };
  writeDurably(manifestPath(dir), `${JSON.stringify(network, null, 2)}\n`);
  return network;
}

type Plan = LocalNetwork["nodes"][number];

function plan({ validators, fullNodes, basePort }: LocalnetOptions, dir: string): Plan[] {
  return Array.from({ length: validators + fullNodes }, (_, i) => {
    const validator = i < validators;
    const moniker = validator ? `val${i}` : `full${i - validators}`;
    const port = basePort + PORTS_PER_NODE * i;
    return {
      moniker,
      home: join(dir, moniker),
      rpc: `http://127.0.0.1:${port + 1}`,
      p2p: `/ip4/127.0.0.1/tcp/${port}`,
      validator,
    };
  });
}

function makeNode(node: Plan, options: LocalnetOptions, secret: SecretSource): Promise<NewHome> {
  let draws = 0;
  const random = () => secret(`${node.moniker}/${draws++}`);
  return makeHome({ home: node.home, config: configOf(node, options, []), validator: node.validator, random });
}

function configOf(node: Plan, options: LocalnetOptions, persistentPeers: readonly string[]): NodeConfig {
  const { consensus, verifier } = DEFAULT_CONFIG;
  return {
    ...DEFAULT_CONFIG,
    moniker: node.moniker,
    p2p: { ...DEFAULT_CONFIG.p2p, listen: [node.p2p], persistentPeers },
    rpc: { listen: new URL(node.rpc).host, corsOrigins: ["*"] },
    consensus: { ...consensus, commitMs: options.commitMs },
    verifier: { ...verifier, enabled: node.validator && !options.withoutVerifier.includes(node.moniker) },
    log: { level: options.logLevel, format: "pretty" },
  };
}

async function makeAccounts(dir: string, names: readonly string[], secret: SecretSource): Promise<LocalAccount[]> {
  const keyring = new Keyring({ home: dir, backend: "test", prefix: DEFAULT_PREFIX }, terminalPassphrase());
  const accounts: LocalAccount[] = [];
  for (const name of names) {
    const mnemonic = mnemonicFrom(secret(`account/${name}`));
    const { address } = await keyring.import(name, mnemonic);
    accounts.push({ name, address, mnemonic });
  }
  return accounts;
}

function genesisOf(
  options: LocalnetOptions,
  plans: readonly Plan[],
  homes: readonly NewHome[],
  accounts: readonly LocalAccount[],
): string {
  const validators = plans.flatMap((node, i): GenesisValidatorSpec[] => {
    const made = homes[i];
    const operator = accounts.find(({ name }) => name === node.moniker)?.address;
    if (!node.validator || !made || !operator) return [];
    return [
      {
        operator,
        pubKey: fromBase64(made.consensusPubkey),
        power: 10,
        moniker: node.moniker,
        beaconEnd: fromHex(made.beaconEnd),
      },
    ];
  });
  const funded = accounts.map(({ name, address }) => ({
    address,
    coins: [{ denom: DEFAULT_DENOM, amount: options.accounts.get(name) ?? DEFAULT_COINS }],
  }));
  const genesisTime = fromMs(Date.now());
  const modules = { attribution: { params: toJson(Params, claimParams(options.trainingBlocks)) as Json } };
  return serializeGenesis(
    buildGenesis({ chainId: options.chainId, genesisTime, modules, accounts: funded, validators }),
  );
}

function claimParams(trainingBlocks: number): Params {
  const recomputed: readonly ClaimKind[] = [ClaimKind.CLAIM_KIND_INDEX, ClaimKind.CLAIM_KIND_TRAINING];
  const kinds = DEFAULT_PARAMS.kinds.map((terms) =>
    recomputed.includes(terms.kind) ? { ...terms, commitBlocks: BigInt(trainingBlocks) } : terms,
  );
  return { ...DEFAULT_PARAMS, kinds };
}
