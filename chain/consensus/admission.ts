import { equalBytes } from "../crypto/bytes.ts";
import { verifyProof } from "../crypto/merkle.ts";
import { isComplete, isNil } from "../types/block-id.ts";
import type { Validator, ValidatorSet } from "../types/validator-set.ts";
import { PRECOMMIT, type Proposal, type Vote } from "../types/vote.ts";
import type { Engine } from "./engine.ts";
import type { HeightDriver } from "./height-driver.ts";
import type { Input, PeerId } from "./input.ts";
import type { LastHeight } from "./last-height.ts";
import type { Message, PartMessage, RoundStatus, Status } from "./message.ts";

/**
 * Why a peer's message is not taken.
 *
 * Harmless, `ignore`:
 * - `height`: of another height than the current one (or a precommit of the one before)
 * - `round`: too far ahead or behind to be kept
 * - `known`: nothing new in it
 * - `unwanted`: a part of a block that is not being assembled
 *
 * Never sent by a correct peer, `reject`:
 * - `index`: validator index outside the set
 * - `address`: address is not the one at its index
 * - `extension`: an extension where none may be, or no extension signature where one must be
 * - `pol_round`: proof-of-lock round is not before the round
 * - `block_id`: block id is neither nil nor complete
 * - `too_large`: the block announced exceeds the limit
 * - `part`: the merkle proof does not lead from the part to the block's root
 * - `bits`: a bit array of another length than what it speaks of
 * - `duplicate`: one validator twice in a batch, or a batch of mixed height, round or type
 */
export type IgnoreCode = "height" | "round" | "known" | "unwanted";
export type RejectCode =
  | "index"
  | "address"
  | "extension"
  | "pol_round"
  | "block_id"
  | "too_large"
  | "part"
  | "bits"
  | "duplicate";

/** A signature to check before the message may become an input. */
export type Check =
  | {
      /** The vote's signature; with `extension`, also the extension's signature and VerifyVoteExtension. */
      readonly kind: "vote";
      readonly vote: Vote;
      readonly pubKey: Uint8Array;
      readonly extension: boolean;
    }
  | { readonly kind: "proposal"; readonly proposal: Proposal; readonly pubKey: Uint8Array };

export type Admission =
  | { readonly verdict: "ignore"; readonly code: IgnoreCode }
  | { readonly verdict: "reject"; readonly code: RejectCode }
  /** When every check holds, `input` goes to the loop; when one fails, the message is dropped and the peer scored. */
  | { readonly verdict: "check"; readonly checks: readonly Check[]; readonly input: Input };

interface HeightRules {
  readonly validators: ValidatorSet;
  readonly voteExtensions: boolean;
}

/** Judges a decoded message by what is cheap, before any signature is checked. */
export function admit(engine: Engine, peer: PeerId, message: Message): Admission {
  const { driver } = engine;
  if (!driver) return ignore("height");
  switch (message.kind) {
    case "status":
      return admitStatus(driver, peer, message.status);
    case "proposal":
      return admitProposal(driver, peer, message.proposal);
    case "part":
      return admitPart(driver, peer, message);
    case "votes":
      return admitVotes(engine, driver, peer, message.votes);
  }
}

function admitStatus({ context }: HeightDriver, peer: PeerId, status: Status): Admission {
  const size = context.validators.validators.length;
  const fits = ({ prevotes, precommits }: RoundStatus) => prevotes.length === size && precommits.length === size;
  if (status.height === context.height && !status.rounds.every(fits)) return reject("bits");
  return { verdict: "check", checks: [], input: { kind: "peerStatus", peer, status } };
}

function admitProposal(driver: HeightDriver, peer: PeerId, proposal: Proposal): Admission {
  const { height, maxBlockBytes } = driver.context;
  if (proposal.height !== height) return ignore("height");
  if (proposal.polRound < -1 || proposal.polRound >= proposal.round) return reject("pol_round");
  if (!isComplete(proposal.blockId)) return reject("block_id");
  if (proposal.blockId.parts.total > Math.ceil(maxBlockBytes / driver.partBytes)) return reject("too_large");
  if (!driver.wantsProposal(proposal.round)) return ignore(driver.proposals.has(proposal.round) ? "known" : "round");
  const { pubKey } = driver.proposers.at(proposal.round);
  const input: Input = { kind: "proposalReceived", peer, proposal };
  return { verdict: "check", checks: [{ kind: "proposal", proposal, pubKey }], input };
}

