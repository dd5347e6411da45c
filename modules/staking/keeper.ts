import type { Context } from "../../chain/app/context.ts";
import type { ValidatorUpdate } from "../../chain/app/module.ts";
import type { ChainOptions } from "../../chain/app/options.ts";
import { addressOfEd25519, ED25519_PUBLIC_KEY_LENGTH } from "../../chain/crypto/keys.ts";
import { utf8Bytes } from "../../chain/crypto/tagged.ts";
import { MAX_TOTAL_POWER, MAX_VALIDATORS } from "../../chain/types/validator-set.ts";
import type { Validator } from "../../proto/gen/openledger/staking/v1.ts";
import { byPowerThenAddress, decodeSet, difference, encodeSet } from "./consensus-set.ts";
import { stakingErrors } from "./errors.ts";
import { operators, STAKING, sets, validators } from "./keys.ts";
import { MAX_MONIKER_BYTES, RING_HEIGHTS, UPDATE_DELAY } from "./limits.ts";
import type { ConsensusMember, StakingKeeper, StakingValidator } from "./types.ts";

/** The only writer of the staking store. */
export class Staking implements StakingKeeper {
  readonly options: ChainOptions;

  constructor(options: ChainOptions) {
    this.options = options;
  }

  validators(ctx: Context): readonly StakingValidator[] {
    return this.all(ctx)
      .filter(({ power }) => power > 0)
      .sort(byPowerThenAddress);
  }

  /** Also those without power, by operator. */
  all(ctx: Context): StakingValidator[] {
    return [...validators.iterate(ctx.kv(STAKING))].map(([, stored]) => toDomain(stored));
  }

  operatorOf(ctx: Context, consAddress: Uint8Array): string | undefined {
    return operators.get(ctx.kv(STAKING), consAddress);
  }

  byOperator(ctx: Context, operator: string): StakingValidator | undefined {
    const stored = validators.get(ctx.kv(STAKING), operator);
    return stored && toDomain(stored);
  }

  setAt(ctx: Context, height: number): readonly ConsensusMember[] | undefined {
    if (height < ctx.height - RING_HEIGHTS || height > ctx.height + 1 || height < 0) return undefined;
    const entry = this.#entryAt(ctx, height);
    return entry && decodeSet(entry[1]);
  }

  /** Adds a validator. Throws staking/101 to 103 and sdk/7. */
  create(ctx: Context, validator: Omit<StakingValidator, "address">): void {
    const store = ctx.kv(STAKING);
    this.options.addresses.fromText(validator.operator);
    checkValidator(validator);
    const address = addressOfEd25519(validator.pubKey);
    if (operators.has(store, address) || validators.has(store, validator.operator)) {
      throw stakingErrors.badValidator(`operator ${validator.operator} or its consensus key is in use`);
    }
    this.#checkTotal(ctx, validator.operator, validator.power);
    operators.set(store, address, validator.operator);
    validators.set(store, validator.operator, toStored(validator));
  }

  /** Changes the power of a validator, 0 to take it out of the set. Throws staking/3 and staking/101 to 103. */
  setPower(ctx: Context, operator: string, power: number): void {
    const validator = this.byOperator(ctx, operator);
    if (!validator) throw stakingErrors.validatorNotFound(`validator of ${operator} not found`);
    checkPower(power);
    this.#checkTotal(ctx, operator, power);
    validators.set(ctx.kv(STAKING), operator, toStored({ ...validator, power }));
  }

  /** Records the present set for the height from which it signs, and returns what changed since the last one recorded. */
  takeUpdates(ctx: Context): readonly ValidatorUpdate[] {
    const store = ctx.kv(STAKING);
    const [last] = sets.iterate(store, { reverse: true });
    const now = this.validators(ctx);
    const updates = difference(last ? decodeSet(last[1]) : [], now);
    if (updates.length === 0) return [];
    // Genesis decides about the very first block.
    sets.set(store, last ? ctx.height + UPDATE_DELAY : ctx.height + 1, encodeSet(now));
    this.#prune(ctx);
    return updates;
  }

  #prune(ctx: Context): void {
    const store = ctx.kv(STAKING);
    const oldest = this.#entryAt(ctx, Math.max(0, ctx.height - RING_HEIGHTS));
    if (!oldest) return;
    for (const height of [...sets.keys(store, { to: oldest[0] })]) sets.remove(store, height);
  }

  #entryAt(ctx: Context, height: number) {
    const [entry] = sets.iterate(ctx.kv(STAKING), { to: height + 1, reverse: true });
    return entry;
  }

  #checkTotal(ctx: Context, operator: string, power: number): void {
    const others = this.all(ctx).filter((other) => other.operator !== operator && other.power > 0);
    const total = others.reduce((sum, other) => sum + other.power, power);
    if (total === 0)
      throw stakingErrors.emptySet(`without ${operator} the chain has no validator: keep one with power`);
    if (total > MAX_TOTAL_POWER || others.length >= MAX_VALIDATORS) {
      throw stakingErrors.powerOverflow(`${others.length + 1} validators of power ${total} exceed the limits`);
    }
  }
}

function checkPower(power: number): void {
  if (Number.isSafeInteger(power) && power >= 0 && power <= MAX_TOTAL_POWER) return;
  throw stakingErrors.badValidator(`a power is a natural number up to ${MAX_TOTAL_POWER}, got ${power}`);
}

function checkValidator({ pubKey, power, moniker, beaconEnd }: Omit<StakingValidator, "address">): void {
  checkPower(power);
  if (pubKey.length !== ED25519_PUBLIC_KEY_LENGTH) throw stakingErrors.badValidator("a consensus key has 32 bytes");
  if (beaconEnd.length !== 0 && beaconEnd.length !== 32) throw stakingErrors.badValidator("a beacon end has 32 bytes");
  const length = utf8Bytes(moniker).length;
  if (length === 0 || length > MAX_MONIKER_BYTES) {
    throw stakingErrors.badValidator(`a moniker has 1 to ${MAX_MONIKER_BYTES} bytes, got ${length}`);
  }
}

function toDomain(stored: Validator): StakingValidator {
  const { operator, consensusPubkey: pubKey, power, moniker, beaconEnd } = stored;
  return { operator, pubKey, address: addressOfEd25519(pubKey), power: Number(power), moniker, beaconEnd };
}

function toStored(validator: Omit<StakingValidator, "address">): Validator {
  const { operator, pubKey: consensusPubkey, power, moniker, beaconEnd } = validator;
  return { operator, consensusPubkey, power: BigInt(power), moniker, beaconEnd };
}
