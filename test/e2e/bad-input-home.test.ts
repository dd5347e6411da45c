import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { editFile, TestNetwork } from "./network.ts";
import { TestNode } from "./node.ts";
import { cli } from "./process.ts";

const LONGEST_MS = 10 * 60_000;

let network: TestNetwork;
/** A validator's home with some blocks, of which every test breaks a copy. */
let intact: TestNode;
/** The record of a key that never signed. */
let freshSignState: Buffer;
let copies = 0;

beforeAll(async () => {
  network = await TestNetwork.create({ validators: 1, fullNodes: 1 });
  intact = network.node("val0");
  freshSignState = readFileSync(intact.path("data", "priv_validator_state.bin"));
  await intact.start();
  await intact.reach(4);
  expect(await intact.stop()).toEqual({ code: 0, signal: null });
}, LONGEST_MS);

afterAll(() => network?.remove());

function copyOf(node: TestNode): TestNode {
  const home = join(network.dir, `copy${copies++}`);
  cpSync(node.home, home, { recursive: true });
  const { rpc, p2p, validator } = node;
  return new TestNode({ moniker: home, home, rpc, p2p, validator });
}

/** Flips the bits of one byte. */
function damage(path: string, at: (size: number) => number): void {
  const bytes = readFileSync(path);
  const place = at(bytes.length);
  bytes[place] = (bytes[place] as number) ^ 0xff;
  writeFileSync(path, bytes);
}

const config = (home: TestNode) => home.path("config", "config.json");
const genesis = (home: TestNode) => home.path("config", "genesis.json");
const signState = (home: TestNode) => home.path("data", "priv_validator_state.bin");
const wal = (home: TestNode) => home.path("data", "consensus.wal");

/** The newest log of a level database. */
function levelLog(home: TestNode, name: string): string {
  const logs = readdirSync(home.path("data", name)).filter((file) => file.endsWith(".log"));
  return home.path("data", name, logs.sort().at(-1) ?? "");
}

/** Overwrites what a level database is opened by. */
function spoilDatabase(folder: string): void {
  for (const file of readdirSync(folder)) if (/^(CURRENT|MANIFEST)/.test(file)) writeFileSync(join(folder, file), "x");
}

interface Refusal {
  readonly what: string;
  readonly breakHome: (home: TestNode) => void;
  readonly code: number;
  /** What went wrong, and what to do. */
  readonly says: readonly string[];
}

const remove = (path: string) => rmSync(path, { recursive: true });

