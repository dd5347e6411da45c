import { ResponseFinalizeBlock } from "cosmjs-types/tendermint/abci/types";
import { describe, expect, test } from "vitest";
import { voteSignBytes } from "../codec/sign-bytes.ts";
import { type Ed25519KeyPair, generateEd25519, signEd25519 } from "../crypto/keys.ts";
import type { Block } from "../types/block.ts";
import { type Commit, FLAG_ABSENT, FLAG_COMMIT } from "../types/commit.ts";
import { DEFAULT_CONSENSUS_PARAMS } from "../types/params.ts";
import { addMs, fromMs, type Timestamp, ZERO_TIME } from "../types/time.ts";
import { PRECOMMIT } from "../types/vote.ts";
import { medianTime } from "./block-time.ts";
import { type ChainState, decodeChainState, encodeChainState, genesisState } from "./chain-state.ts";
import type { ExecutionError } from "./errors.ts";
import { makeBlock, packBlock } from "./make-block.ts";
import { nextState } from "./next-state.ts";
import { validateBlock } from "./validate-block.ts";

const CHAIN = "exec-1";
const keys = [1, 2, 3, 4].map((n) => generateEd25519(new Uint8Array(32).fill(n)));
const start = genesisState({
  chainId: CHAIN,
  initialHeight: 1,
  time: fromMs(1_700_000_000_000),
  params: DEFAULT_CONSENSUS_PARAMS,
  validators: keys.map(({ pubKey }) => ({ pubKey, power: 10 })),
  appHash: new Uint8Array(32).fill(7),
});

function commitOf(state: ChainState, times: readonly (Timestamp | undefined)[]): Commit {
  const validators = state.lastValidators;
  if (!validators) throw new Error("nothing to commit");
  const signatures = validators.validators.map((validator, i) => {
    const timestamp = times[i];
    if (!timestamp) {
      return {
        flag: FLAG_ABSENT,
        validatorAddress: new Uint8Array(0),
        timestamp: ZERO_TIME,
        signature: new Uint8Array(0),
      } as const;
    }
    const key = keys.find(({ pubKey }) => pubKey.every((b, j) => b === validator.pubKey[j])) as Ed25519KeyPair;
    const vote = {
      type: PRECOMMIT,
      height: state.lastHeight,
      round: 0,
      blockId: state.lastBlockId,
      timestamp,
    } as const;
    const signature = signEd25519(key.secretKey, voteSignBytes(CHAIN, vote));
    return { flag: FLAG_COMMIT, validatorAddress: validator.address, timestamp, signature } as const;
  });
  return { height: state.lastHeight, round: 0, blockId: state.lastBlockId, signatures };
}

const response = (patch: Partial<ResponseFinalizeBlock> = {}) =>
  ResponseFinalizeBlock.fromPartial({ appHash: new Uint8Array(32).fill(9), txResults: [{}], ...patch });

function firstBlock(): { block: Block; state: ChainState } {
  const block = makeBlock(start, {
    txs: [new Uint8Array([1])],
    evidence: [],
    lastCommit: undefined,
    proposerAddress: start.validators.proposer().address,
  });
  validateBlock(start, block);
  return { block, state: nextState(start, block, packBlock(block).blockId, response()) };
}

function secondBlock(state: ChainState): Block {
  const at = (ms: number) => addMs(state.lastTime, ms);
  return makeBlock(state, {
    txs: [new Uint8Array([2])],
    evidence: [],
    lastCommit: commitOf(state, [at(500), at(100), undefined, at(900)]),
    proposerAddress: state.validators.proposer().address,
  });
}

const codeOf = (fn: () => void) => {
  try {
    fn();
  } catch (error) {
    return (error as ExecutionError).code;
  }
  return undefined;
};

