import type { Proposal, Vote } from "../types/vote.ts";
import type { Input } from "./input.ts";

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
 * - `duplicate`: one validator twice in a batch, or a batch of mixed height, round or type
 */
export type IgnoreCode = "height" | "round" | "known" | "unwanted";
export type RejectCode = "index" | "address" | "extension" | "pol_round" | "block_id" | "too_large" | "duplicate";

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
