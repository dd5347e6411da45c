import { AppError } from "../../chain/app/errors.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import {
  checkOpeningFields,
  checkOpeningPath,
  isOpeningHeight,
  leafOfOpening,
  openingHash,
} from "../../modules/attribution/client.ts";
import { MAX_CLAIM_OPENING_BYTES } from "../../modules/attribution/limits.ts";
import { readResultOpening } from "../../modules/inference/result-opening.ts";
import { type Claim, ClaimKind, type ClaimOpening, type Opening } from "../../proto/gen/openledger/attribution/v1.ts";
import type { ItemVerdict } from "../p2p/index.ts";
import type { ClaimsView } from "./claims-view.ts";

// What gossip does with an opening. `reject` blames the sender, so it is given only for what is wrong in every state;
// what depends on how far this node has come is `ignore`.

/** The verdict, and the leaf of an acceptable Opening. `early`: the sender is a block ahead, ask again after the next. */
export type Judgement =
  | { readonly action: "accept"; readonly claim: Claim; readonly leaf: Uint8Array }
  | { readonly action: "ignore"; readonly code: IgnoreCode }
  | { readonly action: "reject"; readonly code: RejectCode };

/**
 * - `unknown-claim`: not open here: over, or posted in a block to come
 * - `early`, `late`: outside the claim's opening window as this node sees it
 * - `no-root`: the chain holds no root of that validator and height
 */
export type IgnoreCode = "unknown-claim" | "early" | "late" | "no-root";

/**
 * - `bad-fields`: verdict, sketches, salt or root height break the claim's rules, or no member of the committee
 * - `bad-path`: the path leads to another root than the stored one
 * - `nothing-to-open`: claims of this kind have no payload
 * - `bad-payload`: too large, of another hash, or malformed
 */
export type RejectCode = "bad-fields" | "bad-path" | "nothing-to-open" | "bad-payload";

const NO_LEAF = new Uint8Array(0);

export function judgeOpening(chainId: string, view: ClaimsView, opening: Opening): Judgement {
  const found = openClaim(view, opening.claimId);
  if (!("claim" in found)) return found;
  const { claim } = found;
  if (refuses(() => checkOpeningFields(claim, opening))) return { action: "reject", code: "bad-fields" };
  const root = view.root(Number(opening.rootHeight), opening.validator);
  if (!root) return { action: "ignore", code: "no-root" };
  if (refuses(() => checkOpeningPath(chainId, opening, root))) return { action: "reject", code: "bad-path" };
  return { action: "accept", claim, leaf: leafOfOpening(chainId, opening) };
}

export function judgeClaimOpening(view: ClaimsView, { claimId, opening }: ClaimOpening): Judgement {
  const found = openClaim(view, claimId);
  if (!("claim" in found)) return found;
  const { claim } = found;
  if (claim.payloadHash.length === 0 || claim.kind !== ClaimKind.CLAIM_KIND_RESULT) {
    return { action: "reject", code: "nothing-to-open" };
  }
  const fits = opening.length <= MAX_CLAIM_OPENING_BYTES;
  if (!fits || !equalBytes(openingHash(claim, opening), claim.payloadHash)) {
    return { action: "reject", code: "bad-payload" };
  }
  if (refuses(() => readResultOpening(opening, claim.algorithm))) return { action: "reject", code: "bad-payload" };
  return { action: "accept", claim, leaf: NO_LEAF };
}

export function toItemVerdict(judgement: Judgement): ItemVerdict {
  if (judgement.action === "accept") return { action: "accept" };
  return { action: judgement.action, code: judgement.code };
}

/** The claim, if its openings may stand in the block after the last one that this node applied. */
function openClaim(view: ClaimsView, id: Uint8Array): { readonly claim: Claim } | Judgement {
  const claim = view.claim(id);
  if (!claim) return { action: "ignore", code: "unknown-claim" };
  const next = view.height + 1;
  if (isOpeningHeight(claim, next)) return { claim };
  return { action: "ignore", code: BigInt(next) <= claim.commitEnd ? "early" : "late" };
}

function refuses(check: () => unknown): boolean {
  try {
    check();
    return false;
  } catch (error) {
    if (error instanceof AppError) return true;
    throw error;
  }
}