const REFUSALS: readonly Refusal[] = [
  {
    what: "a missing sign state, with the chain ahead",
    breakHome: (home) => remove(signState(home)),
    code: 5,
    says: ["without its sign state", "restore data/priv_validator_state.bin"],
  },
  {
    what: "a damaged sign state",
    breakHome: (home) => damage(signState(home), (size) => size >> 1),
    code: 5,
    says: ["sign state does not decode", "restore data/priv_validator_state.bin"],
  },
  {
    what: "the sign state of a key that never signed, with the chain ahead",
    breakHome: (home) => writeFileSync(signState(home), freshSignState),
    code: 5,
    says: ["the sign state ends at 0", "restore the newest data/priv_validator_state.bin"],
  },
  {
    what: "a log that is damaged in its middle",
    breakHome: (home) => damage(wal(home), (size) => size >> 1),
    code: 6,
    says: ["data/consensus.wal", "damaged at byte", "restore the file from a copy, or remove it"],
  },
  {
    what: "a missing genesis file",
    breakHome: (home) => remove(genesis(home)),
    code: 3,
    says: ["genesis.json does not exist", "copy the network's genesis.json there"],
  },
  {
    what: "a genesis file that is no JSON",
    breakHome: (home) => truncateSync(genesis(home), 100),
    code: 3,
    says: ["genesis.json", "not JSON", "copy"],
  },
  {
    what: "a genesis file that was edited after the first blocks",
    breakHome: (home) => editFile(genesis(home), (text) => text.replace('"1000000000000"', '"1000000000001"')),
    code: 3,
    says: ["genesis.json was changed", "put the network's file back"],
  },
  {
    what: "the genesis file of another chain",
    breakHome: (home) => editFile(genesis(home), (text) => text.replaceAll("openledger-local-1", "openledger-local-2")),
    code: 3,
    says: ["the data is of chain openledger-local-1, genesis.json of openledger-local-2", "another --home"],
  },
  {
    what: "a misspelt setting",
    breakHome: (home) => editFile(config(home), (text) => text.replace("maxPeers", "maxPers")),
    code: 3,
    says: ["config.p2p.maxPers is not a setting", "did you mean maxPeers?"],
  },
  {
    what: "a setting of the wrong type",
    breakHome: (home) => editFile(config(home), (text) => text.replace(/"maxPeers": \d+/, '"maxPeers": "many"')),
    code: 3,
    says: ["config.p2p.maxPeers must be a number"],
  },
  {
    what: "a config that is no JSON",
    breakHome: (home) => truncateSync(config(home), 50),
    code: 3,
    says: ["config.json is not JSON", "mend the file"],
  },
  {
    what: "a damaged validator key",
    breakHome: (home) => truncateSync(home.path("config", "priv_validator_key.json"), 90),
    code: 3,
    says: ["priv_validator_key.json", "restore the file from your copy"],
  },
  {
    what: "a missing node key",
    breakHome: (home) => remove(home.path("config", "node_key.json")),
    code: 3,
    says: ["node_key.json does not exist", "restore the file"],
  },
  {
    what: "a missing beacon key",
    breakHome: (home) => remove(home.path("config", "beacon_key.json")),
    code: 3,
    says: ["beacon_key.json does not exist", "restore the file"],
  },
  {
    what: "a peer's address without its id",
    breakHome: (home) =>
      editFile(config(home), (text) => text.replace(/(?<="persistentPeers": \[\s*")[^"]+/, "/ip4/127.0.0.1/tcp/1")),
    code: 3,
    says: ["/ip4/127.0.0.1/tcp/1", "/p2p/"],
  },
  {
    what: "an RPC port that does not exist",
    breakHome: (home) => editFile(config(home), (text) => text.replace(new URL(home.rpc).host, "127.0.0.1:99999")),
    code: 3,
    says: ["config.rpc.listen is 127.0.0.1:99999", "give host:port"],
  },
  {
    what: "damaged attestations",
    breakHome: (home) => spoilDatabase(home.path("data", "attest", "db")),
    code: 6,
    says: ["data/attest/db cannot be read"],
  },
  {
    what: "a damaged state database",
    breakHome: (home) => spoilDatabase(home.path("data", "app")),
    code: 6,
    says: ["data/app cannot be read", "sync again"],
  },
  {
    what: "missing blocks under a state",
    breakHome: (home) => remove(home.path("data", "blocks")),
    code: 6,
    says: ["the application has state but the chain has none", "restore data/blocks"],
  },
];

describe("a node refuses to start on", () => {
  test.each(REFUSALS)(
    "$what: exit code $code, and what to do",
    async ({ breakHome, code, says }) => {
      const home = copyOf(intact);
      breakHome(home);
      const refused = await home.refusal();
      for (const text of says) expect(refused.text).toContain(text);
      expect(refused.text).not.toContain("    at ");
      expect(refused.code).toBe(code);
    },
    LONGEST_MS,
  );
});

test.each([
  { option: "a moniker", args: ["no/name"], says: "config.moniker is not a name" },
  { option: "a chain id", args: ["me", "--chain-id", "a b"], says: 'genesis.chain_id "a b" must have' },
  { option: "a prefix", args: ["me", "--prefix", "UPPER"], says: "bech32_prefix must be" },
])(
  "init refuses $option that no node could start with, and leaves nothing behind",
  async ({ args, says }) => {
    const home = join(network.dir, "never-made");
    const { code, stderr } = await cli("init", ...args, "--home", home);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
    expect(existsSync(home)).toBe(false);
  },
  LONGEST_MS,
);

test(
  "a home as init makes it does not start: its genesis has no validators",
  async () => {
    const home = join(network.dir, "fresh");
    expect((await cli("init", "fresh", "--home", home)).code).toBe(0);
    const { code, stderr } = await cli("start", "--home", home);
    expect(stderr).toMatch(
      /genesis: .*validators is empty.*\n {2}mend config\/genesis.json with `openledgerd genesis`/,
    );
    expect(code).toBe(3);
  },
  LONGEST_MS,
);

describe("a node recovers from", () => {
  test(
    "a log that a crash cut short, and a state that lost its last block",
    async () => {
      const home = copyOf(intact);
      truncateSync(wal(home), statSync(wal(home)).size - 5);
      const state = levelLog(home, "app");
      truncateSync(state, statSync(state).size - 20);
      await home.start();
      const height = await home.height();
      await home.reach(height + 2);
      expect(await home.stop()).toEqual({ code: 0, signal: null });
    },
    LONGEST_MS,
  );

  test(
    "lost files that hold nothing of their own: index, log",
    async () => {
      const home = copyOf(intact);
      remove(home.path("data", "index"));
      remove(wal(home));
      await home.start();
      await home.reach((await home.height()) + 2);
      const { total_count } = await home.call<{ total_count: string }>("block_search", { query: "block.height <= 3" });
      expect(total_count).toBe("3");
      await home.stop();
    },
    LONGEST_MS,
  );
});

describe("what another process holds", () => {
  beforeAll(() => intact.start(), LONGEST_MS);
  afterAll(() => intact.stop());

  test(
    "its home",
    async () => {
      const { code, stderr } = await cli("start", "--home", intact.home);
      expect(stderr).toMatch(/process \d+ runs on this home\n {2}stop it, or start with another --home/);
      expect(code).toBe(4);
    },
    LONGEST_MS,
  );

  test.each(["p2p", "rpc"] as const)(
    "its %s port",
    async (kind) => {
      const home = copyOf(network.node("full0"));
      const own = kind === "p2p" ? home.p2p : new URL(home.rpc).host;
      const taken = kind === "p2p" ? intact.p2p : new URL(intact.rpc).host;
      editFile(config(home), (text) => text.replace(`"${own}"`, `"${taken}"`));
      const { code, text } = await home.refusal();
      expect(text).toMatch(/already in use\n {2}stop the program that uses it/i);
      expect(text).toContain(taken.split(/[/:]/).at(-1));
      expect(code).toBe(4);
      expect(await intact.height()).toBeGreaterThan(0);
    },
    LONGEST_MS,
  );

  test(
    "init and testnet init overwrite nothing",
    async () => {
      const before = readFileSync(intact.path("config", "priv_validator_key.json"), "utf8");
      const init = await cli("init", "again", "--home", intact.home);
      expect([init.code, init.stderr]).toEqual([4, expect.stringContaining("exists already")]);
      const testnet = await cli("testnet", "init", "--dir", network.keyring);
      expect([testnet.code, testnet.stderr]).toEqual([4, expect.stringContaining("holds a network already")]);
      expect(readFileSync(intact.path("config", "priv_validator_key.json"), "utf8")).toBe(before);
    },
    LONGEST_MS,
  );
});
