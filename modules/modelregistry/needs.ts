import type { Context } from "../../chain/app/context.ts";
import type { ClaimKind, ClaimStatus } from "../../proto/gen/openledger/attribution/v1.ts";

export interface SnapshotView {
  readonly datanet: string;
  readonly status: number;
  readonly clusters: number;
  /** Cluster owners of each contribution; empty: nothing is held out. */
  readonly owners: readonly number[];
  /** Draws the held-out items; empty before its height. */
  readonly heldOutSeed: Uint8Array;
  readonly heldOutHeight: bigint;
  /** Items that the seed holds out. */
  readonly heldOut: number;
}

/** Where a model's data comes from. */
export interface DatanetNeeds {
  snapshot(ctx: Context, id: string): SnapshotView | undefined;
  datanet(ctx: Context, id: string): { readonly labels: readonly string[] } | undefined;
}

export interface NewClaim {
  readonly kind: ClaimKind;
  readonly poster: string;
  readonly subject: Uint8Array;
  readonly payloadHash: Uint8Array;
  readonly algorithm: string;
  readonly bond: bigint;
}

/** Claims. The engine takes the bond from the poster. */
export interface ClaimNeeds {
  /** The claim's id. */
  post(ctx: Context, claim: NewClaim): Uint8Array;
  status(ctx: Context, id: Uint8Array): ClaimStatus | undefined;
}

/** A claim as its outcome reports it. */
export interface TalliedClaim {
  readonly id: Uint8Array;
  readonly subject: Uint8Array;
}

export interface ModelregistryNeeds {
  readonly datanet: DatanetNeeds;
  readonly claims: ClaimNeeds;
}
