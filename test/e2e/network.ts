import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeAddress, TestNode } from "./node.ts";
import { cliJson } from "./process.ts";

interface Account {
  readonly name: string;
  readonly address: string;
  readonly mnemonic: string;
}

interface Manifest {
  readonly chainId: string;
  readonly keyring: string;
  readonly nodes: readonly NodeAddress[];
  readonly accounts: readonly Account[];
}

export interface NetworkOptions {
  readonly validators: number;
  readonly fullNodes?: number;
  /** Names of funded accounts. */
  readonly accounts?: readonly string[];
  /** Monikers of validators that abstain; all by default. */
  readonly verifiers?: readonly string[];
  readonly chainId?: string;
  readonly seed?: string;
}

/** Ports of node i of a network are base + 10 i and one more. */
const PORTS_PER_NODE = 10;

/** A network of real processes on this machine, made and driven through the command line and RPC alone. */
export class TestNetwork {
  readonly dir: string;
  readonly chainId: string;
  readonly nodes: readonly TestNode[];
  readonly accounts: readonly Account[];

  private constructor(dir: string, { chainId, nodes, accounts }: Manifest) {
    this.dir = dir;
    this.chainId = chainId;
    this.nodes = nodes.map((node) => new TestNode(node));
    this.accounts = accounts;
  }

  /** Homes, keys and genesis; nothing runs yet. */
  static async create(options: NetworkOptions): Promise<TestNetwork> {
    const { validators, fullNodes = 0, accounts = [], verifiers = [], chainId, seed } = options;
    const dir = mkdtempSync(join(tmpdir(), "openledger-e2e-"));
    const basePort = await freeBasePort(validators + fullNodes);
    const names = Array.from({ length: validators }, (_, i) => `val${i}`);
    const abstaining = names.filter((name) => !verifiers.includes(name)).join(",");
    const manifest = await cliJson<Manifest>(
      ...[
        "testnet",
        "init",
        "--dir",
        join(dir, "net"),
        "--validators",
        `${validators}`,
        "--full-nodes",
        `${fullNodes}`,
      ],
      ...["--base-port", `${basePort}`, "--commit-ms", "200"],
      ...(accounts.length > 0 ? ["--accounts", accounts.join(",")] : []),
      ...(abstaining ? ["--without-verifier", abstaining] : []),
      ...(chainId ? ["--chain-id", chainId] : []),
      ...(seed ? ["--seed", seed] : []),
    );
    return new TestNetwork(dir, manifest);
  }

  /** Home whose test keyring holds the accounts. */
  get keyring(): string {
    return join(this.dir, "net");
  }

  get validators(): readonly TestNode[] {
    return this.nodes.filter(({ validator }) => validator);
  }

  get running(): readonly TestNode[] {
    return this.nodes.filter(({ isRunning }) => isRunning);
  }

  node(moniker: string): TestNode {
    const found = this.nodes.find((node) => node.moniker === moniker);
    if (!found) throw new Error(`no node ${moniker}`);
    return found;
  }

  account(name: string): Account {
    const found = this.accounts.find((account) => account.name === name);
    if (!found) throw new Error(`no account ${name}`);
    return found;
  }

  /** Starts nodes together and waits until all answer. */
  async start(nodes: readonly TestNode[] = this.nodes, ...options: readonly string[]): Promise<void> {
    for (const node of nodes) node.launch(...options);
    await Promise.all(nodes.map((node) => node.ready()));
  }

  /** Waits until every given node applied a height; all that run by default. */
  async reach(height: number, nodes: readonly TestNode[] = this.running): Promise<void> {
    await Promise.all(nodes.map((node) => node.reach(height)));
  }

  /** Highest block that any running node applied. */
  async height(): Promise<number> {
    return Math.max(...(await Promise.all(this.running.map((node) => node.height()))));
  }

  /** Application hashes of the newest height that all running nodes have, by node. */
  async appHashes(): Promise<{ readonly height: number; readonly hashes: readonly string[] }> {
    const heights = await Promise.all(this.running.map((node) => node.height()));
    const height = Math.min(...heights);
    return { height, hashes: await Promise.all(this.running.map((node) => node.appHash(height))) };
  }

  /** Ends all processes and removes all files. */
  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Changes a node's config.json by its text. */
export function editFile(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`the edit of ${path} changes nothing`);
  writeFileSync(path, after);
}

/** Below the ports that systems give to outgoing connections, so that those don't take them meanwhile. */
const LOWEST_PORT = 10_000;
const HIGHEST_PORT = 32_000;

/** A base port whose network of `nodes` nodes finds all its ports free. */
async function freeBasePort(nodes: number): Promise<number> {
  for (;;) {
    const steps = Math.floor((HIGHEST_PORT - LOWEST_PORT) / PORTS_PER_NODE) - nodes;
    const base = LOWEST_PORT + PORTS_PER_NODE * Math.floor(Math.random() * steps);
    const ports = Array.from({ length: nodes }, (_, i) => [base + PORTS_PER_NODE * i, base + PORTS_PER_NODE * i + 1]);
    const free = await Promise.all(ports.flat().map(isFree));
    if (free.every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
