import { beforeEach, describe, expect, test } from "vitest";
import { unwrapInjected } from "../../chain/app/tx/injected-envelope.ts";
import { sha256 } from "../../chain/crypto/hash.ts";
import { batchLeaves, encodeEnvelope, leafOfOpening, openingHash } from "../../modules/attribution/client.ts";
import { CHAIN_ID } from "../../modules/attribution/testing/fixtures.ts";
import {
  Claim,
  ClaimKind,
  ClaimOpening,
  MsgBlockInfo,
  Opening,
  Query,
  ResultOpening,
  Verdict,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import type { Ask } from "./ask.ts";
import type { BlockFacts } from "./block-facts.ts";
import { ClaimsView } from "./claims-view.ts";
import { OpeningPool } from "./pool.ts";

const MEMBERS = [1, 2, 3].map((n) => new Uint8Array(20).fill(n));
const SUBJECT = new TextEncoder().encode("request");
const PAYLOAD = encodeBytes(ResultOpening, {
  query: { classes: [], weightExponent: 0 },
  settlement: { entries: [], unattributed: 10n ** 18n, capExcess: 0n, eligibleClusters: 0 },
  tokens: undefined,
});
const ROOT_HEIGHT = 12n;

const POSTER = "open1host";

/** Claim whose openings belong in blocks 15 to 17. */
const claimOf = (name: string, openEnd = 17n): Claim =>
  Claim.fromPartial({
    id: sha256(new TextEncoder().encode(name)),
    kind: ClaimKind.CLAIM_KIND_RESULT,
    poster: POSTER,
    subject: SUBJECT,
    payloadHash: openingHash({ subject: SUBJECT, poster: POSTER }, PAYLOAD),
    status: 2,
    seedHeight: 10n,
    commitEnd: 14n,
    openEnd,
    committee: MEMBERS.map((validator) => ({ validator, power: 10n })),
    seed: new Uint8Array(32).fill(7),
  });

const CLAIM = claimOf("one");

const leafOf = (member: number, changes: Partial<Opening> = {}): Opening => ({
  claimId: CLAIM.id,
  validator: MEMBERS[member] as Uint8Array,
  verdict: Verdict.VERDICT_ACCEPT,
  own: { a: 1, b: 2 },
  peers: [
    { a: 3, b: 4 },
    { a: 5, b: 6 },
  ],
  salt: new Uint8Array(32).fill(9),
  rootHeight: ROOT_HEIGHT,
  leafIndex: 0,
  leafTotal: 1,
  aunts: [],
  ...changes,
});

const envelope = (opening: Opening) => encodeEnvelope({ opening, claimOpening: undefined });
const posters = (opening = PAYLOAD, claimId = CLAIM.id) =>
  encodeEnvelope({ opening: undefined, claimOpening: { claimId, opening } });

let claims: Claim[];
let roots: { height: bigint; validator: Uint8Array; root: Uint8Array }[];
let height: bigint;
let view: ClaimsView;
let pool: OpeningPool;

/** The chain holds a root over `opening` alone. */
function commit(opening: Opening): Opening {
  const { root } = batchLeaves([leafOfOpening(CHAIN_ID, opening)]);
  roots.push({ height: opening.rootHeight, validator: opening.validator, root });
  return opening;
}

/** Root over two leaves of one member: an equivocation. */
function commitBoth(first: Opening, second: Opening): Opening[] {
  const { root, paths } = batchLeaves([first, second].map((opening) => leafOfOpening(CHAIN_ID, opening)));
  roots.push({ height: first.rootHeight, validator: first.validator, root });
  return [first, second].map((opening, i) => ({
    ...opening,
    leafIndex: i,
    leafTotal: 2,
    aunts: paths[i]?.aunts ?? [],
  }));
}

async function at(newHeight: bigint): Promise<void> {
  height = newHeight;
  await view.load(Number(newHeight));
}

const facts = (changes: Partial<BlockFacts> = {}): BlockFacts => ({
  ...{
    height: Number(height),
    posted: [],
    tallied: [],
    openings: [],
    claimOpenings: [],
    beaconRegistered: false,
    models: [],
  },
  ...changes,
});

function candidate(maxBytes = 1_000_000): MsgBlockInfo | undefined {
  const tx = pool.candidate(maxBytes);
  const bytes = tx && unwrapInjected(MsgBlockInfo.typeUrl, tx);
  return bytes && MsgBlockInfo.decode(bytes);
}

beforeEach(async () => {
  claims = [CLAIM];
  roots = [];
  const ask = (async ({ path }: { path: string }) => {
    if (path === Query.Params.path) return { params: { maxOpeningBytes: 100_000 } };
    return path === Query.OpenClaims.path ? { claims, height } : { roots, height };
  }) as unknown as Ask;
  view = new ClaimsView(ask);
  pool = new OpeningPool(CHAIN_ID, view);
});

describe("an opening", () => {
  test("that leads to its member's root is accepted once, and offered to the next block", async () => {
    const opening = commit(leafOf(0));
    await at(14n);
    expect(pool.add(envelope(opening))).toEqual({ action: "accept" });
    expect(pool.add(envelope(opening))).toEqual({ action: "ignore", code: "known" });
    expect(candidate()).toMatchObject({ height: 15n, openings: [opening], claimOpenings: [] });
  });

  test("is not blamed on its sender when state may explain it", async () => {
    const opening = leafOf(0);
    await at(14n);
    expect(pool.add(envelope(opening))).toEqual({ action: "ignore", code: "no-root" });
    const unknown = { ...opening, claimId: new Uint8Array(32) };
    expect(pool.add(envelope(unknown))).toEqual({ action: "ignore", code: "unknown-claim" });
    await at(17n);
    expect(pool.add(envelope(opening))).toEqual({ action: "ignore", code: "late" });
    await at(11n);
    expect(pool.add(envelope(opening))).toEqual({ action: "ignore", code: "early" });
  });

  test("is blamed on its sender when it is wrong in every state", async () => {
    const opening = commit(leafOf(0));
    await at(14n);
    const reject = (code: string) => ({ action: "reject", code });
    expect(pool.add(new Uint8Array([1, 2, 3]))).toEqual(reject("malformed"));
    const bad: Partial<Opening>[] = [
      { verdict: Verdict.VERDICT_UNSPECIFIED },
      { peers: [] },
      { own: { a: 2 ** 31 - 1, b: 0 } },
      { rootHeight: 14n },
      { validator: new Uint8Array(20).fill(77) },
    ];
    for (const changes of bad) expect(pool.add(envelope({ ...opening, ...changes }))).toEqual(reject("bad-fields"));
    const forged = { ...opening, own: { a: 9, b: 9 } };
    expect(pool.add(envelope(forged))).toEqual(reject("bad-path"));
    expect(pool.bytes).toBe(0);
  });

  test("of a sender one block ahead is held, and taken with the next block", async () => {
    const opening = commit(leafOf(0));
    await at(13n);
    expect(pool.add(envelope(opening))).toEqual({ action: "ignore", code: "early" });
    expect(candidate()).toBeUndefined();
    await at(14n);
    pool.advance(facts());
    expect(candidate()?.openings).toEqual([opening]);
  });

  test("of a second leaf proves an equivocation; a third adds nothing", async () => {
    const leaves = commitBoth(leafOf(0), leafOf(0, { verdict: Verdict.VERDICT_REJECT }));
    await at(14n);
    expect(leaves.map((leaf) => pool.add(envelope(leaf)))).toEqual([{ action: "accept" }, { action: "accept" }]);
    const third = commit(leafOf(0, { rootHeight: 13n, own: { a: 8, b: 8 } }));
    await view.load(14);
    expect(pool.add(envelope(third))).toEqual({ action: "ignore", code: "equivocation-known" });
  });
});

describe("a poster's opening", () => {
  test("is accepted when it hashes to the claim's payload, and stands before the members'", async () => {
    const opening = commit(leafOf(0));
    await at(14n);
    expect(pool.add(envelope(opening))).toEqual({ action: "accept" });
    expect(pool.add(posters())).toEqual({ action: "accept" });
    expect(pool.add(posters())).toEqual({ action: "ignore", code: "known" });
    expect(candidate()).toMatchObject({
      openings: [opening],
      claimOpenings: [{ claimId: CLAIM.id, opening: PAYLOAD }],
    });
    const smallest = ClaimOpening.encode({ claimId: CLAIM.id, opening: PAYLOAD }).finish().length + 10;
    expect(candidate(smallest)).toMatchObject({ openings: [], claimOpenings: [{ opening: PAYLOAD }] });
  });

  test("is blamed on its sender when it is another, malformed, or there is nothing to open", async () => {
    const junk = new Uint8Array([255]);
    const junkClaim = claimOf("junk");
    const withJunk = { ...junkClaim, payloadHash: openingHash(junkClaim, junk) };
    const copied = { ...claimOf("copied"), poster: "open1thief" };
    const withoutPayload = { ...claimOf("none"), payloadHash: new Uint8Array(0) };
    claims.push(withJunk, withoutPayload, copied);
    await at(14n);
    const reject = (code: string) => ({ action: "reject", code });
    expect(pool.add(posters(junk))).toEqual(reject("bad-payload"));
    expect(pool.add(posters(PAYLOAD, copied.id))).toEqual(reject("bad-payload"));
    expect(pool.add(posters(junk, withJunk.id))).toEqual(reject("bad-payload"));
    expect(pool.add(posters(PAYLOAD, withoutPayload.id))).toEqual(reject("nothing-to-open"));
  });
});

describe("the pool", () => {
  test("no longer offers what a block holds, whoever proposed it", async () => {
    const [mine, theirs] = [commit(leafOf(0)), commit(leafOf(1))];
    await at(14n);
    pool.add(envelope(mine));
    await at(15n);
    pool.advance(facts({ openings: [mine, theirs] }));
    expect(candidate()).toBeUndefined();
    expect(pool.isIncluded(CLAIM.id, mine.validator)).toBe(true);
    expect(pool.isIncluded(CLAIM.id, MEMBERS[2] as Uint8Array)).toBe(false);
    expect(pool.add(envelope(theirs))).toEqual({ action: "ignore", code: "known" });
  });

  test("forgets claims whose window is over, and claims that were tallied", async () => {
    const opening = commit(leafOf(0));
    await at(14n);
    pool.add(envelope(opening));
    expect(pool.bytes).toBeGreaterThan(0);
    await at(17n);
    pool.advance(facts());
    expect(pool.bytes).toBe(0);
  });

  test("offers the earliest deadline first, within the bytes of a block", async () => {
    const later = { ...claimOf("later"), openEnd: 18n };
    claims.push(later);
    const first = commit(leafOf(0));
    const second = commit(leafOf(1, { claimId: later.id }));
    await at(14n);
    for (const opening of [second, first]) expect(pool.add(envelope(opening))).toEqual({ action: "accept" });
    expect(candidate()?.openings).toEqual([first, second]);
    expect(candidate(Opening.encode(first).finish().length + 20)?.openings).toEqual([first]);
    expect(candidate(10)).toBeUndefined();
  });
});
