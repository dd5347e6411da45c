import {
  SimpleValidator,
  type Validator as WireValidator,
  ValidatorSet as WireValidatorSet,
} from "../../proto/gen/tendermint/types.ts";
import { encodeBytes } from "../../proto/runtime.ts";
import { MAX_TOTAL_POWER, MAX_VALIDATORS, type Validator } from "../types/validator-changes.ts";
import { bytesOfLength, decodeCanonical, listAtMost, requirePresent, safeInteger } from "./checks.ts";

/** A validator takes at most 88 bytes on the wire. */
const MAX_VALIDATOR_BYTES = 96;

export const MAX_VALIDATOR_SET_BYTES: number = (MAX_VALIDATORS + 2) * MAX_VALIDATOR_BYTES;

/** Leaf of the validators hash: key and power only. */
export function encodeSimpleValidator(validator: Pick<Validator, "pubKey" | "power">): Uint8Array {
  return encodeBytes(SimpleValidator, {
    pubKey: { ed25519: validator.pubKey },
    votingPower: BigInt(validator.power),
  });
}

export function validatorToWire(validator: Validator): WireValidator {
  return {
    address: validator.address,
    pubKey: { ed25519: validator.pubKey },
    votingPower: BigInt(validator.power),
    proposerPriority: validator.priority,
  };
}

export function validatorFromWire(wire: WireValidator, path: string): Validator {
  const pubKey = requirePresent(wire.pubKey?.ed25519, `${path}.pub_key.ed25519`);
  return {
    address: bytesOfLength(wire.address, `${path}.address`, 20),
    pubKey: bytesOfLength(pubKey, `${path}.pub_key.ed25519`, 32),
    power: safeInteger(wire.votingPower, `${path}.voting_power`, 1, MAX_TOTAL_POWER),
    priority: wire.proposerPriority,
  };
}

/** tendermint.types.ValidatorSet: validators in set order, then the proposer. */
export function encodeValidators(validators: readonly Validator[], proposer: Validator): Uint8Array {
  return encodeBytes(WireValidatorSet, {
    validators: validators.map(validatorToWire),
    proposer: validatorToWire(proposer),
    totalVotingPower: validators.reduce((sum, { power }) => sum + BigInt(power), 0n),
  });
}

/** Throws CodecError for malformed bytes; whether they are a valid set is the caller's to check. */
export function decodeValidators(bytes: Uint8Array): { validators: Validator[]; proposer: Validator } {
  const wire = decodeCanonical(WireValidatorSet, bytes, MAX_VALIDATOR_SET_BYTES);
  const path = "validator_set";
  return {
    validators: listAtMost(wire.validators, `${path}.validators`, MAX_VALIDATORS).map((validator, i) =>
      validatorFromWire(validator, `${path}.validators[${i}]`),
    ),
    proposer: validatorFromWire(requirePresent(wire.proposer, `${path}.proposer`), `${path}.proposer`),
  };
}
