import { describe, expect, test } from "vitest";
import type { ExtendedCommitInfo } from "../../chain/app/injected.ts";
import { voteExtensionSignBytes } from "../../chain/codec/sign-bytes.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { signEd25519 } from "../../chain/crypto/keys.ts";
import { ClaimKind, ClaimStatus, Msg, MsgBlockInfo, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import { encodeBytes, type Partially } from "../../proto/runtime.ts";
import { encodeExtension } from "./extension.ts";
import { type Behaviour, blobId, Network } from "./testing/agents.ts";
import { account, CHAIN_ID, hashOf } from "./testing/fixtures.ts";

const NONE = new Uint8Array(0);

function network(
  behaviours: readonly Behaviour[] = ["honest", "honest", "honest", "honest"],
  state?: Record<string, unknown>,
) {
  const specs = behaviours.map((behaviour, i) => ({ name: `val-${i}`, power: 10, behaviour }));
  return new Network(specs, state ? { state } : {});
}

function post(net: Network, blob = "a blob"): Uint8Array {
  let id: Uint8Array = NONE;
  net.block((ctx) => {
    const claim = {
      poster: account("ann"),
      kind: ClaimKind.CLAIM_KIND_AVAILABILITY,
      subject: blobId(blob),
      bond: "1000000",
    };
    id = net.chain.send(ctx, Msg.PostClaim, claim).claimId;
  });
  return id;
}

/** The next block's transaction 0 as an honest proposer makes it. */
function prepare(
  net: Network,
  commit: ExtendedCommitInfo = net.chain.commitOf(net.votes),
  changes: { candidates?: Uint8Array; maxBytes?: number } = {},
): MsgBlockInfo {
  const height = net.chain.height + 1;
  const candidates = encodeBytes(MsgBlockInfo, net.pool());
  const input = { height, lastCommit: commit, candidates, maxBytes: 1_000_000, ...changes };
  return MsgBlockInfo.decode(net.chain.attribution.injected.prepare(net.chain.context("prepare", height), input));
}

/** Codespace and code with which ProcessProposal refuses a message, undefined when it takes it. */
function refusal(
  net: Network,
  message: Partially<MsgBlockInfo> | Uint8Array,
  commit = net.chain.commitOf(net.votes),
): string | undefined {
  const bytes = message instanceof Uint8Array ? message : encodeBytes(MsgBlockInfo, MsgBlockInfo.fromPartial(message));
  const ctx = net.chain.context("process", net.chain.height + 1);
  try {
    net.chain.attribution.injected.process(ctx, bytes, commit);
    return undefined;
  } catch (error) {
    const { codespace, code } = error as { codespace: string; code: number };
    return `${codespace}/${code}`;
  }
}

describe("transaction 0: votes", () => {
  const net = network();
  net.blocks(3);
  const good = prepare(net);
  const change = (index: number, fields: object) => ({
    ...good,
    votes: good.votes.map((vote, i) => (i === index ? { ...vote, ...fields } : vote)),
  });

  test("what an honest proposer prepares is taken", () => {
    expect(refusal(net, good)).toBeUndefined();
    expect(good.votes.map(({ validator }) => toHex(validator))).toEqual(
      net.chain.staking.setAt(net.chain.context(), 3)?.map(({ address }) => toHex(address)),
    );
  });

  test("another height, another round and bytes that are not canonical are refused", () => {
    expect(refusal(net, { ...good, height: good.height + 1n })).toBe("attribution/15");
    expect(refusal(net, { ...good, round: 1 })).toBe("attribution/15");
    expect(refusal(net, Uint8Array.of(...encodeBytes(MsgBlockInfo, good), 0x78, 1))).toBe("attribution/15");
    expect(refusal(net, NONE)).toBe("attribution/15");
  });

  test("a missing, repeated, reordered or strange vote is refused", () => {
    expect(refusal(net, { ...good, votes: good.votes.slice(1) })).toBe("attribution/15");
    expect(refusal(net, { ...good, votes: [...good.votes, ...good.votes.slice(0, 1)] })).toBe("attribution/15");
    expect(refusal(net, { ...good, votes: [...good.votes].reverse() })).toBe("attribution/15");
    expect(refusal(net, change(1, { validator: new Uint8Array(20) }))).toBe("attribution/15");
    expect(refusal(net, { ...good, votes: [] })).toBe("attribution/15");
  });

  test("flags are those of the block's own last commit", () => {
    expect(refusal(net, change(0, { flag: 1, extension: NONE, signature: NONE }))).toBe("attribution/15");
    const commit = net.chain.commitOf(net.votes);
    const votes = commit.votes.map((vote, i) => (i === 0 ? { ...vote, flag: 9 } : vote));
    expect(refusal(net, change(0, { flag: 9 }), { ...commit, votes })).toBe("attribution/15");
  });

  test("an extension that its validator did not sign for this height is refused", () => {
    const [vote] = good.votes;
    const { keys } = net.agents.find(
      ({ keys: k }) => toHex(k.address) === toHex(vote?.validator ?? NONE),
    ) as Network["agents"][0];
    const extension = encodeExtension({ root: hashOf("root"), reveal: NONE });
    expect(refusal(net, change(0, { extension }))).toBe("attribution/15");
    const signed = (height: number, chainId = CHAIN_ID) =>
      signEd25519(keys.secretKey, voteExtensionSignBytes(chainId, { extension, height, round: 0 }));
    expect(refusal(net, change(0, { extension, signature: signed(2) }))).toBe("attribution/15");
    expect(refusal(net, change(0, { extension, signature: signed(3, "another-chain") }))).toBe("attribution/15");
    expect(refusal(net, change(0, { extension, signature: signed(3) }))).toBeUndefined();
  });

  test("a signed extension that is not canonical is refused", () => {
    const [vote] = good.votes;
    const { keys } = net.agents.find(
      ({ keys: k }) => toHex(k.address) === toHex(vote?.validator ?? NONE),
    ) as Network["agents"][0];
    const extension = Uint8Array.of(0x18, 1);
    const signature = signEd25519(keys.secretKey, voteExtensionSignBytes(CHAIN_ID, { extension, height: 3, round: 0 }));
    expect(refusal(net, change(0, { extension, signature }))).toBe("attribution/16");
  });

  test("one of four extensions may be missing, two may not", () => {
    const without = (count: number) => ({
      ...good,
      votes: good.votes.map((vote, i) => (i < count ? { ...vote, extension: NONE, signature: NONE } : vote)),
    });
    expect(refusal(net, without(1))).toBeUndefined();
    expect(refusal(net, without(2))).toBe("attribution/17");
    expect(refusal(net, change(0, { signature: NONE }))).toBe("attribution/15");
  });

  test("a proposer leaves out an extension that others would refuse, and does not propose without two thirds", () => {
    const commit = net.chain.commitOf(net.votes);
    const spoil = (count: number) => ({
      ...commit,
      votes: commit.votes.map((vote, i) => (i < count ? { ...vote, extensionSignature: new Uint8Array(64) } : vote)),
    });
    const prepared = prepare(net, spoil(1));
    expect(prepared.votes[0]).toMatchObject({ flag: 2, extension: NONE, signature: NONE });
    expect(refusal(net, prepared)).toBeUndefined();
    expect(() => prepare(net, spoil(2))).toThrow("more than two thirds");
  });

  test("the first block carries no votes", () => {
    const fresh = network();
    expect(prepare(fresh)).toMatchObject({ height: 1n, votes: [] });
    expect(refusal(fresh, { height: 1n, votes: good.votes })).toBe("attribution/15");
  });
});

describe("transaction 0: openings", () => {
  function inWindow(): { net: Network; id: Uint8Array } {
    const net = network();
    const id = post(net);
    net.blocks(7);
    return { net, id };
  }

  test("the pool's openings go in by claim and validator, each once; garbage is left out", () => {
    const { net, id } = inWindow();
    const pool = net.pool();
    const spoiled = pool.openings.map((opening) => ({ ...opening, salt: new Uint8Array(32) }));
    const unknown = pool.openings.map((opening) => ({ ...opening, claimId: new Uint8Array(32) }));
    const openings = [...spoiled, ...pool.openings, ...unknown, ...pool.openings];
    const candidates = encodeBytes(MsgBlockInfo, { ...pool, openings });
    const prepared = prepare(net, undefined, { candidates });
    const addresses = net.agents.map(({ keys }) => toHex(keys.address)).sort();
    expect(prepared.openings.map(({ validator }) => toHex(validator))).toEqual(addresses);
    expect(prepared.openings.every(({ claimId }) => toHex(claimId) === toHex(id))).toBe(true);
    expect(prepare(net, undefined, { candidates: Uint8Array.of(1, 2, 3) }).openings).toEqual([]);
  });

  test("the byte limit of the block holds", () => {
    const { net } = inWindow();
    const votes = encodeBytes(MsgBlockInfo, { ...prepare(net), openings: [] }).length;
    const prepared = prepare(net, undefined, { maxBytes: votes + 400 });
    expect(prepared.openings).toHaveLength(2);
    expect(encodeBytes(MsgBlockInfo, prepared).length).toBeLessThanOrEqual(votes + 400);
  });

  test("an opening before the window, after it, twice, or of a stranger is refused", () => {
    const { net } = inWindow();
    const good = prepare(net);
    const [first] = good.openings;
    const early = network();
    post(early);
    early.blocks(6);
    expect(
      refusal(early, {
        ...prepare(early),
        openings: early.agents.flatMap((a) => a.openings(net.chain.openClaims(), 9)).slice(0, 1),
      }),
    ).toBe("attribution/9");
    expect(refusal(net, { ...good, openings: [first, first] as never })).toBe("attribution/13");
    expect(refusal(net, { ...good, openings: [{ ...first, validator: new Uint8Array(20) }] })).toBe("attribution/10");
    expect(refusal(net, { ...good, openings: [{ ...first, claimId: new Uint8Array(32) }] })).toBe("attribution/2");
    net.blocks(3);
    expect(refusal(net, { ...prepare(net), openings: [first] as never })).toBe("attribution/9");
  });

  test("an opening whose fields or path do not fit is refused", () => {
    const { net } = inWindow();
    const good = prepare(net);
    const [first] = good.openings;
    const spoil = (fields: object) => refusal(net, { ...good, openings: [{ ...first, ...fields }] });
    expect(spoil({ verdict: Verdict.VERDICT_REJECT })).toBe("attribution/11");
    expect(spoil({ verdict: Verdict.VERDICT_ABSTAIN })).toBe("attribution/11");
    expect(spoil({ verdict: Verdict.VERDICT_UNSPECIFIED })).toBe("attribution/11");
    expect(spoil({ own: undefined })).toBe("attribution/11");
    expect(spoil({ own: { a: 2 ** 31 - 1, b: 0 } })).toBe("attribution/11");
    expect(spoil({ peers: [] })).toBe("attribution/11");
    expect(spoil({ salt: new Uint8Array(31) })).toBe("attribution/11");
    expect(spoil({ rootHeight: 3n })).toBe("attribution/11");
    expect(spoil({ rootHeight: 8n })).toBe("attribution/11");
    expect(spoil({ rootHeight: 2n ** 63n })).toBe("attribution/11");
    expect(spoil({ leafIndex: 1 })).toBe("attribution/11");
    expect(spoil({ aunts: Array.from({ length: 40 }, () => new Uint8Array(32)) })).toBe("attribution/11");
    expect(spoil({ aunts: [new Uint8Array(3)] })).toBe("attribution/11");
  });

  test("more bytes of openings than the parameter allows are refused whole", () => {
    const { net } = inWindow();
    const claimOpenings = Array.from({ length: 270 }, () => ({ claimId: hashOf("x"), opening: new Uint8Array(8_000) }));
    expect(refusal(net, { ...prepare(net), claimOpenings })).toBe("attribution/18");
  });

  test("an opening of the poster for a kind that has none is refused", () => {
    const { net, id } = inWindow();
    expect(refusal(net, { ...prepare(net), claimOpenings: [{ claimId: id, opening: NONE }] })).toBe("attribution/11");
  });
});

describe("transaction 0: delivery skips what Process would have refused", () => {
  test("a malformed single opening or vote is left out, the others count (I15)", () => {
    const net = network();
    const id = post(net);
    net.blocks(7);
    net.block(undefined, {
      tamper: (bytes) => {
        const message = MsgBlockInfo.decode(bytes);
        const openings = message.openings.map((opening, i) => (i === 1 ? { ...opening, salt: NONE } : opening));
        const votes = message.votes.map((vote, i) => (i === 0 ? { ...vote, signature: new Uint8Array(64) } : vote));
        return encodeBytes(MsgBlockInfo, { ...message, openings, votes });
      },
    });
    expect(net.chain.failure).toBeUndefined();
    expect([...net.chain.attribution.keeper.openingsOf(net.chain.context(), id)]).toHaveLength(3);
    net.blocks(2);
    expect(net.chain.attribution.claims.status(net.chain.context(), id)).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  });

  test("a malformed message fails as a whole: the block has a result, a beacon, and claims go on", () => {
    const net = network();
    const id = post(net);
    net.block(undefined, { tamper: () => Uint8Array.of(9, 9, 9) });
    expect(net.chain.failure).toMatchObject({ codespace: "attribution", code: 15 });
    expect(net.chain.attribution.keeper.beacon(net.chain.context()).height).toBe(2n);
    net.block(undefined, { tamper: () => encodeBytes(MsgBlockInfo, MsgBlockInfo.fromPartial({ height: 99n })) });
    expect(net.chain.failure).toMatchObject({ code: 15 });
    net.blocks(8);
    expect(net.chain.attribution.claims.status(net.chain.context(), id)).toBe(ClaimStatus.CLAIM_STATUS_ACCEPTED);
  });

  test("a validator whose reveal is wrong or missing loses nothing but its part in the beacon", () => {
    const net = network(["honest", "honest", "honest", "offline"]);
    net.blocks(4);
    const chains = [...net.chain.attribution.keeper.chains(net.chain.context())];
    const heights = new Map(chains.map(({ validator, lastHeight }) => [toHex(validator), lastHeight]));
    expect(net.agents.map(({ keys }) => heights.get(toHex(keys.address)))).toEqual([3n, 3n, 3n, 0n]);
  });
});
