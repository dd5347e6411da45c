import { voteExtensionSignBytes, voteSignBytes } from "../../codec/sign-bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { type Ed25519KeyPair, generateEd25519, signEd25519 } from "../../crypto/keys.ts";
import type { Block } from "../block.ts";
import type { BlockId } from "../block-id.ts";
import { type ExtendedCommit, type ExtendedCommitSig, FLAG_ABSENT, FLAG_COMMIT, FLAG_NIL } from "../commit.ts";
import type { Header } from "../header.ts";
import { ZERO_TIME } from "../time.ts";
import { ValidatorSet } from "../validator-set.ts";
import { PRECOMMIT, type Vote } from "../vote.ts";

// Small valid values for tests of types, codecs and what is built on them.

export const CHAIN_ID = "test-chain";
export const TIME = { seconds: 1_700_000_000n, nanos: 123_456_789 };
const NO_BYTES = new Uint8Array(0);

export const hashOf = (n: number): Uint8Array => sha256(Uint8Array.of(n));

export const blockIdOf = (n: number): BlockId => ({ hash: hashOf(n), parts: { total: 1, hash: hashOf(n + 1) } });

export const pairOf = (n: number): Ed25519KeyPair => generateEd25519(hashOf(n));

/** A set of these powers, and each validator's key pair in set order. */
export function validatorsOf(...powers: readonly number[]): { set: ValidatorSet; pairs: Ed25519KeyPair[] } {
  const pairs = powers.map((_, i) => pairOf(100 + i));
  const set = ValidatorSet.of(powers.map((power, i) => ({ pubKey: pairs[i]!.pubKey, power })));
  const ordered = set.validators.map(({ pubKey }) => pairs.find((pair) => pair.pubKey === pubKey)!);
  return { set, pairs: ordered };
}

/** A signed extended commit of round 0 with one entry a validator; `flags` say how each voted. */
export function extendedCommitOf(
  { set, pairs }: ReturnType<typeof validatorsOf>,
  options: { readonly height: number; readonly blockId: BlockId; readonly flags?: readonly (1 | 2 | 3)[] },
): ExtendedCommit {
  const { height, blockId, flags } = options;
  const signatures = set.validators.map(({ address }, i): ExtendedCommitSig => {
    const flag = flags?.[i] ?? FLAG_COMMIT;
    const none = { extension: NO_BYTES, extensionSignature: NO_BYTES };
    if (flag === FLAG_ABSENT) {
      return { flag, validatorAddress: NO_BYTES, timestamp: ZERO_TIME, signature: NO_BYTES, ...none };
    }
    const nil = { hash: NO_BYTES, parts: { total: 0, hash: NO_BYTES } };
    const vote = {
      type: PRECOMMIT,
      height,
      round: 0,
      timestamp: TIME,
      blockId: flag === FLAG_NIL ? nil : blockId,
    } as const;
    const secretKey = pairs[i]!.secretKey;
    const signed = {
      flag,
      validatorAddress: address,
      timestamp: TIME,
      signature: signEd25519(secretKey, voteSignBytes(CHAIN_ID, vote)),
    };
    if (flag === FLAG_NIL) return { ...signed, ...none };
    const extension = Uint8Array.of(i);
    const message = voteExtensionSignBytes(CHAIN_ID, { extension, height, round: 0 });
    return { ...signed, extension, extensionSignature: signEd25519(secretKey, message) };
  });
  return { height, round: 0, blockId, signatures };
}

export function voteOf(overrides: Partial<Vote> = {}): Vote {
  return {
    type: PRECOMMIT,
    height: 5,
    round: 1,
    blockId: blockIdOf(1),
    timestamp: TIME,
    validatorAddress: hashOf(2).slice(0, 20),
    validatorIndex: 3,
    signature: new Uint8Array(64).fill(7),
    extension: Uint8Array.of(1, 2, 3),
    extensionSignature: new Uint8Array(64).fill(8),
    ...overrides,
  };
}

export function headerOf(overrides: Partial<Header> = {}): Header {
  return {
    version: { block: 11n, app: 1n },
    chainId: CHAIN_ID,
    height: 5,
    time: TIME,
    lastBlockId: blockIdOf(1),
    lastCommitHash: hashOf(3),
    dataHash: hashOf(4),
    validatorsHash: hashOf(5),
    nextValidatorsHash: hashOf(6),
    consensusHash: hashOf(7),
    appHash: hashOf(8),
    lastResultsHash: hashOf(9),
    evidenceHash: hashOf(10),
    proposerAddress: hashOf(11).slice(0, 20),
    ...overrides,
  };
}

export function blockOf(overrides: Partial<Block> = {}): Block {
  return {
    header: headerOf(),
    txs: [Uint8Array.of(1), Uint8Array.of(2, 3)],
    evidence: [],
    lastCommit: {
      height: 4,
      round: 0,
      blockId: blockIdOf(1),
      signatures: [
        {
          flag: FLAG_COMMIT,
          validatorAddress: hashOf(2).slice(0, 20),
          timestamp: TIME,
          signature: new Uint8Array(64).fill(9),
        },
        { flag: FLAG_ABSENT, validatorAddress: NO_BYTES, timestamp: ZERO_TIME, signature: NO_BYTES },
      ],
    },
    ...overrides,
  };
}
