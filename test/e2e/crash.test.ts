import { cpSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { sha256 } from "@noble/hashes/sha2.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClaimKind, MsgPostClaim, Query, QueryClaimResponse } from "../../proto/gen/openledger/attribution/v1.ts";
import { connect, type TestWallet } from "./client.ts";
import { TestNetwork } from "./network.ts";
import type { TestNode } from "./node.ts";
import { cliJson, eventually, pause } from "./process.ts";
import { lastSigned, loggedBy, type Signed, witnessedVotes } from "./votes.ts";

/** OPENLEDGER_CRASH_SEED repeats a run's victims and moments; OPENLEDGER_CRASHES makes it longer. */
const SEED = process.env.OPENLEDGER_CRASH_SEED ?? "1";
const CRASHES = Number(process.env.OPENLEDGER_CRASHES ?? 10);

/** Crashes with a moment of their own; the others come at a random time within a block. */
const BEFORE_PUBLISH = 2;
const DURING_OPENINGS = 5;
const DURING_RESTART = 7;

const LONGEST_MS = 30 * 60_000;

/** Has no effect until the file is there that killBeforePublishing makes. */
const FAULT = ["--fault-crash", "before-publish"];

let network: TestNetwork;
let alice: TestWallet;
/** Transactions that were in a block once, by hash. */
const committed = new Map<string, number>();
/** What victims had signed last when they died. */
const signed: Signed[] = [];

beforeAll(async () => {
  network = await TestNetwork.create({
    validators: 4,
    accounts: ["alice", "bob"],
    verifiers: ["val0", "val1", "val2", "val3"],
    seed: SEED,
  });
  await network.start(network.nodes, ...FAULT);
  await network.reach(2);
}, LONGEST_MS);

afterAll(() => network?.remove());

/** A number from 0 to `below` - 1 that depends on seed and purpose alone. */
function draw(purpose: string, below: number): number {
  const digest = sha256(new TextEncoder().encode(`${SEED}/${purpose}`));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % below;
}

const others = (victim: TestNode) => network.nodes.filter((node) => node !== victim);

async function pay(node: TestNode): Promise<void> {
  alice = await connect(network, "alice", node);
  const sent = await alice.client.sendTokens(
    alice.address,
    network.account("bob").address,
    [{ denom: "uopen", amount: "7" }],
    "auto",
  );
  expect(sent.code).toBe(0);
  committed.set(sent.transactionHash, sent.height);
}

/** Kills at a random time within a block, wherever the process is. */
async function killAnywhere(victim: TestNode, crash: number): Promise<void> {
  await network.reach((await network.height()) + 1);
  await pause(draw(`delay ${crash}`, 700));
  await victim.kill();
}

/** The sign guard's record of a vote is on disk, nobody has seen the vote. */
async function killBeforePublishing(victim: TestNode): Promise<void> {
  const mark = victim.path("data", "priv_validator_state.bin.crash");
  writeFileSync(mark, "");
  expect(await victim.ended()).toEqual({ code: null, signal: "SIGKILL" });
  rmSync(mark);
}

/** On its way back from an earlier crash, it crashes again: in replay, in block sync, or in its first votes. */
async function killDuringRestart(victim: TestNode, crash: number): Promise<void> {
  await killAnywhere(victim, crash);
  await network.reach((await network.height()) + 5);
  await victim.start(...FAULT);
  await pause(draw(`restart ${crash}`, 1_000));
  await victim.kill();
}

/** A claim's validators have committed to their verdicts, and open them now. */
async function killDuringOpenings(victim: TestNode): Promise<Uint8Array> {
  const [node] = others(victim) as [TestNode];
  const file = `${network.dir}/blob`;
  writeFileSync(file, "what the claim is about");
  const keyring = ["--home", network.keyring, "--keyring-backend", "test", "--node", node.rpc];
  const { id } = await cliJson<{ id: string }>("blob", "put", file, "--from", "alice", ...keyring);
  const value = MsgPostClaim.fromPartial({
    poster: alice.address,
    kind: ClaimKind.CLAIM_KIND_AVAILABILITY,
    subject: Buffer.from(id, "hex"),
    bond: "1000000",
  });
  const posted = await alice.client.signAndBroadcast(alice.address, [{ typeUrl: MsgPostClaim.typeUrl, value }], 1.5);
  expect(posted.code).toBe(0);
  const event = posted.events.find(({ type }) => type === "claim_posted");
  const attribute = (key: string) => event?.attributes.find((entry) => entry.key === key)?.value ?? "";
  await node.reach(Number(attribute("open_end")) - 2);
  await victim.kill();
  return Buffer.from(attribute("claim_id"), "hex");
}

async function claimStatus(node: TestNode, claimId: Uint8Array) {
  const { path, request } = Query.Claim;
  const data = Buffer.from(request.encode(request.fromPartial({ claimId })).finish()).toString("hex");
  const { response } = await node.call<{ response: { code: number; value: string } }>("abci_query", { path, data });
  return QueryClaimResponse.decode(Buffer.from(response.value ?? "", "base64")).outcome?.status;
}

/** Starts the victim again; milliseconds from its start until it is within a block of the others. */
async function comeBack(victim: TestNode): Promise<number> {
  const startedAt = performance.now();
  await victim.start(...FAULT);
  await eventually(`${victim.moniker} caught up`, async () => {
    const [own, best] = await Promise.all([victim.height(), network.height()]);
    return own >= best - 1 ? true : undefined;
  });
  return performance.now() - startedAt;
}

async function expectOneChain(): Promise<void> {
  const { height, hashes } = await network.appHashes();
  expect(new Set(hashes).size, `application hashes of height ${height}: ${hashes}`).toBe(1);
}

test(
  `kill -9 of one validator at ${CRASHES} moments of seed ${SEED}: blocks go on, and it comes back to the same state`,
  async () => {
    await pay(network.nodes[0] as TestNode);
    const seconds: string[] = [];
    for (let crash = 0; crash < CRASHES; crash++) {
      const victim = network.nodes[draw(`victim ${crash}`, 4)] as TestNode;
      const [witness] = others(victim) as [TestNode];
      let claim: Uint8Array | undefined;
      if (crash === BEFORE_PUBLISH) await killBeforePublishing(victim);
      else if (crash === DURING_OPENINGS) claim = await killDuringOpenings(victim);
      else if (crash === DURING_RESTART) await killDuringRestart(victim, crash);
      else await killAnywhere(victim, crash);
      expect(victim.isRunning).toBe(false);
      signed.push(...lastSigned(victim));
      await witness.reach((await witness.height()) + 2);
      await pay(witness);
      const ms = await comeBack(victim);
      seconds.push((ms / 1000).toFixed(1));
      await expectOneChain();
      if (claim) await eventually("the claim is settled", async () => claimStatus(witness, claim as Uint8Array));
    }
    process.stdout.write(`start to caught up, seconds: ${seconds.join(" ")}\n`);
  },
  LONGEST_MS,
);

test(
  "an old copy of a validator's data, put back: it does not contradict what its key signed since",
  async () => {
    const victim = network.nodes[draw("restored", 4)] as TestNode;
    const [witness] = others(victim) as [TestNode];
    const copy = `${network.dir}/old-data`;
    await victim.stop();
    cpSync(victim.path("data"), copy, { recursive: true });
    await comeBack(victim);
    await network.reach((await network.height()) + 4);
    await victim.kill();
    signed.push(...lastSigned(victim), ...loggedBy(victim));
    await witness.reach((await witness.height()) + 2);
    rmSync(victim.path("data"), { recursive: true });
    renameSync(copy, victim.path("data"));
    await comeBack(victim);
    await network.reach((await network.height()) + 4);
    await expectOneChain();
  },
  LONGEST_MS,
);

test(
  "kill -9 of two: the chain waits for them, and goes on with them",
  async () => {
    const [first, second, ...gone] = network.nodes as [TestNode, TestNode, TestNode, TestNode];
    await Promise.all(gone.map((node) => node.kill()));
    const stood = await eventually("no more blocks", async () => {
      const before = await network.height();
      await pause(3_000);
      return (await network.height()) === before ? before : undefined;
    });
    await network.start(gone, ...FAULT);
    await network.reach(stood + 2);
    await expectOneChain();
    for (const node of [first, second]) expect(node.isRunning).toBe(true);
  },
  LONGEST_MS,
);

test(
  "kill -9 of all four: the chain goes on, and nothing that was committed is lost",
  async () => {
    const [first] = network.nodes as [TestNode];
    await pay(first);
    const before = await network.height();
    await Promise.all(network.nodes.map((node) => node.kill()));
    await network.start(network.nodes, ...FAULT);
    await network.reach(before + 2);
    await expectOneChain();
    await pay(first);
    await network.reach(await network.height());
    for (const node of network.nodes) {
      for (const [hash, height] of committed) {
        expect(await node.heightOf(hash)).toBe(height);
      }
    }
  },
  LONGEST_MS,
);

test(
  "no validator ever signed two different votes for one height, round and step",
  async () => {
    for (const node of network.nodes) expect(await node.stop()).toEqual({ code: 0, signal: null });
    const { votes, conflicts } = witnessedVotes(network.nodes, signed);
    expect(conflicts).toEqual([]);
    expect(votes).toBeGreaterThan(100);
    for (const node of network.nodes) expect(node.log).not.toContain("signed two votes");
  },
  LONGEST_MS,
);
