import type { Context } from "../../chain/app/context.ts";

/** A validator in the application's present view. */
export interface StakingValidator {
  /** Account (bech32) that operates it and is paid. */
  readonly operator: string;
  /** ed25519, 32 bytes. */
  readonly pubKey: Uint8Array;
  /** Consensus address: sha256(pubKey)[0..20]. */
  readonly address: Uint8Array;
  readonly power: number;
  readonly moniker: string;
  /** End of the beacon hash chain that genesis names; empty when it names none. */
  readonly beaconEnd: Uint8Array;
}

/** A member of a consensus set. */
export interface ConsensusMember {
  readonly address: Uint8Array;
  readonly pubKey: Uint8Array;
  readonly power: number;
}

export interface StakingKeeper {
  /** By power descending, then address ascending. */
  validators(ctx: Context): readonly StakingValidator[];
  /** Operator account of a consensus address, also of a validator that left within the ring. */
  operatorOf(ctx: Context, consAddress: Uint8Array): string | undefined;
  byOperator(ctx: Context, operator: string): StakingValidator | undefined;
  /**
   * The set that signs `height`, by power descending then address ascending; undefined outside the ring, which holds
   * the last 64 heights, this one and the next.
   */
  setAt(ctx: Context, height: number): readonly ConsensusMember[] | undefined;
}
