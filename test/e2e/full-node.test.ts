import { existsSync, readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeExtendedCommit, encodeExtendedCommit } from "../../chain/codec/commit.ts";
import { type ExtendedCommitSig, FLAG_ABSENT } from "../../chain/types/commit.ts";
import { ZERO_TIME } from "../../chain/types/time.ts";
import type { BlockBytes } from "../../node/p2p/index.ts";
import { attack } from "./attacker.ts";
import { connect } from "./client.ts";
import { TestNetwork } from "./network.ts";
import type { TestNode } from "./node.ts";
import { eventually } from "./process.ts";

type Lie = (honest: BlockBytes, next: BlockBytes) => Omit<BlockBytes, "height">;

/** What liars do to an honest block, and why the follower says that it leaves them. */
const LIES: readonly { readonly lie: Lie; readonly says: string }[] = [
  { lie: ({ block, extendedCommit }) => ({ block: damaged(block), extendedCommit }), says: "tendermint.types.Block" },
  { lie: ({ extendedCommit }, { block }) => ({ block, extendedCommit }), says: "the commit is for another block" },
  { lie: ({ block }) => ({ block, extendedCommit: new Uint8Array(40) }), says: "ExtendedCommit" },
  { lie: changed(({ signature }) => ({ signature: damaged(signature) })), says: "bad_signature" },
  { lie: changed(() => ({ extensionSignature: new Uint8Array(0) })), says: "bad_extension" },
  { lie: changed(({ extension }) => ({ extension: Uint8Array.of(...extension, 0) })), says: "bad_extension" },
  { lie: changed((_, index) => (index === 0 ? ABSENT : {})), says: "no_quorum" },
];

const LONGEST_MS = 10 * 60_000;

const ABSENT: Partial<ExtendedCommitSig> = {
  flag: FLAG_ABSENT,
  validatorAddress: new Uint8Array(0),
  timestamp: ZERO_TIME,
  signature: new Uint8Array(0),
  extension: new Uint8Array(0),
  extensionSignature: new Uint8Array(0),
};

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 5] = (copy[copy.length - 5] as number) ^ 1;
  return copy;
}

/** A lie about every signature of the commit. */
function changed(change: (sig: ExtendedCommitSig, index: number) => Partial<ExtendedCommitSig>): Lie {
  return ({ block, extendedCommit }) => {
    const commit = decodeExtendedCommit(extendedCommit);
    const signatures = commit.signatures.map((sig, index) => ({ ...sig, ...change(sig, index) }));
    return { block, extendedCommit: encodeExtendedCommit({ ...commit, signatures }) };
  };
}

let network: TestNetwork;
let full: TestNode;

beforeAll(async () => {
  network = await TestNetwork.create({ validators: 2, fullNodes: 1, accounts: ["alice", "bob"] });
  full = network.node("full0");
  await network.start(network.validators);
  await network.reach(1);
  const { client, address } = await connect(network, "alice", network.validators[0] as TestNode);
  for (let i = 0; i < 3; i++) {
    const coins = [{ denom: "uopen", amount: "5" }];
    await client.sendTokens(address, network.account("bob").address, coins, "auto");
  }
  await network.reach(10);
}, LONGEST_MS);

afterAll(() => network?.remove());

/** Every height has one application hash, on validators and full node alike, as each computed it. */
async function expectSameState(): Promise<void> {
  const { height } = await network.appHashes();
  for (let h = 1; h <= height; h++) {
    const hashes = await Promise.all(network.running.map((node) => node.appHash(h)));
    expect(new Set(hashes).size, `height ${h}: ${hashes}`).toBe(1);
  }
}

test(
  "a full node without keys, models or verifier joins late, fetches the blocks, and has the same state",
  async () => {
    expect(existsSync(full.path("config", "priv_validator_key.json"))).toBe(false);
    expect(JSON.parse(readFileSync(full.path("config", "config.json"), "utf8"))).toMatchObject({
      verifier: { enabled: false },
    });
    const joinedAt = await network.height();
    await full.start();
    await full.reach(joinedAt + 2);
    expect(full.log).toContain("block sync");
    expect(full.log).toContain("validator=false");
    await expectSameState();
  },
  LONGEST_MS,
);

test(
  "it relays: a transaction sent to it reaches a block",
  async () => {
    const { client, address } = await connect(network, "alice", full);
    const before = await client.getBalance(network.account("bob").address, "uopen");
    const coins = [{ denom: "uopen", amount: "11" }];
    const { code, height } = await client.sendTokens(address, network.account("bob").address, coins, "auto");
    expect(code).toBe(0);
    await full.reach(height);
    const after = await client.getBalance(network.account("bob").address, "uopen");
    expect(BigInt(after.amount) - BigInt(before.amount)).toBe(11n);
  },
  LONGEST_MS,
);

test(
  "without its state it replays every block from genesis to the same state",
  async () => {
    await full.stop();
    const height = await network.height();
    rmSync(full.path("data", "app"), { recursive: true });
    await full.start();
    await full.reach(height + 1);
    await expectSameState();
  },
  LONGEST_MS,
);

test(
  "a transaction that was sent while the node had no peers is told to them later",
  async () => {
    const [val0, val1] = network.validators as [TestNode, TestNode];
    await Promise.all([val0.stop(), val1.stop()]);
    const { client, address } = await connect(network, "alice", full);
    const amount = [{ denom: "uopen", amount: "13" }];
    const message = { fromAddress: address, toAddress: network.account("bob").address, amount };
    const fee = { amount: [{ denom: "uopen", amount: "200" }], gas: "200000" };
    const typeUrl = "/cosmos.bank.v1beta1.MsgSend";
    const hash = await client.signAndBroadcastSync(address, [{ typeUrl, value: message }], fee);
    await network.start([val0, val1]);
    await network.reach((await network.height()) + 2, [val0, val1]);
    expect(await val0.heightOf(hash)).toBeGreaterThan(0);
  },
  LONGEST_MS,
);

test(
  "a node that knows nothing yet believes no block that its commit does not prove, and then syncs from honest peers",
  async () => {
    const [val0, val1] = network.validators as [TestNode, TestNode];
    const witness = await attack(val0, { chainId: network.chainId });
    const [peer] = witness.network.host.peers() as [string];
    const honest = await witness.network.blocks.range(peer, { from: 1, count: 5 });
    await Promise.all([witness.stop(), ...network.nodes.map((node) => node.stop())]);
    rmSync(full.path("data"), { recursive: true });
    await full.start();
    for (const { lie, says } of LIES) {
      const load = async (height: number) => {
        const [block, next] = honest.slice(height - 1);
        return block && next && lie(block, next);
      };
      const before = full.log.length;
      const liar = await attack(full, {
        chainId: network.chainId,
        blocks: { status: () => ({ base: 1, height: 5 }), load },
      });
      const left = new RegExp(`block sync leaves this peer.*${says}`);
      await eventually(`a peer left for: ${says}`, () => (left.test(full.log.slice(before)) ? true : undefined));
      await liar.stop();
    }
    expect(await full.height()).toBe(0);
    await network.start([val0, val1]);
    await network.reach((await network.height()) + 1);
    await expectSameState();
  },
  LONGEST_MS,
);
