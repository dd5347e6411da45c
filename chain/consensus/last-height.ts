import type { BlockId } from "../types/block-id.ts";
import { NIL_BLOCK_ID } from "../types/block-id.ts";
import { type ExtendedCommit, type ExtendedCommitSig, FLAG_ABSENT, FLAG_COMMIT, FLAG_NIL } from "../types/commit.ts";
import type { Part } from "../types/part-set.ts";
import { ZERO_TIME } from "../types/time.ts";
import type { ValidatorSet } from "../types/validator-set.ts";
import { PRECOMMIT, type Vote } from "../types/vote.ts";
import { ConsensusError } from "./errors.ts";
import type { LastDecision } from "./input.ts";
import { NIL, valueId } from "./value-id.ts";
import { VoteSet } from "./vote-set.ts";

const NO_BYTES = new Uint8Array(0);

const ABSENT: ExtendedCommitSig = {
  flag: FLAG_ABSENT,
  validatorAddress: NO_BYTES,
  timestamp: ZERO_TIME,
  signature: NO_BYTES,
  extension: NO_BYTES,
  extensionSignature: NO_BYTES,
};

export interface LastHeightFields {
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly validators: ValidatorSet;
  readonly voteExtensions: boolean;
  readonly precommits: VoteSet;
  /** Every part, to serve peers that are still at this height. */
  readonly parts: readonly Part[] | undefined;
}

/** The decided height before the current one: late precommits still join it, until its commit is proposed. */
export class LastHeight {
  readonly fields: LastHeightFields;

  constructor(fields: LastHeightFields) {
    this.fields = fields;
  }

  /** From the block store. Throws ConsensusError `bad_start` when commit and validator set do not match. */
  static restore({ validators, voteExtensions, extendedCommit, parts }: LastDecision): LastHeight {
    const { height, round, blockId, signatures } = extendedCommit;
    const precommits = new VoteSet(validators);
    if (signatures.length !== validators.validators.length) {
      throw new ConsensusError(
        "bad_start",
        `a commit of ${signatures.length} for ${validators.validators.length} validators`,
      );
    }
    signatures.forEach((entry, validatorIndex) => {
      if (entry.flag === FLAG_ABSENT) return;
      const { flag, ...signed } = entry;
      precommits.add({
        ...signed,
        type: PRECOMMIT,
        height,
        round,
        blockId: flag === FLAG_COMMIT ? blockId : NIL_BLOCK_ID,
        validatorIndex,
      });
    });
    if (precommits.quorumValue !== valueId(blockId)) {
      throw new ConsensusError("bad_start", `the last commit, of height ${height}, has no quorum for its block`);
    }
    return new LastHeight({ height, round, blockId, validators, voteExtensions, precommits, parts });
  }

  get height(): number {
    return this.fields.height;
  }

  /** True for a precommit of the deciding round: the only votes of this height that still matter. */
  takes({ type, height, round }: Vote): boolean {
    return type === PRECOMMIT && height === this.height && round === this.fields.round;
  }

  /** True when the vote, of {@link takes}, would be new. */
  lacks(vote: Vote): boolean {
    const { precommits } = this.fields;
    return !precommits.find(vote) && precommits.hasRoom(vote.validatorIndex);
  }

  /** Precommits that were new. */
  addVotes(votes: readonly Vote[]): Vote[] {
    return votes.filter((vote) => this.fields.precommits.add(vote).kind === "added");
  }

  /** True when every validator's precommit is here: nothing is worth waiting for. */
  get isComplete(): boolean {
    const { precommits, validators } = this.fields;
    return precommits.power === validators.totalPower;
  }

  /** Every precommit known by now, by validator index; votes for other blocks count as absent. */
  extendedCommit(): ExtendedCommit {
    const { height, round, blockId, validators, precommits } = this.fields;
    const forBlock = precommits.votesFor(valueId(blockId));
    const forNil = precommits.votesFor(NIL);
    const signatures = validators.validators.map((_, index): ExtendedCommitSig => {
      const vote = forBlock?.get(index) ?? forNil?.get(index);
      if (!vote) return ABSENT;
      const { validatorAddress, timestamp, signature, extension, extensionSignature } = vote;
      const flag = forBlock?.has(index) ? FLAG_COMMIT : FLAG_NIL;
      return { flag, validatorAddress, timestamp, signature, extension, extensionSignature };
    });
    return { height, round, blockId, signatures };
  }
}
