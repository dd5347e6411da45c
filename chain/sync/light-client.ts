import { equalBytes, toHex } from "../crypto/bytes.ts";
import { verifyEd25519 } from "../crypto/keys.ts";
import {
  type Commit,
  CommitError,
  commitSignBytes,
  FLAG_COMMIT,
  requireMoreThan,
  type VerifySignature,
  verifyCommit,
} from "../types/commit.ts";
import { type Header, headerHash } from "../types/header.ts";
import { compareTime, fromNanos, type Timestamp, toNanos } from "../types/time.ts";
import type { ValidatorSet } from "../types/validator-set.ts";

// Light-client verification of one header against a trusted one (CometBFT light/verifier.go): pure, no I/O, no clock.

/** A header together with the precommits that decided it. */
export interface SignedHeader {
  readonly header: Header;
  readonly commit: Commit;
}

/** What is believed: a header, and the validators that it names for the next height. */
export interface TrustedState {
  readonly header: Header;
  readonly nextValidators: ValidatorSet;
}

/** What a peer claims: a signed header and the validators of its own height. */
export interface UntrustedBlock extends SignedHeader {
  readonly validators: ValidatorSet;
}

export interface LightOptions {
  readonly now: Timestamp;
  /** How long after its time a header may be built upon; shorter than the unbonding period. */
  readonly trustingPeriodNs: bigint;
  /** How far ahead of `now` a header's time may be. Default 10 s, as in CometBFT. */
  readonly maxClockDriftNs?: bigint;
  /** Share of the trusted power that must have signed a header that skips heights. Default 1/3. */
  readonly trustLevel?: { readonly numerator: number; readonly denominator: number };
  readonly verify?: VerifySignature;
}

/**
 * Why a header is not believed.
 *
 * - `expired`: the trusted header is too old to build on
 * - `not_enough_trust`: too little of the trusted power signed; try a height in between
 * - `not_higher`, `not_later`, `from_future`, `wrong_chain`: the header cannot follow the trusted one now
 * - `wrong_validators`: the header names other validators than the ones given, or than its predecessor announced
 * - `wrong_commit`: the commit is for another header, has a wrong signature, or lacks the quorum
 */
export type LightErrorCode =
  | "expired"
  | "not_enough_trust"
  | "not_higher"
  | "not_later"
  | "from_future"
  | "wrong_chain"
  | "wrong_validators"
  | "wrong_commit";

export class LightError extends Error {
  readonly code: LightErrorCode;
  constructor(code: LightErrorCode, message: string) {
    super(message);
    this.name = "LightError";
    this.code = code;
  }
}

const DEFAULT_CLOCK_DRIFT_NS = 10_000_000_000n;
const DEFAULT_TRUST_LEVEL = { numerator: 1, denominator: 3 };

/** Throws LightError unless `untrusted` may be believed because `trusted` is. */
export function verifyHeader(trusted: TrustedState, untrusted: UntrustedBlock, options: LightOptions): void {
  const { header } = untrusted;
  if (!equalBytes(trusted.nextValidators.hash(), trusted.header.nextValidatorsHash)) {
    throw new LightError("wrong_validators", `trusted header ${trusted.header.height} announced other validators`);
  }
  requireFresh(trusted.header, options);
  requireFollows(trusted.header, header, options);
  requireOwnCommit(untrusted);
  if (header.height === trusted.header.height + 1) {
    if (!equalBytes(header.validatorsHash, trusted.header.nextValidatorsHash)) {
      throw new LightError("wrong_validators", `height ${header.height} has other validators than announced`);
    }
  } else requireTrust(trusted, untrusted, options);
  requireQuorum(untrusted, options);
}

/** Last instant at which a trusted header may be built upon, exclusive. */
export function expiryOf(header: Header, trustingPeriodNs: bigint): Timestamp {
  return fromNanos(toNanos(header.time) + trustingPeriodNs);
}

function requireFresh(header: Header, { now, trustingPeriodNs }: LightOptions): void {
  if (compareTime(expiryOf(header, trustingPeriodNs), now) <= 0) {
    throw new LightError("expired", `trusted header ${header.height} is older than the trusting period`);
  }
}

function requireFollows(trusted: Header, header: Header, { now, maxClockDriftNs }: LightOptions): void {
  if (header.chainId !== trusted.chainId) throw new LightError("wrong_chain", `header of chain ${header.chainId}`);
  if (header.height <= trusted.height) {
    throw new LightError("not_higher", `height ${header.height} does not follow ${trusted.height}`);
  }
  if (compareTime(header.time, trusted.time) <= 0) {
    throw new LightError("not_later", `height ${header.height} is not later than height ${trusted.height}`);
  }
  const latest = fromNanos(toNanos(now) + (maxClockDriftNs ?? DEFAULT_CLOCK_DRIFT_NS));
  if (compareTime(header.time, latest) >= 0) {
    throw new LightError("from_future", `height ${header.height} is from the future; check this machine's clock`);
  }
}

function requireOwnCommit({ header, commit, validators }: UntrustedBlock): void {
  const hash = headerHash(header);
  if (commit.height !== header.height || !equalBytes(commit.blockId.hash, hash)) {
    throw new LightError("wrong_commit", `commit is not of header ${toHex(hash)} at height ${header.height}`);
  }
  if (!equalBytes(header.validatorsHash, validators.hash())) {
    throw new LightError("wrong_validators", `height ${header.height} names other validators than the ones given`);
  }
}

// More than 1/3 of the power trusted before contains one honest validator, who signs nothing that did not happen.
function requireTrust({ nextValidators }: TrustedState, untrusted: UntrustedBlock, options: LightOptions): void {
  const { header, commit } = untrusted;
  const { trustLevel = DEFAULT_TRUST_LEVEL, verify = verifyEd25519 } = options;
  const seen = new Set<number>();
  let power = 0;
  for (const sig of commit.signatures) {
    const index = sig.flag === FLAG_COMMIT ? nextValidators.indexOf(sig.validatorAddress) : -1;
    const validator = nextValidators.get(index);
    if (!validator) continue;
    if (seen.has(index)) throw new LightError("wrong_commit", `validator ${toHex(validator.address)} signed twice`);
    seen.add(index);
    if (!verify(validator.pubKey, commitSignBytes(header.chainId, commit, sig), sig.signature)) {
      throw new LightError("wrong_commit", `signature of validator ${toHex(validator.address)} is wrong`);
    }
    power += validator.power;
  }
  try {
    requireMoreThan(power, nextValidators.totalPower, trustLevel.numerator, trustLevel.denominator);
  } catch (error) {
    if (error instanceof CommitError) throw new LightError("not_enough_trust", error.message);
    throw error;
  }
}

function requireQuorum({ header, commit, validators }: UntrustedBlock, { verify }: LightOptions): void {
  try {
    verifyCommit(header.chainId, validators, commit.blockId, header.height, commit, verify);
  } catch (error) {
    if (error instanceof CommitError) throw new LightError("wrong_commit", error.message);
    throw error;
  }
}
