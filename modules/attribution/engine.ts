import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { toHex } from "../../chain/crypto/bytes.ts";
import { type Claim, ClaimKind, ClaimStatus, type CommitteeMember } from "../../proto/gen/openledger/attribution/v1.ts";
import { errors } from "./errors.ts";
import { claimId } from "./ids.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { ATTRIBUTION } from "./keys.ts";
import { MAX_ALGORITHM_BYTES, MAX_COMMITTEE, MAX_SUBJECT_BYTES } from "./limits.ts";
import type { AttributionNeeds } from "./needs.ts";
import { claimsPerBlock } from "./params.ts";
import type { ClaimEngine, ClaimHandler, ClaimPost } from "./types.ts";

const NO_BYTES = new Uint8Array(0);

/** Posting of claims, and the handlers by kind. */
export class Claims implements ClaimEngine {
  readonly #keeper: AttributionKeeper;
  readonly #needs: AttributionNeeds;
  readonly #handlers = new Map<ClaimKind, ClaimHandler>();

  constructor(keeper: AttributionKeeper, needs: AttributionNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  register(kind: ClaimKind, handler: ClaimHandler): void {
    if (this.#handlers.has(kind)) throw new TypeError(`claim kind ${kind} has a handler already`);
    this.#handlers.set(kind, handler);
  }

  /** Of a kind that was posted. Throws attribution/4 (unknown kind). */
  handler(kind: ClaimKind): ClaimHandler {
    const handler = this.#handlers.get(kind);
    if (!handler) throw errors.unknownKind(`no module handles claims of kind ${kind}`);
    return handler;
  }

  status(ctx: Context, id: Uint8Array): ClaimStatus | undefined {
    return this.#keeper.claim(ctx, id)?.status;
  }

  claim(ctx: Context, id: Uint8Array): Claim | undefined {
    const claim = this.#keeper.claim(ctx, id);
    return claim && this.#keeper.fullClaim(ctx, claim);
  }

  post(ctx: Context, post: ClaimPost): Uint8Array {
    this.#checkPost(ctx, post);
    const id = claimId(post);
    if (this.#keeper.claim(ctx, id)) throw errors.claimExists(`claim ${toHex(id)} was posted before`);
    const record = this.#record(ctx, id, post);
    if (post.attested) this.#open(ctx, record);
    else this.#keeper.saveClaim(ctx, record);
    this.#needs.bank.sendToModule(ctx, post.poster, ATTRIBUTION, post.bond);
    ctx.events.emit("claim_posted", [
      ["claim_id", toHex(id)],
      ["kind", kindName(post.kind)],
      ["poster", post.poster],
      ["attested", String(post.attested)],
      ["open_end", String(record.openEnd)],
    ]);
    return id;
  }

  #checkPost(ctx: Context, post: ClaimPost): void {
    if (post.attested) this.handler(post.kind);
    if (post.subject.length === 0 || post.subject.length > MAX_SUBJECT_BYTES) {
      throw errors.badClaim(`a claim's subject has 1 to ${MAX_SUBJECT_BYTES} bytes`);
    }
    if (post.payloadHash.length !== 0 && post.payloadHash.length !== 32) {
      throw errors.badClaim("a payload hash has 32 bytes, or none");
    }
    if (post.algorithm.length === 0 || post.algorithm.length > MAX_ALGORITHM_BYTES) {
      throw errors.badClaim(`an algorithm's name has 1 to ${MAX_ALGORITHM_BYTES} characters`);
    }
    const least = parseAmount(this.#keeper.params(ctx).minClaimBond);
    if (post.bond < least) throw errors.bondTooSmall(`a claim's bond is at least ${least}, got ${post.bond}`);
  }

  #record(ctx: Context, id: Uint8Array, post: ClaimPost): Claim {
    const params = this.#keeper.params(ctx);
    const posted = BigInt(ctx.height);
    const seedHeight = posted + params.seedDelay;
    const commitEnd = seedHeight + params.commitBlocks;
    const heights = { seedHeight, commitEnd, openEnd: commitEnd + params.openBlocks };
    const never = { seedHeight: 0n, commitEnd: 0n, openEnd: 0n };
    return {
      id,
      kind: post.kind,
      poster: post.poster,
      subject: post.subject,
      algorithm: post.algorithm,
      payloadHash: post.payloadHash,
      bond: post.bond.toString(),
      status: post.attested ? ClaimStatus.CLAIM_STATUS_OPEN : ClaimStatus.CLAIM_STATUS_UNATTESTED,
      postedHeight: posted,
      ...(post.attested ? heights : never),
      committee: post.attested ? this.#committee(ctx) : [],
      seed: NO_BYTES,
      opening: NO_BYTES,
    };
  }

  /** The set that signs the present block, with its powers: later changes of the set do not touch the claim. */
  #committee(ctx: Context): CommitteeMember[] {
    const set = this.#needs.staking.setAt(ctx, ctx.height);
    if (!set || set.length === 0) throw errors.noCommittee(`no validator set is known for height ${ctx.height}`);
    return set.slice(0, MAX_COMMITTEE).map(({ address, power }) => ({ validator: address, power: BigInt(power) }));
  }

  #open(ctx: Context, record: Claim): void {
    const params = this.#keeper.params(ctx);
    if (this.#keeper.openClaimCount(ctx) >= params.maxOpenClaims) {
      throw errors.tooManyOpenClaims(`${params.maxOpenClaims} claims are open; try again when some are tallied`);
    }
    const most = claimsPerBlock(params, record.committee.length);
    if (this.#keeper.openClaimsAt(ctx, record.openEnd) >= most) {
      throw errors.tooManyOpenClaims(`this block posted ${most} claims already; try again in the next one`);
    }
    this.#keeper.open(ctx, record);
  }
}

/** Lower-case name of a kind, for events. */
export function kindName(kind: ClaimKind): string {
  const entry = Object.entries(ClaimKind).find(([, value]) => value === kind);
  return (entry?.[0] ?? String(kind)).replace("CLAIM_KIND_", "").toLowerCase();
}
