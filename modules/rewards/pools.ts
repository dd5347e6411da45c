import { splitLargestRemainder } from "../../chain/math/fixed.ts";
import { BASIS_POINTS } from "./split.ts";

/** The contributors' part of one fee before fidelity; sums to it. Amounts in uopen. */
export interface Pools {
  /** By influence. */
  readonly influence: bigint;
  /** By token attribution, of generators. */
  readonly tokens: bigint;
  /** Flat, to the owners of held-out items. */
  readonly heldOut: bigint;
}

/** Units of 1/10000 of the contributors' part. */
export interface PoolParams {
  readonly tokenPool: number;
  readonly heldOut: number;
}

/** Which pools a request has besides influence: what it lacks stays there. */
export interface PoolKinds {
  readonly tokens: boolean;
  readonly heldOut: boolean;
}

/** `part` over the pools, floor + largest remainder. */
export function poolSplit(part: bigint, { tokenPool, heldOut }: PoolParams, has: PoolKinds): Pools {
  const tokens = has.tokens ? BigInt(tokenPool) : 0n;
  const flat = has.heldOut ? BigInt(heldOut) : 0n;
  const parts = splitLargestRemainder(part, [BASIS_POINTS - tokens - flat, tokens, flat]) as [bigint, bigint, bigint];
  return { influence: parts[0], tokens: parts[1], heldOut: parts[2] };
}
