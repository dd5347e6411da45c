import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignGuard } from "../../chain/consensus/sign-guard.ts";
import { toBech32 } from "../../chain/crypto/bech32.ts";
import { addressOfEd25519 } from "../../chain/crypto/keys.ts";
import { serializeGenesis } from "../../chain/types/genesis.ts";
import { fromMs } from "../../chain/types/time.ts";
import { buildGenesis } from "../../genesis/build.ts";
import { type BeaconSecret, makeBeaconChain } from "../../modules/attribution/client.ts";
import { wallet } from "../../modules/testing/wallet.ts";
import { openledgerRegistryTypes } from "../../proto/registry.ts";
import { saveBeaconChain } from "../attest/beacon-chain.ts";
import { DEFAULT_CONFIG, type NodeConfig } from "../config/config.ts";
import { saveConfig } from "../config/parse.ts";
import { writeDurably } from "../home/durable-file.ts";
import { homePaths } from "../home/paths.ts";
import { saveSeed } from "../keys/seed-file.ts";
import { saveValidatorKey, validatorKeyOf } from "../keys/validator-key.ts";
import { type FaultOptions, type RunningNode, startNode } from "../main.ts";
import { peerIdOf } from "../p2p/index.ts";
import { freePorts } from "./ports.ts";

export const TEST_CHAIN_ID = "test-1";

export interface TestValidator {
  /** Voting power, 10 by default. */
  readonly power?: number;
  readonly fault?: FaultOptions;
  /** False: this validator abstains. */
  readonly verifier?: boolean;
}

export interface TestNetworkOptions {
  readonly validators: readonly TestValidator[];
  /** Names of funded accounts: `wallet(name)` of modules/testing signs for them. */
  readonly accounts: readonly string[];
  /** Genesis state of modules in place of their defaults. */
  readonly modules?: Parameters<typeof buildGenesis>[0]["modules"];
  readonly config?: Partial<Pick<NodeConfig, "consensus" | "log">>;
}

/** Fast blocks, for a network of one machine. */
const FAST: NodeConfig["consensus"] = {
  proposeMs: 1_500,
  proposeDeltaMs: 500,
  prevoteMs: 500,
  prevoteDeltaMs: 250,
  precommitMs: 500,
  precommitDeltaMs: 250,
  commitMs: 200,
};

const FUNDS = 1_000_000_000_000n;

/** Nodes of one network in this process, each on a temporary home. */
export class TestNetwork {
  readonly homes: readonly string[];
  readonly nodes: RunningNode[];
  readonly #root: string;
  readonly #validators: readonly TestValidator[];

  private constructor(root: string, homes: readonly string[], validators: readonly TestValidator[]) {
    this.#root = root;
    this.homes = homes;
    this.#validators = validators;
    this.nodes = [];
  }

  static async start(options: TestNetworkOptions): Promise<TestNetwork> {
    const root = mkdtempSync(join(tmpdir(), "openledger-test-"));
    const network = new TestNetwork(root, await makeHomes(root, options), options.validators);
    await Promise.all([...network.homes.keys()].map((index) => network.startNode(index)));
    return network;
  }

  get first(): RunningNode {
    return this.nodes[0] as RunningNode;
  }

  /** Starts a node, again after `stopNode`. */
  async startNode(index: number): Promise<void> {
    const { fault } = this.#validators[index] as TestValidator;
    this.nodes[index] = await startNode({ home: this.homes[index] as string, ...(fault && { fault }) });
  }

  async stopNode(index: number): Promise<void> {
    await this.nodes[index]?.stop();
  }

  /** Waits until every running node has applied `height`. */
  async reach(height: number, deadlineMs = 60_000): Promise<void> {
    const behind = () => this.nodes.some(({ backend }) => backend.height() < height);
    await eventually(`height ${height}`, () => (behind() ? undefined : true), deadlineMs);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Asks until there is an answer. Throws after the deadline. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 60_000,
): Promise<T> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > giveUpAt) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A funded account of test networks. */
export function testWallet(name: string) {
  return wallet(name, { chainId: TEST_CHAIN_ID, types: openledgerRegistryTypes });
}

interface Identity {
  readonly seed: Uint8Array;
  readonly key: ReturnType<typeof validatorKeyOf>;
  readonly peerId: string;
}

async function identityOf(index: number): Promise<Identity> {
  const seed = new Uint8Array(32).fill(index + 1);
  return { seed, key: validatorKeyOf(seed), peerId: await peerIdOf(seed) };
}

/** All validators of tests share one secret and so one chain of a million hashes, made once a process. */
const BEACON_SECRET = new Uint8Array(32).fill(0xbe);
let beaconChain: BeaconSecret | undefined;

function beacon(): BeaconSecret {
  beaconChain ??= makeBeaconChain(BEACON_SECRET);
  return beaconChain;
}

async function makeHomes(root: string, options: TestNetworkOptions): Promise<string[]> {
  const identities = await Promise.all(options.validators.map((_, index) => identityOf(index)));
  const genesis = serializeGenesis(genesisOf(identities, options));
  const ports = await freePorts(2 * identities.length);
  const addresses = identities.map(({ peerId }, i) => `/ip4/127.0.0.1/tcp/${ports[2 * i]}/p2p/${peerId}`);
  return identities.map(({ seed, key }, index) => {
    const paths = homePaths(join(root, `node${index}`));
    mkdirSync(paths.data, { recursive: true });
    saveSeed(paths.nodeKey, seed);
    saveSeed(paths.beaconKey, BEACON_SECRET);
    saveValidatorKey(paths.validatorKey, key);
    saveBeaconChain(paths.attest, beacon());
    writeDurably(paths.signState, SignGuard.fresh().encode());
    writeDurably(paths.genesis, genesis);
    saveConfig(paths.config, {
      ...DEFAULT_CONFIG,
      moniker: `node${index}`,
      p2p: {
        listen: [`/ip4/127.0.0.1/tcp/${ports[2 * index]}`],
        persistentPeers: addresses.filter((_, other) => other !== index),
        maxPeers: 20,
      },
      rpc: { listen: `127.0.0.1:${ports[2 * index + 1]}`, corsOrigins: [] },
      consensus: FAST,
      verifier: { ...DEFAULT_CONFIG.verifier, enabled: options.validators[index]?.verifier ?? true },
      log: { level: "silent", format: "json" },
      ...options.config,
    });
    return paths.home;
  });
}

function genesisOf(identities: readonly Identity[], { accounts, modules, validators }: TestNetworkOptions) {
  const operators = identities.map(({ key }) => toBech32("open", addressOfEd25519(key.pubKey)));
  const addresses = [...operators, ...accounts.map((name) => testWallet(name).address)];
  return buildGenesis({
    chainId: TEST_CHAIN_ID,
    genesisTime: fromMs(Date.now()),
    ...(modules && { modules }),
    accounts: addresses.map((address) => ({ address, coins: [{ denom: "uopen", amount: FUNDS }] })),
    validators: identities.map(({ key }, index) => ({
      operator: operators[index] as string,
      pubKey: key.pubKey,
      power: validators[index]?.power ?? 10,
      moniker: `node${index}`,
      beaconEnd: beacon().end,
    })),
  });
}
