import type { Context } from "../../chain/app/context.ts";
import { compareBytes, equalBytes, toHex } from "../../chain/crypto/bytes.ts";
import {
  type Claim,
  type ClaimOpening,
  ClaimStatus,
  type Equivocation,
  type Opening,
  type RecordedOpening,
} from "../../proto/gen/openledger/attribution/v1.ts";
import type { Claims } from "./engine.ts";
import { errors } from "./errors.ts";
import { openingHash } from "./ids.ts";
import type { AttributionKeeper } from "./keeper.ts";
import { MAX_CLAIM_OPENING_BYTES } from "./limits.ts";
import type { SlashingNeeds } from "./needs.ts";
import { checkOpeningFields, checkOpeningPath, isOpeningHeight } from "./opening.ts";

type Shown = Pick<RecordedOpening, "leaf" | "rootHeight">;

/** Writes openings of transaction 0 into state, each on its own merits. `ctx.height` is the block that holds them. */
export class Recorder {
  readonly #keeper: AttributionKeeper;
  readonly #claims: Claims;
  readonly #slashing: () => SlashingNeeds | undefined;

  constructor(keeper: AttributionKeeper, claims: Claims, slashing: () => SlashingNeeds | undefined) {
    this.#keeper = keeper;
    this.#claims = claims;
    this.#slashing = slashing;
  }

  /** Throws attribution/2, /9 (wrong window), /10 to /13. A second leaf of one validator is recorded as equivocation. */
  opening(ctx: Context, opening: Opening): void {
    const claim = this.#openClaim(ctx, opening.claimId);
    checkOpeningFields(claim, opening);
    const root = this.#keeper.root(ctx, Number(opening.rootHeight), opening.validator);
    const leaf = checkOpeningPath(ctx.chainId, opening, root);
    const known = this.#keeper.opening(ctx, claim.id, opening.validator);
    if (!known) {
      const { claimId, validator, verdict, own, peers } = opening;
      const { rootHeight } = opening;
      const once = { claimId, validator, verdict, own, peers, leaf, rootHeight, equivocated: false };
      this.#keeper.saveOpening(ctx, once);
      return;
    }
    if (known.equivocated || equalBytes(known.leaf, leaf)) {
      throw errors.duplicateOpening("the validator opened this claim already");
    }
    this.#keeper.saveOpening(ctx, { ...known, equivocated: true });
    // In the order of the leaves: which of them a block happened to hold first says nothing.
    const shown = [known, { leaf, rootHeight: opening.rootHeight }].sort((a, b) => compareBytes(a.leaf, b.leaf));
    const [first, second] = shown as [Shown, Shown];
    this.#equivocation(ctx, {
      claimId: claim.id,
      validator: opening.validator,
      power: claim.committee.find(({ validator }) => equalBytes(validator, opening.validator))?.power ?? 0n,
      firstLeaf: first.leaf,
      secondLeaf: second.leaf,
      firstRootHeight: first.rootHeight,
      secondRootHeight: second.rootHeight,
      height: BigInt(ctx.height),
    });
  }

  #equivocation(ctx: Context, evidence: Equivocation): void {
    this.#keeper.saveEquivocation(ctx, evidence);
    this.#slashing()?.onEquivocation(ctx, evidence);
    ctx.events.emit("equivocation", [
      ["claim_id", toHex(evidence.claimId)],
      ["validator", toHex(evidence.validator)],
      ["first_leaf", toHex(evidence.firstLeaf)],
      ["second_leaf", toHex(evidence.secondLeaf)],
      ["first_root_height", String(evidence.firstRootHeight)],
      ["second_root_height", String(evidence.secondRootHeight)],
    ]);
  }

  /** Throws attribution/2, /9, /11, /13, /14 (does not match the hash), and what the kind's own check throws. */
  claimOpening(ctx: Context, { claimId, opening }: ClaimOpening): void {
    const claim = this.#openClaim(ctx, claimId);
    const handler = this.#claims.handler(claim);
    if (!handler.checkOpening) throw errors.badOpening("claims of this kind have nothing to open");
    if (opening.length > MAX_CLAIM_OPENING_BYTES) {
      throw errors.badOpening(`a claim's opening has at most ${MAX_CLAIM_OPENING_BYTES} bytes`);
    }
    if (this.#keeper.claimOpening(ctx, claim.id)) throw errors.duplicateOpening("the claim is opened already");
    if (!equalBytes(openingHash(claim, opening), claim.payloadHash)) {
      throw errors.openingMismatch("the opening does not match the claim's payload hash");
    }
    handler.checkOpening(ctx, claim, opening);
    this.#keeper.saveClaimOpening(ctx, claim.id, opening);
  }

  #openClaim(ctx: Context, id: Uint8Array): Claim {
    const claim = this.#keeper.requireClaim(ctx, id);
    if (claim.status !== ClaimStatus.CLAIM_STATUS_OPEN || !isOpeningHeight(claim, ctx.height)) {
      throw errors.wrongWindow(`openings of this claim belong in blocks ${claim.commitEnd + 1n} to ${claim.openEnd}`);
    }
    return claim;
  }
}
