import type { Addresses } from "./addresses.ts";

/** Parameters of a chain that come from its genesis and never change. Every module's options extend this. */
export interface ChainOptions {
  readonly chainId: string;
  readonly addresses: Addresses;
  /** Smallest unit of the coin in which fees, bonds and rewards are paid, such as `uopen`. */
  readonly feeDenom: string;
}
