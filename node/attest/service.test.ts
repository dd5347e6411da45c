import { describe, expect, test } from "vitest";
import { decodeEnvelope, decodeExtension } from "../../modules/attribution/client.ts";
import { ClaimStatus, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import { abstained, accepted, rejected } from "./attester.ts";
import { Lab, settle } from "./testing/lab.ts";

const WITNESS = new Float64Array([1, 2, 3]);

/** Blocks after the post until the tally: seed 3, commit 4, open 3. */
const UNTIL_TALLY = 10;
/** Blocks after the post until its seed is known. */
const UNTIL_SEED = 3;

const rootOf = (extension: Uint8Array) => decodeExtension(extension).root;

describe("a claim", () => {
  test("is examined, committed, opened and accepted by all; every member is told of the others' openings", async () => {
    const lab = await Lab.start();
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    expect(lab.claim(id).outcome?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
    for (const index of lab.members.keys()) {
      expect(lab.memberOf(id, index)).toMatchObject({ answered: true, voided: false, verdict: Verdict.VERDICT_ACCEPT });
      expect(lab.member(index).attester.seen.length).toBe(lab.members.length);
    }
  });

  test("of a large committee is answered for by six peers each, and nobody is voided but a guesser", async () => {
    const lab = await Lab.start(["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
    lab.member(4).attester.examine = () => Promise.resolve(accepted(new Float64Array([9, 9, 9])));
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    expect(lab.claim(id).outcome?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
    for (const index of lab.members.keys()) {
      expect(lab.memberOf(id, index)).toMatchObject({ answered: true, voided: index === 4 });
    }
  });

  test("whose committee is drawn with its seed is examined by the members that were drawn, and by nobody else", async () => {
    const lab = await Lab.start(["a", "b", "c", "d", "e", "f"], { committeeSize: 4 });
    const examined: number[] = [];
    for (const [index, { attester }] of lab.members.entries()) {
      const { examine } = attester;
      attester.examine = (claim) => {
        examined.push(index);
        return examine(claim);
      };
    }
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    const { outcome } = lab.claim(id);
    expect(outcome?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
    expect(outcome?.members.map(({ answered, power }) => [answered, power])).toEqual(Array(4).fill([true, 1n]));
    expect(examined).toHaveLength(4);
  });

  test("is rejected when the members find it wrong", async () => {
    const lab = await Lab.start();
    for (const { attester } of lab.members) attester.examine = () => Promise.resolve(rejected("wrong", WITNESS));
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    expect(lab.claim(id).outcome?.status).toBe(ClaimStatus.CLAIM_STATUS_REJECTED);
  });

  test("is tried again with each block while its blob is missing, and attested once it is there", async () => {
    const lab = await Lab.start();
    const { attester } = lab.member(0);
    const { examine } = attester;
    let attempts = 0;
    attester.examine = (claim) => (++attempts < 4 ? Promise.resolve(abstained("missing", true)) : examine(claim));
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    expect(attempts).toBe(4);
    expect(lab.memberOf(id, 0)).toMatchObject({ verdict: Verdict.VERDICT_ACCEPT, voided: false });
  });

  test("whose blob stays missing gets an abstention at the last height that counts", async () => {
    const lab = await Lab.start();
    lab.member(0).attester.examine = () => Promise.resolve(abstained("missing", true));
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    expect(lab.memberOf(id, 0)).toMatchObject({ answered: true, verdict: Verdict.VERDICT_ABSTAIN });
    expect(lab.claim(id).outcome?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  });

  test("that fails in the attester is tried again, and an answer that never comes is silence", async () => {
    const lab = await Lab.start();
    lab.member(0).attester.sketches = () => Promise.reject(new Error("worker lost"));
    lab.member(1).attester.examine = () => new Promise(() => undefined);
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    expect(lab.memberOf(id, 0)).toMatchObject({ answered: false });
    expect(lab.memberOf(id, 1)).toMatchObject({ answered: false });
  });
});

describe("extensions", () => {
  test("hold no root before the seed exists, and one root with the reveal after it", async () => {
    const lab = await Lab.start();
    await lab.post();
    const before = await lab.member(0).service.extensionFor(lab.chain.height + 1);
    expect(rootOf(before).length).toBe(0);
    expect(decodeExtension(before).reveal.length).toBe(32);
    await lab.blocks(UNTIL_SEED);
    expect(rootOf(await lab.member(0).service.extensionFor(lab.chain.height + 1)).length).toBe(32);
  });

  test("are the same bytes for one height, also after kill -9 between fsync and publish", async () => {
    const lab = await Lab.start();
    const id = await lab.post();
    await lab.blocks(UNTIL_SEED);
    const height = lab.chain.height + 1;
    const member = lab.member(0);
    const first = await member.service.extensionFor(height);
    expect(await member.service.extensionFor(height)).toEqual(first);
    await member.start();
    expect(await member.service.extensionFor(height)).toEqual(first);
    await lab.blocks(UNTIL_TALLY - UNTIL_SEED);
    expect(lab.memberOf(id, 0)).toMatchObject({ answered: true, voided: false, equivocated: false });
  });

  test("of a restarted member hold the leaf that it was bound to, not a new one", async () => {
    const lab = await Lab.start();
    const id = await lab.post();
    await lab.blocks(UNTIL_SEED);
    const member = lab.member(0);
    member.votes = false;
    await lab.block();
    await member.start();
    member.votes = true;
    await lab.blocks(UNTIL_TALLY - UNTIL_SEED - 1);
    expect(lab.memberOf(id, 0)).toMatchObject({ answered: true, voided: false, equivocated: false });
    const salts = member.published.map((bytes) => decodeEnvelope(bytes).opening?.salt);
    expect(new Set(salts.map(String)).size).toBe(1);
  });

  test("repeat leaves whose root missed its block until one is in a block, then no longer", async () => {
    const lab = await Lab.start();
    await lab.post();
    await lab.blocks(UNTIL_SEED);
    const member = lab.member(0);
    const roots: number[] = [];
    for (const votes of [false, true, true]) {
      member.votes = votes;
      roots.push(rootOf(await member.service.extensionFor(lab.chain.height + 1)).length);
      await lab.block();
    }
    // Whether a root is in a block is known two heights later: the second is sent before, the third because it is missing.
    expect(roots).toEqual([32, 32, 32]);
    expect(rootOf(await member.service.extensionFor(lab.chain.height + 1)).length).toBe(0);
  });

  test("are not given when the disk does not take what they bind to", async () => {
    const lab = await Lab.start();
    await lab.post();
    await lab.blocks(UNTIL_SEED);
    const member = lab.member(0);
    const height = lab.chain.height + 1;
    member.diskFails = true;
    await expect(member.service.extensionFor(height)).rejects.toThrow("disk full");
    member.diskFails = false;
    await member.start();
    await settle();
    expect(rootOf(await member.service.extensionFor(height)).length).toBe(32);
  });
});

describe("openings", () => {
  test("are published with every block until a block holds them", async () => {
    const lab = await Lab.start();
    const id = await lab.post();
    const [proposer, member] = [lab.member(0), lab.member(1)];
    // commit_end is seven blocks after the post; the openings stand in the three blocks after it.
    lab.delivers = (from, to) => !(from === member && to === proposer);
    await lab.blocks(8);
    expect(member.published.length).toBe(2);
    lab.delivers = () => true;
    await lab.blocks(2);
    expect(member.published.length).toBe(3);
    expect(lab.memberOf(id, 1)).toMatchObject({ answered: true });
  });

  test("of many claims are found by a member that starts in the middle", async () => {
    const lab = await Lab.start();
    const ids = [await lab.post("one"), await lab.post("two")];
    await lab.blocks(6);
    await lab.member(2).start();
    lab.proposer = 2;
    await lab.blocks(5);
    for (const id of ids) {
      expect(lab.claim(id).outcome?.status).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
      for (const index of lab.members.keys()) expect(lab.memberOf(id, index)).toMatchObject({ answered: true });
    }
  });

  test("of accepted witnesses that differ void their member", async () => {
    const lab = await Lab.start();
    lab.member(3).attester.examine = () => Promise.resolve(accepted(WITNESS));
    const id = await lab.post();
    await lab.blocks(UNTIL_TALLY);
    expect(lab.memberOf(id, 3)).toMatchObject({ voided: true });
    expect(lab.memberOf(id, 0)).toMatchObject({ voided: false });
  });
});
