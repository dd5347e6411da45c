import { encodeCommitSig } from "../codec/commit.ts";
import { voteExtensionSignBytes, voteSignBytes } from "../codec/sign-bytes.ts";
import { equalBytes, toHex } from "../crypto/bytes.ts";
import { verifyEd25519 } from "../crypto/keys.ts";
import { merkleRoot } from "../crypto/merkle.ts";
import { type BlockId, NIL_BLOCK_ID, sameBlockId } from "./block-id.ts";
import { type Commit, type CommitSig, type ExtendedCommit, FLAG_ABSENT, FLAG_COMMIT } from "./commit-sig.ts";
import type { ValidatorSet } from "./validator-set.ts";
import { PRECOMMIT } from "./vote.ts";

export type { Commit, CommitFlag, CommitSig, ExtendedCommit, ExtendedCommitSig } from "./commit-sig.ts";
export { FLAG_ABSENT, FLAG_COMMIT, FLAG_NIL } from "./commit-sig.ts";

/**
 * Why a commit does not prove its block.
 *
 * - `wrong_height`, `wrong_block`: it is for another height or block
 * - `wrong_size`: not one entry a validator
 * - `wrong_address`: an entry names another validator than the set has at its index
 * - `bad_signature`: any signature, also one for nil or beyond the quorum, does not verify
 * - `bad_extension`: an extension is missing, unsigned or has a bad signature
 * - `no_quorum`: at most 2/3 of the power (or of the trusted power: the caller's threshold) signed for the block
 */
export type CommitErrorCode =
  | "wrong_height"
  | "wrong_block"
  | "wrong_size"
  | "wrong_address"
  | "bad_signature"
  | "bad_extension"
  | "no_quorum";

export class CommitError extends Error {
  readonly code: CommitErrorCode;
  constructor(code: CommitErrorCode, message: string) {
    super(message);
    this.name = "CommitError";
    this.code = code;
  }
}

export type VerifySignature = (pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** The same commit without vote extensions: what goes into the next block. */
export function toCommit(extended: ExtendedCommit): Commit {
  const signatures = extended.signatures.map(({ flag, validatorAddress, timestamp, signature }) => ({
    flag,
    validatorAddress,
    timestamp,
    signature,
  }));
  return { height: extended.height, round: extended.round, blockId: extended.blockId, signatures };
}

/** Merkle root over the encoded signatures: the next header's last_commit_hash. Of nothing for the first block. */
export function commitHash(commit: Commit | undefined): Uint8Array {
  return merkleRoot((commit?.signatures ?? []).map(encodeCommitSig));
}

/** Bytes that the entry's validator signed. */
export function commitSignBytes(chainId: string, commit: Commit, sig: CommitSig): Uint8Array {
  const blockId = sig.flag === FLAG_COMMIT ? commit.blockId : NIL_BLOCK_ID;
  return voteSignBytes(chainId, {
    type: PRECOMMIT,
    height: commit.height,
    round: commit.round,
    blockId,
    timestamp: sig.timestamp,
  });
}

/**
 * Checks that `commit` proves `blockId` at `height`: one entry a validator, each at its own index, every signature
 * valid, and more than 2/3 of the power for the block. Throws CommitError.
 */
export function verifyCommit(
  chainId: string,
  validators: ValidatorSet,
  blockId: BlockId,
  height: number,
  commit: Commit,
  verify: VerifySignature = verifyEd25519,
): void {
  if (commit.height !== height) {
    throw new CommitError("wrong_height", `commit of height ${commit.height}, expected ${height}`);
  }
  if (!sameBlockId(commit.blockId, blockId)) {
    throw new CommitError("wrong_block", `commit for block ${toHex(commit.blockId.hash)}`);
  }
  if (commit.signatures.length !== validators.validators.length) {
    const [have, need] = [commit.signatures.length, validators.validators.length];
    throw new CommitError("wrong_size", `${have} signatures for ${need} validators`);
  }
  let signed = 0;
  commit.signatures.forEach((sig, index) => {
    signed += verifyEntry({ chainId, validators, commit, verify }, sig, index);
  });
  requireMoreThan(signed, validators.totalPower, 2, 3);
}

interface EntryContext {
  readonly chainId: string;
  readonly validators: ValidatorSet;
  readonly commit: Commit;
  readonly verify: VerifySignature;
}

/** Power that the entry adds for the block; a vote for nil is checked, but adds none. */
function verifyEntry(context: EntryContext, sig: CommitSig, index: number): number {
  if (sig.flag === FLAG_ABSENT) return 0;
  const validator = context.validators.get(index);
  if (!validator || !equalBytes(validator.address, sig.validatorAddress)) {
    throw new CommitError("wrong_address", `entry ${index} is not of the validator at ${index}`);
  }
  const message = commitSignBytes(context.chainId, context.commit, sig);
  if (!context.verify(validator.pubKey, message, sig.signature)) {
    throw new CommitError("bad_signature", `signature ${index} of validator ${toHex(sig.validatorAddress)} is wrong`);
  }
  return sig.flag === FLAG_COMMIT ? validator.power : 0;
}

/** Throws `no_quorum` unless `power` exceeds floor(total x numerator / denominator). */
export function requireMoreThan(power: number, total: number, numerator: number, denominator: number): void {
  // Total power is at most 2^50, so the product is exact.
  const needed = Math.floor((total * numerator) / denominator);
  if (power <= needed) throw new CommitError("no_quorum", `power ${power} of ${total}, more than ${needed} needed`);
}

/** {@link verifyCommit}, and every vote for the block carries an extension with a valid signature. */
export function verifyExtendedCommit(
  chainId: string,
  validators: ValidatorSet,
  blockId: BlockId,
  height: number,
  extended: ExtendedCommit,
  verify: VerifySignature = verifyEd25519,
): void {
  verifyCommit(chainId, validators, blockId, height, toCommit(extended), verify);
  extended.signatures.forEach(({ flag, extension, extensionSignature }, index) => {
    if (flag !== FLAG_COMMIT) {
      if (extension.length === 0 && extensionSignature.length === 0) return;
      throw new CommitError("bad_extension", `entry ${index} is not for the block, but carries an extension`);
    }
    const { height: at, round } = extended;
    const message = voteExtensionSignBytes(chainId, { extension, height: at, round });
    const pubKey = validators.get(index)?.pubKey;
    if (!pubKey || !verify(pubKey, message, extensionSignature)) {
      throw new CommitError("bad_extension", `extension ${index} has no valid signature`);
    }
  });
}
