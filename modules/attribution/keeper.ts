import type { Context } from "../../chain/app/context.ts";
import type { KvStore } from "../../chain/store/kv.ts";
import {
  type AttestationRecord,
  type BeaconChain,
  type BeaconRecord,
  type Claim,
  type ClaimKind,
  ClaimStatus,
  type Equivocation,
  type Outcome,
  type Params,
  type RecordedOpening,
  type RootRecord,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { feeOf } from "./attest-fee.ts";
import { genesisBeacon } from "./beacon.ts";
import { errors } from "./errors.ts";
import { ATTRIBUTION, memberKey, tables } from "./keys.ts";
import { BEACON_HISTORY } from "./limits.ts";

const NO_BYTES = new Uint8Array(0);

/** The only reader and writer of the module's keys (influence scores: influence.ts). Rules are in the files beside it. */
export class AttributionKeeper {
  #kv(ctx: Context): KvStore {
    return ctx.kv(ATTRIBUTION);
  }

  params(ctx: Context): Params {
    return tables.params.require(this.#kv(ctx));
  }

  setParams(ctx: Context, params: Params): void {
    tables.params.set(this.#kv(ctx), params);
  }

  /** The newest beacon; beacon(0) before the first block. */
  beacon(ctx: Context): BeaconRecord {
    return tables.beacon.get(this.#kv(ctx)) ?? { height: 0n, beacon: genesisBeacon(ctx.chainId) };
  }

  beaconAt(ctx: Context, height: number): Uint8Array | undefined {
    return tables.history.get(this.#kv(ctx), height);
  }

  saveBeacon(ctx: Context, height: number, beacon: Uint8Array): void {
    const kv = this.#kv(ctx);
    tables.beacon.set(kv, { height: BigInt(height), beacon });
    tables.history.set(kv, height, beacon);
    if (height >= BEACON_HISTORY) tables.history.remove(kv, height - BEACON_HISTORY);
  }

  *beacons(ctx: Context): Generator<BeaconRecord> {
    for (const [height, beacon] of tables.history.iterate(this.#kv(ctx))) yield { height: BigInt(height), beacon };
  }

  chain(ctx: Context, validator: Uint8Array): BeaconChain | undefined {
    return tables.chains.get(this.#kv(ctx), validator);
  }

  saveChain(ctx: Context, chain: BeaconChain): void {
    tables.chains.set(this.#kv(ctx), chain.validator, chain);
  }

  *chains(ctx: Context): Generator<BeaconChain> {
    for (const [, chain] of tables.chains.iterate(this.#kv(ctx))) yield chain;
  }

  /** Without the poster's opening. */
  claim(ctx: Context, id: Uint8Array): Claim | undefined {
    return id.length === 32 ? tables.claims.get(this.#kv(ctx), id) : undefined;
  }

  /** Throws attribution/2 (claim not found). */
  requireClaim(ctx: Context, id: Uint8Array): Claim {
    const claim = this.claim(ctx, id);
    if (!claim) throw errors.claimNotFound("no such claim");
    return claim;
  }

  saveClaim(ctx: Context, claim: Claim): void {
    tables.claims.set(this.#kv(ctx), claim.id, { ...claim, opening: NO_BYTES });
  }

  /** As queries and exports show it: with the poster's opening. */
  fullClaim(ctx: Context, claim: Claim): Claim {
    return { ...claim, opening: this.claimOpening(ctx, claim.id) ?? NO_BYTES };
  }

  *claims(ctx: Context): Generator<Claim> {
    for (const [, claim] of tables.claims.iterate(this.#kv(ctx))) yield claim;
  }

  openClaimCount(ctx: Context): number {
    return tables.openClaims.get(this.#kv(ctx)) ?? 0;
  }

  /** Open claims with one open end. */
  openClaimsAt(ctx: Context, openEnd: bigint): number {
    return tables.deadlines.get(this.#kv(ctx), Number(openEnd)) ?? 0;
  }

  openClaimsOf(ctx: Context, kind: ClaimKind): number {
    return tables.openByKind.get(this.#kv(ctx), kind) ?? 0;
  }

  #count(ctx: Context, { openEnd, kind }: Claim, change: 1 | -1): void {
    const kv = this.#kv(ctx);
    tables.openClaims.set(kv, this.openClaimCount(ctx) + change);
    const ofKind = this.openClaimsOf(ctx, kind) + change;
    if (ofKind === 0) tables.openByKind.remove(kv, kind);
    else tables.openByKind.set(kv, kind, ofKind);
    const left = this.openClaimsAt(ctx, openEnd) + change;
    if (left === 0) tables.deadlines.remove(kv, Number(openEnd));
    else tables.deadlines.set(kv, Number(openEnd), left);
  }

  /** Saves an open claim and queues it for its seed (unless it has one) and its tally. */
  open(ctx: Context, claim: Claim): void {
    const kv = this.#kv(ctx);
    this.saveClaim(ctx, claim);
    if (claim.seed.length === 0) tables.seedQueue.add(kv, [Number(claim.seedHeight), claim.id]);
    tables.tallyQueue.add(kv, [Number(claim.openEnd), claim.id]);
    tables.openBySeed.add(kv, [Number(claim.seedHeight), claim.id]);
    this.#count(ctx, claim, 1);
  }

  /** Saves the tallied claim and its outcome, and drops what was kept for the tally. */
  close(ctx: Context, claim: Claim, outcome: Outcome): void {
    const kv = this.#kv(ctx);
    this.saveClaim(ctx, claim);
    tables.outcomes.set(kv, claim.id, outcome);
    tables.openBySeed.remove(kv, [Number(claim.seedHeight), claim.id]);
    tables.seedQueue.remove(kv, [Number(claim.seedHeight), claim.id]);
    tables.tallyQueue.remove(kv, [Number(claim.openEnd), claim.id]);
    this.#count(ctx, claim, -1);
    for (const opening of this.openingsOf(ctx, claim.id)) tables.openings.remove(kv, [claim.id, opening.validator]);
  }

  /** Ids of open claims that wait for a seed of `height` or earlier, in (seed height, id) order. */
  *unseeded(ctx: Context, height: number): Generator<Uint8Array> {
    for (const [at, id] of tables.seedQueue.iterate(this.#kv(ctx))) {
      if (at > height) return;
      yield id;
    }
  }

  /** Saves a claim that got its seed. */
  seed(ctx: Context, claim: Claim): void {
    tables.seedQueue.remove(this.#kv(ctx), [Number(claim.seedHeight), claim.id]);
    this.saveClaim(ctx, claim);
  }

  /** The lowest seed height of an open claim. */
  earliestSeed(ctx: Context): number | undefined {
    for (const [height] of tables.openBySeed.iterate(this.#kv(ctx))) return height;
    return undefined;
  }

  /** Queues the return of an accepted claim's bond after its `bond_until`. */
  addRelease(ctx: Context, claim: Claim): void {
    tables.releases.add(this.#kv(ctx), [Number(claim.bondUntil), claim.id]);
  }

  removeRelease(ctx: Context, claim: Claim): void {
    tables.releases.remove(this.#kv(ctx), [Number(claim.bondUntil), claim.id]);
  }

  /** In (bond until, id) order. */
  *releases(ctx: Context): Generator<readonly [number, Uint8Array]> {
    yield* tables.releases.iterate(this.#kv(ctx));
  }

  saveEquivocation(ctx: Context, evidence: Equivocation): void {
    tables.equivocations.set(this.#kv(ctx), [evidence.claimId, evidence.validator], evidence);
  }

  /** In (claim, validator) order, from `start` on. */
  *equivocations(ctx: Context, start?: readonly [Uint8Array, Uint8Array]): Generator<Equivocation> {
    const range = start ? { from: start } : {};
    for (const [, evidence] of tables.equivocations.iterate(this.#kv(ctx), range)) yield evidence;
  }

  /** Open claims in (open end, id) order. */
  *openClaims(ctx: Context): Generator<Claim> {
    for (const [, id] of tables.tallyQueue.iterate(this.#kv(ctx))) yield this.requireClaim(ctx, id);
  }

  claimOpening(ctx: Context, id: Uint8Array): Uint8Array | undefined {
    return tables.claimOpenings.get(this.#kv(ctx), id);
  }

  saveClaimOpening(ctx: Context, id: Uint8Array, opening: Uint8Array): void {
    tables.claimOpenings.set(this.#kv(ctx), id, opening);
  }

  outcome(ctx: Context, id: Uint8Array): Outcome | undefined {
    return id.length === 32 ? tables.outcomes.get(this.#kv(ctx), id) : undefined;
  }

  saveOutcome(ctx: Context, outcome: Outcome): void {
    tables.outcomes.set(this.#kv(ctx), outcome.claimId, outcome);
  }

  *outcomes(ctx: Context): Generator<Outcome> {
    for (const [, outcome] of tables.outcomes.iterate(this.#kv(ctx))) yield outcome;
  }

  root(ctx: Context, height: number, validator: Uint8Array): Uint8Array | undefined {
    return tables.roots.get(this.#kv(ctx), [height, validator]);
  }

  saveRoot(ctx: Context, height: number, record: { readonly validator: Uint8Array; readonly root: Uint8Array }): void {
    tables.roots.set(this.#kv(ctx), [height, record.validator], record.root);
  }

  /** From a signing height on, in (height, validator) order. */
  *roots(ctx: Context, from: number): Generator<RootRecord> {
    const range = { from: [from, new Uint8Array(20)] } as const;
    for (const [[height, validator], root] of tables.roots.iterate(this.#kv(ctx), range)) {
      yield { height: BigInt(height), validator, root };
    }
  }

  /** Drops the roots of signing heights below `below`. */
  pruneRoots(ctx: Context, below: number): void {
    for (const key of tables.roots.keys(this.#kv(ctx))) {
      if (key[0] >= below) return;
      tables.roots.remove(this.#kv(ctx), key);
    }
  }

  opening(ctx: Context, claim: Uint8Array, validator: Uint8Array): RecordedOpening | undefined {
    return tables.openings.get(this.#kv(ctx), [claim, validator]);
  }

  saveOpening(ctx: Context, opening: RecordedOpening): void {
    tables.openings.set(this.#kv(ctx), [opening.claimId, opening.validator], opening);
  }

  *openingsOf(ctx: Context, claim: Uint8Array): Generator<RecordedOpening> {
    const range = { prefix: memberKey.prefix(claim) };
    for (const [, opening] of tables.openings.iterate(this.#kv(ctx), range)) yield opening;
  }

  *openings(ctx: Context): Generator<RecordedOpening> {
    for (const [, opening] of tables.openings.iterate(this.#kv(ctx))) yield opening;
  }

  record(ctx: Context, validator: Uint8Array): AttestationRecord {
    const blank = { validator, accepted: 0n, rejected: 0n, abstained: 0n, voided: 0n };
    return tables.records.get(this.#kv(ctx), validator) ?? blank;
  }

  saveRecord(ctx: Context, record: AttestationRecord): void {
    tables.records.set(this.#kv(ctx), record.validator, record);
  }

  *records(ctx: Context): Generator<AttestationRecord> {
    for (const [, record] of tables.records.iterate(this.#kv(ctx))) yield record;
  }
}

/** What this module holds for a claim: the fee until the tally, the bond until it is returned. */
export function heldFor(claim: Claim): bigint {
  const { status, bondUntil } = claim;
  if (status === ClaimStatus.CLAIM_STATUS_OPEN) return BigInt(claim.bond) + feeOf(claim);
  const isHeld = status === ClaimStatus.CLAIM_STATUS_ACCEPTED && bondUntil > 0n;
  return isHeld || status === ClaimStatus.CLAIM_STATUS_UNATTESTED ? BigInt(claim.bond) : 0n;
}
