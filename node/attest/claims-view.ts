import { fromHex, toHex } from "../../chain/crypto/bytes.ts";
import { MAX_PAGE } from "../../modules/attribution/limits.ts";
import { type Claim, ClaimStatus, Query } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Ask } from "./ask.ts";
import type { BlockFacts } from "./block-facts.ts";

/** What changed with one block. */
export interface ViewChange {
  readonly opened: readonly Claim[];
  /** Claims that have their seed from this block on. */
  readonly seeded: readonly Claim[];
  /** Hex ids. */
  readonly closed: readonly string[];
}

/**
 * The open attested claims and the roots that count for them, as of the last applied block. Follows blocks by their
 * events and asks for no more than they name; reads everything again at the start and after a gap.
 */
export class ClaimsView {
  readonly #ask: Ask;
  #height = 0;
  #complete = false;
  #claims = new Map<string, Claim>();
  /** By signing height, then by validator in hex. */
  readonly #roots = new Map<number, ReadonlyMap<string, Uint8Array>>();
  #maxOpeningBytes = 0;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Last applied height that the view reflects. */
  get height(): number {
    return this.#height;
  }

  /** Bytes of openings that one block holds at most (a parameter of the chain). */
  get maxOpeningBytes(): number {
    return this.#maxOpeningBytes;
  }

  claim(id: Uint8Array): Claim | undefined {
    return this.#claims.get(toHex(id));
  }

  /** Open claims, earliest deadline first. */
  claims(): readonly Claim[] {
    return [...this.#claims.values()].sort((a, b) => Number(a.openEnd - b.openEnd));
  }

  /** The validator's root of a signing height, if the chain stored one. */
  root(height: number, validator: Uint8Array): Uint8Array | undefined {
    return this.#roots.get(height)?.get(toHex(validator));
  }

  /** Reads all of it from the state of the last block. */
  async load(height: number): Promise<ViewChange> {
    const { params } = await this.#ask(Query.Params, {});
    this.#maxOpeningBytes = params?.maxOpeningBytes ?? 0;
    const { claims, height: stateHeight } = await this.#ask(Query.OpenClaims, { limit: 0 });
    const before = this.#claims;
    this.#claims = new Map(claims.map((claim) => [toHex(claim.id), withoutOpening(claim)]));
    this.#roots.clear();
    await this.#loadRoots(0);
    this.#height = Math.max(height, Number(stateHeight));
    // A full page may hide later claims: they are read when the first ones are over.
    this.#complete = claims.length < MAX_PAGE;
    const opened = [...this.#claims].filter(([id]) => !before.has(id)).map(([, claim]) => claim);
    const seeded = [...this.#claims.values()].filter((claim) => claim.seed.length > 0);
    return { opened, seeded, closed: [...before.keys()].filter((id) => !this.#claims.has(id)) };
  }

  /** Follows one applied block. */
  async follow(facts: BlockFacts): Promise<ViewChange> {
    if (facts.height <= this.#height) return { opened: [], seeded: [], closed: [] };
    if (facts.height !== this.#height + 1 || !this.#complete) return this.load(facts.height);
    const opened = await this.#open(facts.posted);
    const closed = facts.tallied.filter((id) => this.#claims.delete(id));
    this.#height = facts.height;
    const seeded = await this.#seed();
    if (this.#claims.size > 0) await this.#loadRoots(facts.height - 1);
    this.#pruneRoots();
    return { opened: opened.map((claim) => this.claim(claim.id) ?? claim), seeded, closed };
  }

  async #open(posted: readonly string[]): Promise<Claim[]> {
    const answers = await Promise.all(posted.map((id) => this.#ask(Query.Claim, { claimId: fromHex(id) })));
    const open = answers.flatMap(({ claim }) => (claim?.status === ClaimStatus.CLAIM_STATUS_OPEN ? [claim] : []));
    for (const claim of open) this.#claims.set(toHex(claim.id), withoutOpening(claim));
    return open;
  }

  /** Gives the beacon of its seed height to every claim whose height has come. */
  async #seed(): Promise<Claim[]> {
    const due = [...this.#claims].filter(
      ([, claim]) => claim.seed.length === 0 && claim.seedHeight <= BigInt(this.#height),
    );
    const heights = [...new Set(due.map(([, claim]) => claim.seedHeight))];
    const beacons = await Promise.all(heights.map((height) => this.#ask(Query.Beacon, { height })));
    const seeds = new Map(heights.map((height, i) => [height, beacons[i]?.beacon ?? NO_BYTES]));
    return Promise.all(
      due.map(async ([id, claim]) => {
        const { committee } = claim.committee.length > 0 ? claim : await this.#drawn(claim);
        const seeded = { ...claim, committee, seed: seeds.get(claim.seedHeight) ?? NO_BYTES };
        this.#claims.set(id, seeded);
        return seeded;
      }),
    );
  }

  /** Of a large validator set the claim's committee is drawn with its seed. */
  async #drawn({ id }: Claim): Promise<Pick<Claim, "committee">> {
    const { claim } = await this.#ask(Query.Claim, { claimId: id });
    return claim ?? { committee: [] };
  }

  async #loadRoots(from: number): Promise<void> {
    const { roots } = await this.#ask(Query.Roots, { fromHeight: BigInt(Math.max(0, from)) });
    for (const { height, validator, root } of roots) {
      const at = new Map(this.#roots.get(Number(height)));
      at.set(toHex(validator), root);
      this.#roots.set(Number(height), at);
    }
  }

  #pruneRoots(): void {
    const needed = Math.min(this.#height, ...[...this.#claims.values()].map(({ seedHeight }) => Number(seedHeight)));
    for (const height of this.#roots.keys()) if (height < needed) this.#roots.delete(height);
  }
}

const NO_BYTES = new Uint8Array(0);

/** The poster's opening has up to 16 KiB and is no part of what attestation needs. */
function withoutOpening(claim: Claim): Claim {
  return claim.opening.length === 0 ? claim : { ...claim, opening: NO_BYTES };
}
