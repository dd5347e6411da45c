import { compareBytes, toHex } from "../crypto/bytes.ts";
import { addressOfEd25519, ED25519_PUBLIC_KEY_LENGTH } from "../crypto/keys.ts";
import { newcomerPriority, rescaleAndCenter } from "./proposer-priority.ts";
import { ValidatorError } from "./validator-errors.ts";

/** Most validators of one set: what one commit may carry (CometBFT's MaxVotesCount). */
export const MAX_VALIDATORS = 10_000;

/**
 * Largest total power. CometBFT allows MaxInt64/8; powers here are safe integers, and three times the total must stay
 * one, so that thresholds are computed without rounding.
 */
export const MAX_TOTAL_POWER = 2 ** 50;

export interface Validator {
  readonly address: Uint8Array;
  /** ed25519 public key, 32 bytes. */
  readonly pubKey: Uint8Array;
  readonly power: number;
  readonly priority: bigint;
}

/** A change of the set: the new power of a key, 0 to remove it. */
export interface ValidatorChange {
  readonly pubKey: Uint8Array;
  readonly power: number;
}

export function byPowerThenAddress(a: Validator, b: Validator): number {
  return a.power === b.power ? compareBytes(a.address, b.address) : b.power - a.power;
}

function toValidator({ pubKey, power }: ValidatorChange): Validator {
  if (pubKey.length !== ED25519_PUBLIC_KEY_LENGTH) {
    throw new ValidatorError("bad_key", `validator key has ${pubKey.length} bytes, expected an ed25519 key of 32`);
  }
  if (!Number.isSafeInteger(power) || power < 0) {
    throw new ValidatorError("bad_power", `validator ${toHex(pubKey)} has power ${power}`);
  }
  if (power > MAX_TOTAL_POWER) {
    throw new ValidatorError("overflow", `power ${power} of validator ${toHex(pubKey)} exceeds ${MAX_TOTAL_POWER}`);
  }
  return { address: addressOfEd25519(pubKey), pubKey, power, priority: 0n };
}

/**
 * Validators after the changes, in set order, priorities rescaled and centred (updateWithChangeSet of CometBFT).
 * Validation comes first: a refused batch changes nothing.
 */
export function applyChanges(current: readonly Validator[], changes: readonly ValidatorChange[]): Validator[] {
  const known = new Map(current.map((validator) => [toHex(validator.address), validator]));
  const changed = indexChanges(known, changes);
  const kept = current.filter((validator) => !changed.has(toHex(validator.address)));
  const updated = [...changed.values()].filter((validator) => validator.power > 0);
  checkSize(kept.length + updated.length);
  checkTotal([...kept, ...updated]);
  const start = newcomerPriority(powerBeforeRemovals(known, updated));
  const joined = updated.map((validator) => ({
    ...validator,
    priority: known.get(toHex(validator.address))?.priority ?? start,
  }));
  return prioritised([...kept, ...joined]).sort(byPowerThenAddress);
}

function indexChanges(
  known: ReadonlyMap<string, Validator>,
  changes: readonly ValidatorChange[],
): Map<string, Validator> {
  const changed = new Map<string, Validator>();
  for (const validator of changes.map(toValidator)) {
    const key = toHex(validator.address);
    if (changed.has(key)) throw new ValidatorError("duplicate", `validator ${key} is changed twice in one batch`);
    if (validator.power === 0 && !known.has(key)) {
      throw new ValidatorError("unknown", `validator ${key} cannot be removed: it is not in the set`);
    }
    changed.set(key, validator);
  }
  return changed;
}

// A newcomer's start counts the power of those removed with it too: they still weighed when it joined.
function powerBeforeRemovals(known: ReadonlyMap<string, Validator>, updated: readonly Validator[]): bigint {
  const before = new Map(known);
  for (const validator of updated) before.set(toHex(validator.address), validator);
  return [...before.values()].reduce((sum, validator) => sum + BigInt(validator.power), 0n);
}

function prioritised(validators: readonly Validator[]): Validator[] {
  const work = validators.map(({ power, priority }) => ({ power: BigInt(power), priority }));
  rescaleAndCenter(work);
  return validators.map((validator, i) => ({ ...validator, priority: work[i]?.priority as bigint }));
}

/** Rules of a finished set, for one that comes from disk or a peer. */
export function checkSet(validators: readonly Validator[]): void {
  checkSize(validators.length);
  const seen = new Set<string>();
  for (const { pubKey, power, address } of validators) {
    const key = toHex(toValidator({ pubKey, power }).address);
    if (power === 0) throw new ValidatorError("bad_power", `validator ${key} has no power`);
    if (key !== toHex(address)) throw new ValidatorError("bad_key", `address ${toHex(address)} is not of its key`);
    if (seen.has(key)) throw new ValidatorError("duplicate", `validator ${key} is in the set twice`);
    seen.add(key);
  }
  checkTotal(validators);
}

function checkSize(size: number): void {
  if (size === 0) throw new ValidatorError("empty", "a validator set needs at least one validator");
  if (size > MAX_VALIDATORS) throw new ValidatorError("too_many", `${size} validators exceed ${MAX_VALIDATORS}`);
}

function checkTotal(validators: readonly Validator[]): void {
  const total = validators.reduce((sum, validator) => sum + validator.power, 0);
  if (total > MAX_TOTAL_POWER) {
    throw new ValidatorError("overflow", `total power ${total} exceeds ${MAX_TOTAL_POWER}`);
  }
}
