import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClaimKind, ClaimStatus, MsgPostClaim, Query } from "../../proto/gen/openledger/attribution/v1.ts";
import { attack, joined, writeRaw, writeTcp } from "./attacker.ts";
import { connect, type TestWallet } from "./client.ts";
import { TestNetwork } from "./network.ts";
import type { TestNode } from "./node.ts";
import { cli, cliJson, eventually } from "./process.ts";

const LONGEST_MS = 10 * 60_000;

let network: TestNetwork;
let node: TestNode;
let follower: TestNode;
let alice: TestWallet;

beforeAll(async () => {
  network = await TestNetwork.create({ validators: 1, fullNodes: 1, accounts: ["alice", "bob"], verifiers: ["val0"] });
  [node, follower] = network.nodes as [TestNode, TestNode];
  await network.start();
  await network.reach(2);
  alice = await connect(network, "alice", node);
}, LONGEST_MS);

afterAll(async () => {
  alice?.client.disconnect();
  await network?.remove();
});

/** Whatever was thrown at them: both processes run, go on, and agree. */
async function expectHealthy(): Promise<void> {
  for (const each of network.nodes) expect(each.isRunning, each.log.slice(-2_000)).toBe(true);
  await network.reach((await network.height()) + 2);
  expect(new Set((await network.appHashes()).hashes).size).toBe(1);
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

describe("blobs", () => {
  let id: string;
  let file: string;
  const keyring = () => ["--home", network.keyring, "--keyring-backend", "test", "--node", node.rpc];

  beforeAll(async () => {
    file = `${network.dir}/blob`;
    writeFileSync(file, randomBytes(5_000));
    ({ id } = await cliJson<{ id: string }>("blob", "put", file, "--from", "alice", ...keyring()));
  }, LONGEST_MS);

  test(
    "an upload without a signature, over the limit, or signed for other bytes is refused",
    async () => {
      expect(await node.post("hello", "/blobs")).toMatchObject({
        status: 400,
        text: expect.stringContaining("x-openledger-account"),
      });
      expect(await node.announce(4 * 1024 * 1024 + 1, "/blobs")).toBe(413);
      const { address, mnemonic } = network.account("alice");
      const wallet = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: "open" });
      const [account] = await wallet.getAccounts();
      const headers = {
        "x-openledger-account": address,
        "x-openledger-pubkey": base64(account?.pubkey ?? new Uint8Array(0)),
        "x-openledger-signature": base64(randomBytes(64)),
        "x-openledger-expiry": String(Math.floor(Date.now() / 1000) + 60),
      };
      const forged = await fetch(`${node.rpc}/blobs`, { method: "POST", headers, body: "other bytes" });
      expect([forged.status, await forged.json()]).toMatchObject([401, { code: "bad-signature" }]);
      const stranger = await cli("blob", "put", file, "--from", "nobody", ...keyring());
      expect(stranger.code).not.toBe(0);
      expect(stranger.stderr).toContain("nobody");
    },
    LONGEST_MS,
  );

  test(
    "a download of what is no id, or of what nobody has, says so",
    async () => {
      expect((await node.get("/blobs/zz")).status).toBe(400);
      const missing = await node.get(`/blobs/${"00".repeat(32)}`);
      expect(missing.status).toBe(404);
      expect(Buffer.from(missing.bytes).toString()).toContain("peers were asked");
    },
    LONGEST_MS,
  );

  test(
    "a blob that was damaged on disk is never served: it comes from a peer again, or is missing",
    async () => {
      expect((await follower.get(`/blobs/${id}`)).status).toBe(200);
      const stored = (each: TestNode) => each.path("data", "blobs", "objects", id.slice(0, 2));
      const damage = (each: TestNode) => {
        const name = readdirSync(stored(each)).find((entry) => entry.startsWith(id)) as string;
        writeFileSync(`${stored(each)}/${name}`, randomBytes(5_000));
      };
      damage(node);
      const healed = await node.get(`/blobs/${id}`);
      expect([healed.status, Buffer.from(healed.bytes).equals(readFileSync(file))]).toEqual([200, true]);
      damage(node);
      damage(follower);
      expect((await node.get(`/blobs/${id}`)).status).toBe(404);
      expect(existsSync(node.path("data", "blobs", "corrupt"))).toBe(true);
      await expectHealthy();
    },
    LONGEST_MS,
  );

  test(
    "a claim about a blob that nobody has ends without a verdict, and its bond comes back",
    async () => {
      const escrowed = 1_000_000n;
      const value = MsgPostClaim.fromPartial({
        poster: alice.address,
        kind: ClaimKind.CLAIM_KIND_AVAILABILITY,
        subject: randomBytes(32),
        bond: String(escrowed),
      });
      const fee = { amount: [{ denom: "uopen", amount: "1000" }], gas: "1000000" };
      const before = BigInt((await alice.client.getBalance(alice.address, "uopen")).amount);
      const posted = await alice.client.signAndBroadcast(
        alice.address,
        [{ typeUrl: MsgPostClaim.typeUrl, value }],
        fee,
      );
      expect(posted).toMatchObject({ code: 0 });
      const claimId = posted.events
        .find(({ type }) => type === "claim_posted")
        ?.attributes.find(({ key }) => key === "claim_id")?.value;
      const status = await eventually("the claim's outcome", async () => {
        const { path, request: question, response: reply } = Query.Claim;
        const data = Buffer.from(
          question.encode(question.fromPartial({ claimId: Buffer.from(claimId ?? "", "hex") })).finish(),
        );
        const { response } = await node.call<{ response: { value: string | null } }>("abci_query", {
          path,
          data: data.toString("hex"),
        });
        return reply.decode(Buffer.from(response.value ?? "", "base64")).outcome?.status;
      });
      expect(status).toBe(ClaimStatus.CLAIM_STATUS_NO_QUORUM);
      const after = BigInt((await alice.client.getBalance(alice.address, "uopen")).amount);
      expect(before - after).toBe(1000n);
    },
    LONGEST_MS,
  );

  test(
    "openings that are none are refused",
    async () => {
      const garbage = await node.post(new Uint8Array(randomBytes(200)), "/openings");
      expect([garbage.status, JSON.parse(garbage.text)]).toEqual([200, { accepted: false, reason: "malformed" }]);
      expect((await node.post("", "/openings")).status).toBe(400);
      expect(await node.announce(100_000, "/openings")).toBe(413);
      await expectHealthy();
    },
    LONGEST_MS,
  );
});

