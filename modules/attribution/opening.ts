import { equalBytes } from "../../chain/crypto/bytes.ts";
import { type Claim, Opening, Verdict } from "../../proto/gen/openledger/attribution/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { peerCount } from "./committee.ts";
import { errors } from "./errors.ts";
import { leafOf, rootOfPath, SALT_LENGTH } from "./leaf.ts";
import { MAX_OPENING_BYTES } from "./limits.ts";
import { isSketch, ZERO_SKETCH } from "./sketch.ts";

// Rules of one opening that need the claim and the validator's roots only: the chain and the node's pool apply the same.

/** Blocks whose transaction 0 may hold openings of the claim: after commit_end, up to open_end. */
export function isOpeningHeight(claim: Claim, height: number): boolean {
  return BigInt(height) > claim.commitEnd && BigInt(height) <= claim.openEnd;
}

/**
 * Signing heights whose roots count. A root signed in the precommit of height h stands in block h + 1, so the last one
 * is in block commit_end; openings begin only after that block, and nobody can commit to what others opened.
 */
export function isRootHeight(claim: Claim, height: number): boolean {
  return BigInt(height) >= claim.seedHeight && BigInt(height) < claim.commitEnd;
}

/** The leaf that the opening claims to open. */
export function leafOfOpening(chainId: string, opening: Opening): Uint8Array {
  return leafOf({
    chainId,
    claimId: opening.claimId,
    validator: opening.validator,
    verdict: opening.verdict,
    own: opening.own ?? ZERO_SKETCH,
    peers: opening.peers,
    salt: opening.salt,
  });
}

/** Throws attribution/11 (bad opening), /10 (not in the committee) unless the opening's fields fit the claim. */
export function checkOpeningFields(claim: Claim, opening: Opening): void {
  if (encodeBytes(Opening, opening).length > MAX_OPENING_BYTES) {
    throw errors.badOpening(`an opening has at most ${MAX_OPENING_BYTES} bytes`);
  }
  if (!claim.committee.some(({ validator }) => equalBytes(validator, opening.validator))) {
    throw errors.notInCommittee("the validator is not in the claim's committee");
  }
  if (opening.salt.length !== SALT_LENGTH) throw errors.badOpening(`a salt has ${SALT_LENGTH} bytes`);
  checkVerdict(opening, peerCount(claim));
  if (!isRootHeight(claim, Number(opening.rootHeight))) {
    throw errors.badOpening(`a root signed at height ${opening.rootHeight} does not count for this claim`);
  }
}

function checkVerdict(opening: Opening, peers: number): void {
  switch (opening.verdict) {
    case Verdict.VERDICT_ABSTAIN:
      if (opening.own || opening.peers.length > 0) throw errors.badOpening("an abstention holds no sketches");
      return;
    case Verdict.VERDICT_ACCEPT:
    case Verdict.VERDICT_REJECT:
      if (!opening.own || !isSketch(opening.own)) throw errors.badOpening("the own sketch is missing or out of range");
      if (opening.peers.length !== peers || !opening.peers.every(isSketch)) {
        throw errors.badOpening(`sketches for ${peers} peers are due, each in range`);
      }
      return;
    default:
      throw errors.badOpening(`no such verdict: ${opening.verdict}`);
  }
}

/**
 * The leaf of an opening whose path leads to `root`, the validator's root of `opening.rootHeight`.
 * Throws attribution/12 (root missing), /11 (bad opening).
 */
export function checkOpeningPath(chainId: string, opening: Opening, root: Uint8Array | undefined): Uint8Array {
  if (!root) throw errors.rootMissing(`the validator has no root of height ${opening.rootHeight}`);
  const leaf = leafOfOpening(chainId, opening);
  const path = { index: opening.leafIndex, total: opening.leafTotal, aunts: opening.aunts };
  const computed = rootOfPath(leaf, path);
  if (!computed || !equalBytes(computed, root))
    throw errors.badOpening("the path does not lead to the validator's root");
  return leaf;
}
