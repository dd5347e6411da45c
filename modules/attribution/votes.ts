import type { BlockVote } from "../../chain/app/module.ts";
import { voteExtensionSignBytes } from "../../chain/codec/sign-bytes.ts";
import { equalBytes } from "../../chain/crypto/bytes.ts";
import { verifyEd25519 } from "../../chain/crypto/keys.ts";
import { FLAG_ABSENT, FLAG_COMMIT, FLAG_NIL } from "../../chain/types/commit.ts";
import type { ExtendedVote, VoteExtension } from "../../proto/gen/openledger/attribution/v1.ts";
import { errors } from "./errors.ts";
import { decodeExtension } from "./extension.ts";
import type { SetMember } from "./needs.ts";

/** The commit that transaction 0 carries: who signed which height, in which round, from which set. */
export interface SignedHeight {
  readonly chainId: string;
  readonly height: number;
  readonly round: number;
  readonly set: readonly SetMember[];
}

/**
 * The extension of one vote; undefined when the validator was absent, voted nil, or the proposer holds no extension of
 * it (then extension and signature are empty). Throws attribution/15, /16 for anything else that is not signed by `member`.
 */
export function readVote(
  at: SignedHeight,
  vote: ExtendedVote,
  member: SetMember | undefined,
): VoteExtension | undefined {
  if (!member || !equalBytes(vote.validator, member.address))
    throw errors.badBlockInfo("votes are not in the order of the set");
  if (vote.flag !== FLAG_ABSENT && vote.flag !== FLAG_COMMIT && vote.flag !== FLAG_NIL) {
    throw errors.badBlockInfo(`no such block id flag: ${vote.flag}`);
  }
  if (vote.signature.length === 0 || vote.flag !== FLAG_COMMIT) {
    if (vote.extension.length + vote.signature.length > 0) {
      throw errors.badBlockInfo("only a signed vote for the block carries an extension");
    }
    return undefined;
  }
  const extension = decodeExtension(vote.extension);
  const bytes = voteExtensionSignBytes(at.chainId, { extension: vote.extension, height: at.height, round: at.round });
  if (!verifyEd25519(member.pubKey, bytes, vote.signature))
    throw errors.badBlockInfo("an extension's signature is wrong");
  return extension;
}

/** As `readVote`, undefined for a vote that it refuses. */
export function readVoteOrIgnore(
  at: SignedHeight,
  vote: ExtendedVote,
  member: SetMember | undefined,
): VoteExtension | undefined {
  try {
    return readVote(at, vote, member);
  } catch {
    return undefined;
  }
}

/** Throws attribution/15 unless votes and set have one length. */
export function checkLength(at: SignedHeight, votes: number): void {
  if (votes !== at.set.length) {
    throw errors.badBlockInfo(`${votes} votes for a set of ${at.set.length} validators`);
  }
}

/** Throws attribution/15 unless the flags are those of the block's own last commit. */
export function checkFlags(votes: readonly ExtendedVote[], commit: readonly BlockVote[]): void {
  const same = votes.length === commit.length && votes.every((vote, i) => vote.flag === commit[i]?.flag);
  if (!same) throw errors.badBlockInfo("the votes' flags are not those of the block's last commit");
}

/** Throws attribution/17 unless more than two thirds of the set's power came with an extension. */
export function checkPower(at: SignedHeight, extensions: readonly (VoteExtension | undefined)[]): void {
  const power = (members: readonly SetMember[]) => members.reduce((total, member) => total + member.power, 0);
  const total = power(at.set);
  const present = power(at.set.filter((_, i) => extensions[i] !== undefined));
  if (3 * present <= 2 * total) {
    throw errors.tooFewExtensions(`extensions of power ${present} of ${total}; more than two thirds are needed`);
  }
}
