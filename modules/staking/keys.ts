import { map, numberKey, protoValue, rawBytesKey, rawStringKey, stringValue } from "../../chain/store/collections.ts";
import { ConsensusSet, Validator } from "../../proto/gen/openledger/staking/v1.ts";

/** Store name. */
export const STAKING = "staking";

/** Operator account -> validator. One that left the set stays, with power 0. */
export const validators = map(1, rawStringKey, protoValue(Validator));

/** Consensus address -> operator account. */
export const operators = map(2, rawBytesKey, stringValue);

/** First height that a consensus set signs -> the set, until the next entry. */
export const sets = map(3, numberKey, protoValue(ConsensusSet));
