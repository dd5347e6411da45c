import { Params } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { Any } from "cosmjs-types/google/protobuf/any";
import { item, map, protoValue, rawBytesKey, sequence } from "../../chain/store/collections.ts";

/** Store name. */
export const AUTH = "auth";

/** x/auth's Params. */
export const params = item(0, protoValue(Params));

/** Address bytes -> account as an Any, the SDK's own key and value (x/auth/types/keys.go). */
export const accounts = map(1, rawBytesKey, protoValue(Any));

/** Next account number. */
export const accountNumbers = sequence(2, 0);