describe("peers", () => {
  test(
    "bytes that are no handshake only close their connection",
    async () => {
      await Promise.all([writeTcp(node, randomBytes(5_000)), writeTcp(node, Buffer.from("GET / HTTP/1.1\r\n\r\n"))]);
      await expectHealthy();
    },
    LONGEST_MS,
  );

  test(
    "a peer of another genesis is refused, and both logs say why",
    async () => {
      const stranger = await attack(node, {
        chainId: network.chainId,
        genesisHash: new Uint8Array(32).fill(7),
        moniker: "stranger",
      });
      const says = `wrong genesis: it runs chain "${network.chainId}" with genesis 070707070707`;
      await eventually("the refusal", () => (node.log.includes(says) ? true : undefined));
      await eventually("the stranger's log", () =>
        JSON.stringify(stranger.log.lines).includes("wrong genesis") ? true : undefined,
      );
      expect(stranger.network.streams.peers()).toEqual([]);
      await stranger.stop();
    },
    LONGEST_MS,
  );

  test(
    "garbage on every stream protocol and topic: the sender is banned, the network goes on",
    async () => {
      const attacker = await attack(node, { chainId: network.chainId });
      await joined(attacker);
      const { network: own, protocols } = attacker;
      const frame = (length: number) => {
        const bytes = randomBytes(4 + length);
        bytes.writeUInt32BE(length);
        return new Uint8Array(bytes);
      };
      await writeRaw(attacker, protocols.blocks, [randomBytes(64), frame(40), frame(10_000)]);
      await writeRaw(attacker, protocols.blobs, [randomBytes(64), frame(40), frame(10_000)]);
      await own.host.gossip.publish(protocols.txTopic, randomBytes(500)).catch(() => undefined);
      await own.host.gossip.publish(protocols.openingTopic, randomBytes(500)).catch(() => undefined);
      own.txs.publish(new Uint8Array(randomBytes(300)));
      for (let i = 0; i < 200 && attacker.isConnected(); i++) own.streams.broadcast(new Uint8Array(randomBytes(200)));
      await eventually("the ban", () => (attacker.isConnected() ? undefined : true));
      expect(node.log).toContain("peer banned for a while");
      await attacker.stop();
      await expectHealthy();
    },
    LONGEST_MS,
  );

  test(
    "a peer that claims absurd heights and serves false blocks stops nobody",
    async () => {
      const { sync_info } = await follower.status();
      const top = Number(sync_info.latest_block_height);
      const forged = { block: new Uint8Array(randomBytes(500)), extendedCommit: new Uint8Array(randomBytes(500)) };
      const liars = [
        await attack(follower, {
          chainId: network.chainId,
          blocks: { status: () => ({ base: 1, height: Number.MAX_SAFE_INTEGER }), load: async () => forged },
        }),
        await attack(follower, {
          chainId: network.chainId,
          blocks: { status: () => ({ base: 1, height: top + 1_000 }), load: async () => undefined },
        }),
      ];
      await eventually("the liar is left", () =>
        follower.log.includes("block sync leaves this peer") ? true : undefined,
      );
      await expectHealthy();
      await Promise.all(liars.map((liar) => liar.stop()));
      expect(new Set((await network.appHashes()).hashes).size).toBe(1);
    },
    LONGEST_MS,
  );
});
