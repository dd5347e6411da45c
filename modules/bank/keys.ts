import { Metadata } from "cosmjs-types/cosmos/bank/v1beta1/bank";
import { amountValue, bytesKey, map, pair, protoValue, rawStringKey } from "../../chain/store/collections.ts";

/** Store name. */
export const BANK = "bank";

// Keys and values of x/bank (types/keys.go), so that proofs of balances read as they do on any Cosmos chain.

/** Denomination -> total supply; no entry for 0. */
export const supplies = map(0, rawStringKey, amountValue);

export const metadata = map(1, rawStringKey, protoValue(Metadata));

/** Address bytes and denomination -> balance; no entry for 0. */
export const balanceKey = pair(bytesKey, rawStringKey);
export const balances = map(2, balanceKey, amountValue);
