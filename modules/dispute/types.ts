import type { Context } from "../../chain/app/context.ts";
import type { Claim, ClaimKind } from "../../proto/gen/openledger/attribution/v1.ts";
import type { Payee } from "./needs.ts";

/** A computation that can be followed step by step. */
export interface Trace {
  /** Hash of what determines it: the manifest. */
  readonly start: Uint8Array;
  /** Hash of what it is claimed to give: the weights. */
  readonly result: Uint8Array;
  /** Merkle root over `LogHead` and the checkpoints (openledger.factory.v1). */
  readonly logRoot: Uint8Array;
}

/** How the poster of a claim lost it. */
export interface LostClaim {
  readonly challenger: string;
  /** Operators that rejected the step, with their power; empty when the poster missed a move. */
  readonly referees: readonly Payee[];
}

/**
 * What the module of a claim says of it and does when it loses a dispute. Registered per kind, or per algorithm of a kind.
 * An AppError of `onOverturned` undoes what that call did and nothing else.
 */
export interface DisputeOutcomeHandler {
  /** Undefined for a claim whose computation has no checkpoints: it cannot be disputed. */
  trace(ctx: Context, claim: Claim): Trace | undefined;
  /** The claim has the status `overturned` and its bond is gone. */
  onOverturned(ctx: Context, claim: Claim, lost: LostClaim): void;
}

/** The part of this module that the composition root uses. */
export interface Disputes {
  register(kind: ClaimKind, handler: DisputeOutcomeHandler, algorithm?: string): void;
}