function admitPart(driver: HeightDriver, peer: PeerId, { height, header, part }: PartMessage): Admission {
  if (height !== driver.context.height) return ignore("height");
  if (!driver.blocks.lacks(header, part.index)) return ignore("unwanted");
  const { proof, index, bytes } = part;
  const sound = proof.index === index && proof.total === header.total && verifyProof(header.hash, bytes, proof);
  if (!sound) return reject("part");
  return { verdict: "check", checks: [], input: { kind: "partReceived", peer, height, header, part } };
}

function admitVotes(engine: Engine, driver: HeightDriver, peer: PeerId, votes: readonly Vote[]): Admission {
  const [first] = votes;
  if (!first || !isUniform(votes, first)) return reject("duplicate");
  const current = first.height === driver.context.height;
  const { last } = engine;
  if (!current && !last?.takes(first)) return ignore("height");
  const rules: HeightRules = current ? driver.context : (last as LastHeight).fields;
  for (const vote of votes) {
    const fault = faultOf(vote, rules);
    if (fault) return reject(fault);
  }
  return current ? admitCurrent(driver, peer, votes) : admitLate(last as LastHeight, peer, votes);
}

/** Votes known already are taken from the store, so that only what is new needs its signature checked. */
function admitCurrent(driver: HeightDriver, peer: PeerId, votes: readonly Vote[]): Admission {
  const { votes: keeper, window, context } = driver;
  const stored = votes.map((vote) => keeper.find(vote) ?? vote);
  const fresh = votes.filter((vote) => !keeper.find(vote));
  if (fresh.length === 0) return ignore("known");
  if (keeper.isCertificate(votes) && votes.length > 1) return checkVotes(context, peer, { votes: stored, fresh });
  const acceptable = fresh.filter((vote) => keeper.accepts(vote, window));
  if (acceptable.length === 0) return ignore("round");
  return checkVotes(context, peer, { votes: acceptable, fresh: acceptable });
}

function admitLate(last: LastHeight, peer: PeerId, votes: readonly Vote[]): Admission {
  const fresh = votes.filter((vote) => last.lacks(vote));
  if (fresh.length === 0) return ignore("known");
  return checkVotes(last.fields, peer, { votes: fresh, fresh });
}

function checkVotes(
  rules: HeightRules,
  peer: PeerId,
  { votes, fresh }: { readonly votes: readonly Vote[]; readonly fresh: readonly Vote[] },
): Admission {
  const checks = fresh.map((vote): Check => {
    const { pubKey } = rules.validators.get(vote.validatorIndex) as Validator;
    return { kind: "vote", vote, pubKey, extension: hasExtension(vote, rules) };
  });
  return { verdict: "check", checks, input: { kind: "votesReceived", peer, votes } };
}

function isUniform(votes: readonly Vote[], first: Vote): boolean {
  const indices = new Set<number>();
  for (const { height, round, type, validatorIndex } of votes) {
    if (height !== first.height || round !== first.round || type !== first.type) return false;
    indices.add(validatorIndex);
  }
  return indices.size === votes.length;
}

function hasExtension({ type, blockId }: Vote, { voteExtensions }: HeightRules): boolean {
  return voteExtensions && type === PRECOMMIT && !isNil(blockId);
}

function faultOf(vote: Vote, rules: HeightRules): RejectCode | undefined {
  const validator = rules.validators.get(vote.validatorIndex);
  if (!validator) return "index";
  if (!equalBytes(validator.address, vote.validatorAddress)) return "address";
  if (!isNil(vote.blockId) && !isComplete(vote.blockId)) return "block_id";
  const signed = vote.extensionSignature.length > 0;
  const bare = vote.extension.length === 0 && !signed;
  return (hasExtension(vote, rules) ? signed : bare) ? undefined : "extension";
}

function ignore(code: IgnoreCode): Admission {
  return { verdict: "ignore", code };
}

function reject(code: RejectCode): Admission {
  return { verdict: "reject", code };
}