describe("execution", () => {
  test("a made block follows the chain, and so does the next", () => {
    const { state } = firstBlock();
    const block = secondBlock(state);
    validateBlock(state, block);
    expect(block.header.time).toEqual(addMs(state.lastTime, 500));
  });

  test("block time is the power-weighted median of the commit", () => {
    const { state } = firstBlock();
    const times = [4000, 1000, 2000, 3000].map((ms) => addMs(state.lastTime, ms));
    expect(medianTime(commitOf(state, times), start.validators)).toEqual(addMs(state.lastTime, 2000));
  });

  test("each field that disagrees is refused", () => {
    const { state } = firstBlock();
    const block = secondBlock(state);
    const header = (patch: Partial<Block["header"]>): Block => ({ ...block, header: { ...block.header, ...patch } });
    const other = new Uint8Array(32).fill(1);
    expect(codeOf(() => validateBlock(state, header({ chainId: "x" })))).toBe("wrong_chain");
    expect(codeOf(() => validateBlock(state, header({ height: 3 })))).toBe("wrong_height");
    expect(codeOf(() => validateBlock(state, header({ lastBlockId: start.lastBlockId })))).toBe("wrong_parent");
    for (const name of [
      "dataHash",
      "validatorsHash",
      "nextValidatorsHash",
      "appHash",
      "lastResultsHash",
      "consensusHash",
    ]) {
      expect(codeOf(() => validateBlock(state, header({ [name]: other })))).toBe("wrong_header");
    }
    expect(codeOf(() => validateBlock(state, header({ time: addMs(block.header.time, 1) })))).toBe("wrong_time");
    expect(codeOf(() => validateBlock(state, header({ proposerAddress: other.slice(0, 20) })))).toBe("wrong_proposer");
    expect(codeOf(() => validateBlock(state, { ...block, txs: [] }))).toBe("wrong_header");
  });

  test("a commit below two thirds or with a wrong signature is refused", () => {
    const { state } = firstBlock();
    const time = addMs(state.lastTime, 1000);
    const withCommit = (commit: Commit) =>
      makeBlock(state, {
        txs: [],
        evidence: [],
        lastCommit: commit,
        proposerAddress: state.validators.proposer().address,
      });
    const thin = commitOf(state, [time, time, undefined, undefined]);
    expect(codeOf(() => validateBlock(state, withCommit(thin)))).toBe("bad_commit");
    const good = commitOf(state, [time, time, time, time]);
    const forged = {
      ...good,
      signatures: good.signatures.map((s, i) => (i === 3 ? { ...s, signature: new Uint8Array(64) } : s)),
    };
    expect(codeOf(() => validateBlock(state, withCommit(forged)))).toBe("bad_commit");
    validateBlock(state, withCommit(good));
  });

  test("validator updates of height H act at H + 2", () => {
    const { block } = firstBlock();
    const newcomer = generateEd25519(new Uint8Array(32).fill(9)).pubKey;
    const updates = [{ pubKey: { ed25519: newcomer }, power: 5n }];
    const next = nextState(start, block, packBlock(block).blockId, response({ validatorUpdates: updates }));
    expect(next.validators.totalPower).toBe(40);
    expect(next.nextValidators.totalPower).toBe(45);
  });

  test("updates that would leave no validators, or results that do not match, are refused", () => {
    const { block } = firstBlock();
    const id = packBlock(block).blockId;
    const none = keys.map(({ pubKey }) => ({ pubKey: { ed25519: pubKey }, power: 0n }));
    expect(codeOf(() => nextState(start, block, id, response({ validatorUpdates: none })))).toBe("bad_updates");
    expect(codeOf(() => nextState(start, block, id, response({ txResults: [] })))).toBe("bad_updates");
  });

  test("encodes and decodes, at genesis and later", () => {
    for (const state of [start, firstBlock().state]) {
      const bytes = encodeChainState(state);
      const again = decodeChainState(bytes);
      expect(encodeChainState(again)).toEqual(bytes);
      expect(again.validators.proposer().address).toEqual(state.validators.proposer().address);
    }
    expect(codeOf(() => decodeChainState(new Uint8Array([1, 2, 3])))).toBe("bad_state");
  });
});
