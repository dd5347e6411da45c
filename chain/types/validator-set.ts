import { decodeValidators, encodeSimpleValidator, encodeValidators } from "../codec/validators.ts";
import { compareBytes, equalBytes, toHex } from "../crypto/bytes.ts";
import { merkleRoot } from "../crypto/merkle.ts";
import { highestPriority, type Prioritised, rescaleAndCenter, step } from "./proposer-priority.ts";
import {
  applyChanges,
  byPowerThenAddress,
  checkSet,
  type Validator,
  type ValidatorChange,
} from "./validator-changes.ts";
import { ValidatorError } from "./validator-errors.ts";

export type { Validator, ValidatorChange } from "./validator-changes.ts";
export { MAX_TOTAL_POWER, MAX_VALIDATORS } from "./validator-changes.ts";

/** Immutable validator set with CometBFT's proposer rotation. Order: power descending, then address ascending. */
export class ValidatorSet {
  readonly validators: readonly Validator[];
  readonly totalPower: number;
  readonly #proposer: Validator;
  readonly #indices: ReadonlyMap<string, number>;

  private constructor(validators: readonly Validator[], proposerAddress: Uint8Array | undefined) {
    this.validators = validators;
    this.totalPower = validators.reduce((sum, validator) => sum + validator.power, 0);
    this.#indices = new Map(validators.map((validator, index) => [toHex(validator.address), index]));
    const named = proposerAddress && validators.find((validator) => equalBytes(validator.address, proposerAddress));
    this.#proposer = named ?? (validators[highestPriority(validators, addressOrder(validators))] as Validator);
  }

  /**
   * A new set, rotated once as CometBFT does on creation.
   * @throws ValidatorError `empty`, `duplicate`, `bad_power`, `overflow`, `too_many`, `bad_key`
   */
  static of(validators: readonly ValidatorChange[]): ValidatorSet {
    const powerless = validators.find(({ power }) => power === 0);
    if (powerless) {
      throw new ValidatorError("bad_power", `validator ${toHex(powerless.pubKey)} of a new set has no power`);
    }
    return new ValidatorSet(applyChanges([], validators), undefined).incrementPriority(1);
  }

  /** A set with the priorities and proposer that it had: from disk, a snapshot or a peer. Errors as {@link of}. */
  static restore(validators: readonly Validator[], proposerAddress?: Uint8Array): ValidatorSet {
    checkSet(validators);
    return new ValidatorSet([...validators].sort(byPowerThenAddress), proposerAddress);
  }

  get(index: number): Validator | undefined {
    return this.validators[index];
  }

  /** Position of an address, or -1. */
  indexOf(address: Uint8Array): number {
    return this.#indices.get(toHex(address)) ?? -1;
  }

  /** The validator that the last rotation chose. */
  proposer(): Validator {
    return this.#proposer;
  }

  /** The set after `times` rotations, at least one. */
  incrementPriority(times: number): ValidatorSet {
    if (!Number.isSafeInteger(times) || times < 1) throw new RangeError(`cannot rotate the proposer ${times} times`);
    const work: Prioritised[] = this.validators.map(({ power, priority }) => ({ power: BigInt(power), priority }));
    rescaleAndCenter(work);
    let chosen = 0;
    for (let i = 0; i < times; i++) chosen = step(work, addressOrder(this.validators));
    const rotated = this.validators.map((validator, i) => ({ ...validator, priority: work[i]?.priority as bigint }));
    return new ValidatorSet(rotated, rotated[chosen]?.address);
  }

  /**
   * The set with changes applied; priorities are rescaled and centred, nothing is rotated.
   * @throws ValidatorError `empty`, `duplicate`, `bad_power`, `overflow`, `unknown`, `too_many`, `bad_key`
   */
  update(changes: readonly ValidatorChange[]): ValidatorSet {
    if (changes.length === 0) return this;
    return new ValidatorSet(applyChanges(this.validators, changes), this.#proposer.address);
  }

  /** Merkle root of SimpleValidator{pub_key, voting_power} in set order: the header's validators_hash. */
  hash(): Uint8Array {
    return merkleRoot(this.validators.map(encodeSimpleValidator));
  }

  /** tendermint.types.ValidatorSet, priorities and proposer included. */
  encode(): Uint8Array {
    return encodeValidators(this.validators, this.#proposer);
  }

  /** Inverse of {@link encode}. Throws CodecError, or ValidatorError for a set that breaks its rules. */
  static decode(bytes: Uint8Array): ValidatorSet {
    const { validators, proposer } = decodeValidators(bytes);
    return ValidatorSet.restore(validators, proposer.address);
  }
}

function addressOrder(validators: readonly Validator[]): (a: number, b: number) => number {
  return (a, b) => compareBytes((validators[a] as Validator).address, (validators[b] as Validator).address);
}
