import { parseAmount } from "../../chain/app/coins.ts";
import type { Context } from "../../chain/app/context.ts";
import { equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import {
  type Claim,
  ClaimKind,
  ClaimStatus,
  type CommitteeMember,
  type Params,
} from "../../proto/gen/openledger/attribution/v1.ts";
import { feeOf } from "./attest-fee.ts";
import { wholeCommittee } from "./committee.ts";
import { beginDispute, endDispute, isDisputable, overturn } from "./disputed.ts";
import { errors } from "./errors.ts";
import { claimId, statementHash } from "./ids.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { ATTRIBUTION } from "./keys.ts";
import { MAX_ALGORITHM_BYTES, MAX_STATEMENT_BYTES, MAX_SUBJECT_BYTES } from "./limits.ts";
import type { AttributionNeeds } from "./needs.ts";
import { claimsPerBlock, isAttested, termsOf } from "./params.ts";
import type { ClaimEngine, ClaimHandler, ClaimPost, Overturned } from "./types.ts";

const NO_BYTES = new Uint8Array(0);

/** Posting of claims, and the handlers by kind. */
export class Claims implements ClaimEngine {
  readonly #keeper: AttributionKeeper;
  readonly #needs: AttributionNeeds;
  /** By kind, or by kind and algorithm. */
  readonly #handlers = new Map<string, ClaimHandler>();

  constructor(keeper: AttributionKeeper, needs: AttributionNeeds) {
    this.#keeper = keeper;
    this.#needs = needs;
  }

  register(kind: ClaimKind, handler: ClaimHandler, algorithm?: string): void {
    const key = handlerKey(kind, algorithm);
    if (this.#handlers.has(key)) throw new TypeError(`claim kind ${key} has a handler already`);
    this.#handlers.set(key, handler);
  }

  /** Of a claim that was or may be posted. Throws attribution/4 (unknown kind). */
  handler({ kind, algorithm }: Pick<Claim, "kind" | "algorithm">): ClaimHandler {
    const handler = this.#handlers.get(handlerKey(kind, algorithm)) ?? this.#handlers.get(handlerKey(kind));
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
    const attested = record.status === ClaimStatus.CLAIM_STATUS_OPEN;
    if (attested) this.#open(ctx, record);
    else this.#keeper.saveClaim(ctx, record);
    const stake = post.bond + feeOf(record);
    if (stake > 0n) this.#needs.bank.sendToModule(ctx, post.poster, ATTRIBUTION, stake);
    ctx.events.emit("claim_posted", [
      ["claim_id", toHex(id)],
      ["kind", kindName(post.kind)],
      ["poster", post.poster],
      ["attested", String(attested)],
      ["attest_fee", feeOf(record).toString()],
      ["open_end", String(record.openEnd)],
    ]);
    return id;
  }

  isDisputable(ctx: Context, id: Uint8Array): boolean {
    return isDisputable(ctx, this.#keeper, id);
  }

  beginDispute(ctx: Context, id: Uint8Array): Claim {
    return beginDispute(ctx, this.#keeper, id);
  }

  endDispute(ctx: Context, id: Uint8Array, graceBlocks: number): void {
    endDispute(ctx, this.#keeper, { id, graceBlocks });
  }

  overturn(ctx: Context, id: Uint8Array, to: string): Overturned {
    return overturn(ctx, { keeper: this.#keeper, needs: this.#needs, claims: this }, { id, to });
  }

  #checkPost(ctx: Context, post: ClaimPost): void {
    const handler = this.handler(post);
    if (post.subject.length === 0 || post.subject.length > MAX_SUBJECT_BYTES) {
      throw errors.badClaim(`a claim's subject has 1 to ${MAX_SUBJECT_BYTES} bytes`);
    }
    if (post.payloadHash.length !== 0 && post.payloadHash.length !== 32) {
      throw errors.badClaim("a payload hash has 32 bytes, or none");
    }
    if (post.algorithm.length === 0 || post.algorithm.length > MAX_ALGORITHM_BYTES) {
      throw errors.badClaim(`an algorithm's name has 1 to ${MAX_ALGORITHM_BYTES} characters`);
    }
    if (post.statement) checkStatement(post.statement, post.payloadHash);
    const least = handler.stakes === "module" ? 0n : parseAmount(this.#keeper.params(ctx).minClaimBond);
    if (post.bond < least) throw errors.bondTooSmall(`a claim's bond is at least ${least}, got ${post.bond}`);
  }

  #record(ctx: Context, id: Uint8Array, post: ClaimPost): Claim {
    const params = this.#keeper.params(ctx);
    const posted = BigInt(ctx.height);
    const seedHeight = posted + params.seedDelay;
    const { commitBlocks, attestFee } = termsOf(params, post.kind);
    const commitEnd = seedHeight + commitBlocks;
    const isModules = this.handler(post).stakes === "module";
    const attested = isModules || isAttested(params, post.kind);
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
      status: attested ? ClaimStatus.CLAIM_STATUS_OPEN : ClaimStatus.CLAIM_STATUS_UNATTESTED,
      postedHeight: posted,
      ...(attested ? heights : never),
      committee: attested ? this.#committee(ctx, params) : [],
      seed: NO_BYTES,
      opening: NO_BYTES,
      peerSample: params.peerSample,
      statement: post.statement ?? NO_BYTES,
      bondUntil: 0n,
      disputed: false,
      // A module that holds the stakes pays the attesters as well.
      attestFee: attested && !isModules ? attestFee : "",
    };
  }

  /**
   * The set that signs the present block, with its powers: later changes of the set do not touch the claim. Empty when the
   * set is larger than a committee, whose members are drawn from it at the seed height.
   */
  #committee(ctx: Context, { committeeSize }: Params): CommitteeMember[] {
    const set = this.#needs.staking.setAt(ctx, ctx.height);
    if (!set || set.length === 0) throw errors.noCommittee(`no validator set is known for height ${ctx.height}`);
    return set.length > committeeSize ? [] : wholeCommittee(set);
  }

  #open(ctx: Context, record: Claim): void {
    const params = this.#keeper.params(ctx);
    if (this.#keeper.openClaimCount(ctx) >= params.maxOpenClaims) {
      throw errors.tooManyOpenClaims(`${params.maxOpenClaims} claims are open; try again when some are tallied`);
    }
    const { maxOpen } = termsOf(params, record.kind);
    if (maxOpen > 0 && this.#keeper.openClaimsOf(ctx, record.kind) >= maxOpen) {
      throw errors.tooManyOpenClaims(`${maxOpen} claims of this kind are open; try again when some are tallied`);
    }
    const most = claimsPerBlock(params, record.committee.length || params.committeeSize);
    if (this.#keeper.openClaimsAt(ctx, record.openEnd) >= most) {
      throw errors.tooManyOpenClaims(`this block posted ${most} claims already; try again in the next one`);
    }
    this.#keeper.open(ctx, record);
  }
}

function handlerKey(kind: ClaimKind, algorithm?: string): string {
  return algorithm === undefined ? String(kind) : `${kind}/${algorithm}`;
}

function checkStatement(statement: Uint8Array, payloadHash: Uint8Array): void {
  if (statement.length > MAX_STATEMENT_BYTES) {
    throw errors.badClaim(`a statement has at most ${MAX_STATEMENT_BYTES} bytes, got ${statement.length}`);
  }
  if (!equalBytes(statementHash(statement), payloadHash)) {
    throw errors.badClaim("the payload hash is not that of the statement");
  }
}

/** Lower-case name of a kind, for events. */
export function kindName(kind: ClaimKind): string {
  const entry = Object.entries(ClaimKind).find(([, value]) => value === kind);
  return (entry?.[0] ?? String(kind)).replace("CLAIM_KIND_", "").toLowerCase();
}
