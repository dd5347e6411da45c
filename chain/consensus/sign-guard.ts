import { SignState } from "../../proto/gen/openledger/consensus/v1.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { decodeCanonical } from "../codec/checks.ts";
import { CodecError } from "../codec/errors.ts";
import { decodeProposal, decodeVote, encodeProposal } from "../codec/vote.ts";
import { equalBytes } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { sameBlockId } from "../types/block-id.ts";
import { type ExtendedCommit, FLAG_ABSENT } from "../types/commit.ts";
import { PREVOTE, type Proposal, type Vote } from "../types/vote.ts";
import type { UnsignedProposal, UnsignedVote } from "./effect.ts";
import { ConsensusError } from "./errors.ts";
import { bytesOfVote } from "./vote-bytes.ts";

type Signed =
  | { readonly kind: "vote"; readonly vote: Vote }
  | { readonly kind: "proposal"; readonly proposal: Proposal };

/**
 * - `sign`: nothing was signed for this height, round and step yet
 * - `reuse`: the same was signed before, perhaps with another time or extension: send that again
 * - `refuse`: something else was signed for it, or something later
 */
export type Verdict<T> =
  | { readonly kind: "sign" }
  | { readonly kind: "reuse"; readonly signed: T }
  | { readonly kind: "refuse" };

const MAX_STATE_BYTES = 16_384;

/**
 * Remembers the last message that a key signed, so that it never signs two different ones for one height, round and
 * step, whatever else was lost. The record must be durable before the message is seen by anyone.
 */
export class SignGuard {
  #last: Signed | undefined;

  private constructor(last: Signed | undefined) {
    this.#last = last;
  }

  /** For a key that has never signed. */
  static fresh(): SignGuard {
    return new SignGuard(undefined);
  }

  /** The record that a key must have. Throws ConsensusError `sign_state_missing`, and as `decode`. */
  static require(record: Uint8Array | undefined): SignGuard {
    if (record) return SignGuard.decode(record);
    throw new ConsensusError(
      "sign_state_missing",
      "a validator key without its sign state: restore the file, or run init for a new key",
    );
  }

  /** Throws ConsensusError `sign_state_corrupt`: a damaged record is never taken for an empty one. */
  static decode(bytes: Uint8Array): SignGuard {
    try {
      const { vote, proposal, checksum } = decodeCanonical(SignState, bytes, MAX_STATE_BYTES);
      if (!equalBytes(checksum, sha256(vote ?? proposal ?? new Uint8Array(0)))) {
        throw new CodecError("bad_value", "checksum", "does not match");
      }
      if (vote) return new SignGuard({ kind: "vote", vote: decodeVote(vote) });
      return new SignGuard(proposal && { kind: "proposal", proposal: decodeProposal(proposal) });
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw new ConsensusError(
        "sign_state_corrupt",
        `the sign state does not decode (${error.message}): restore it from a copy`,
      );
    }
  }

  encode(): Uint8Array {
    const last = this.#last;
    const vote = last?.kind === "vote" ? bytesOfVote(last.vote) : undefined;
    const proposal = last?.kind === "proposal" ? encodeProposal(last.proposal) : undefined;
    return encodeBytes(SignState, { vote, proposal, checksum: sha256(vote ?? proposal ?? new Uint8Array(0)) });
  }

  /** Height of the last signature, 0 when there was none. */
  get height(): number {
    return this.#last ? positionOf(this.#last)[0] : 0;
  }

  /** The last message signed, when it was a vote. */
  get lastVote(): Vote | undefined {
    return this.#last?.kind === "vote" ? this.#last.vote : undefined;
  }

  checkVote(vote: UnsignedVote): Verdict<Vote> {
    const order = this.#compare([vote.height, vote.round, vote.type === PREVOTE ? 2 : 3]);
    if (order !== 0) return { kind: order > 0 ? "sign" : "refuse" };
    const last = this.#last;
    const same = last?.kind === "vote" && sameBlockId(last.vote.blockId, vote.blockId);
    return same ? { kind: "reuse", signed: last.vote } : { kind: "refuse" };
  }

  checkProposal(proposal: UnsignedProposal): Verdict<Proposal> {
    const order = this.#compare([proposal.height, proposal.round, 1]);
    if (order !== 0) return { kind: order > 0 ? "sign" : "refuse" };
    const last = this.#last;
    const same =
      last?.kind === "proposal" &&
      last.proposal.polRound === proposal.polRound &&
      sameBlockId(last.proposal.blockId, proposal.blockId);
    return same ? { kind: "reuse", signed: last.proposal } : { kind: "refuse" };
  }

  recordVote(vote: Vote): void {
    this.#last = { kind: "vote", vote };
  }

  recordProposal(proposal: Proposal): void {
    this.#last = { kind: "proposal", proposal };
  }

  /**
   * @throws ConsensusError `sign_state_stale` when the chain holds a newer signature of this key: the record is from a
   *   backup, and signing on could be double signing
   */
  assertCovers(address: Uint8Array, lastCommit: ExtendedCommit | undefined): void {
    const own = lastCommit?.signatures.find((entry) => equalBytes(entry.validatorAddress, address));
    if (!lastCommit || !own || own.flag === FLAG_ABSENT || this.height >= lastCommit.height) return;
    throw new ConsensusError(
      "sign_state_stale",
      `the chain has this key's signature at height ${lastCommit.height}, the sign state ends at ${this.height}: restore the newest sign state`,
    );
  }

  #compare(position: Position): number {
    if (!this.#last) return 1;
    const last = positionOf(this.#last);
    for (let i = 0; i < 3; i++) {
      const difference = (position[i] as number) - (last[i] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

/** Height, round, step. */
type Position = readonly [number, number, 1 | 2 | 3];

function positionOf(signed: Signed): Position {
  if (signed.kind === "proposal") return [signed.proposal.height, signed.proposal.round, 1];
  return [signed.vote.height, signed.vote.round, signed.vote.type === PREVOTE ? 2 : 3];
}
