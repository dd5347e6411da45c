import { afterEach, describe, expect, test } from "vitest";
import { encodeExtendedCommit } from "../../chain/codec/commit.ts";
import { voteExtensionSignBytes, voteSignBytes } from "../../chain/codec/sign-bytes.ts";
import { generateEd25519, signEd25519 } from "../../chain/crypto/keys.ts";
import { type ChainState, genesisState } from "../../chain/execution/chain-state.ts";
import { makeBlock, packBlock } from "../../chain/execution/make-block.ts";
import { type ExtendedCommit, FLAG_COMMIT } from "../../chain/types/commit.ts";
import { DEFAULT_CONSENSUS_PARAMS } from "../../chain/types/params.ts";
import { fromMs } from "../../chain/types/time.ts";
import { PRECOMMIT } from "../../chain/types/vote.ts";
import type { Executor } from "../chain/executor.ts";
import type { Network, NodeLog } from "../p2p/index.ts";
import { SerialQueue } from "../serial-queue.ts";
import { BlockSync } from "./block-sync.ts";

const CHAIN = "sync-1";
const START = fromMs(1_700_000_000_000);
const key = generateEd25519(new Uint8Array(32).fill(1));
const NONE = new Uint8Array(0);

const syncs: BlockSync[] = [];
afterEach(async () => {
  for (const sync of syncs.splice(0)) await sync.stop();
});

function genesis(extensionsFrom: number): ChainState {
  return genesisState({
    chainId: CHAIN,
    initialHeight: 1,
    time: START,
    params: { ...DEFAULT_CONSENSUS_PARAMS, abci: { voteExtensionsEnableHeight: extensionsFrom } },
    validators: [{ pubKey: key.pubKey, power: 10 }],
    appHash: new Uint8Array(32),
  });
}

/** The first block as a peer serves it, its precommit with or without an extension. */
function served(state: ChainState, extended: boolean) {
  const proposerAddress = state.validators.proposer().address;
  const { blockId, blockBytes } = packBlock(
    makeBlock(state, { txs: [], evidence: [], lastCommit: undefined, proposerAddress }),
  );
  const at = { height: 1, round: 0 };
  const signature = signEd25519(
    key.secretKey,
    voteSignBytes(CHAIN, { type: PRECOMMIT, ...at, blockId, timestamp: START }),
  );
  const extension = extended ? new Uint8Array([7]) : NONE;
  const extensionSignature = extended
    ? signEd25519(key.secretKey, voteExtensionSignBytes(CHAIN, { extension, ...at }))
    : NONE;
  const entry = { flag: FLAG_COMMIT, validatorAddress: proposerAddress, timestamp: START, signature } as const;
  const commit: ExtendedCommit = { ...at, blockId, signatures: [{ ...entry, extension, extensionSignature }] };
  return { height: 1, block: blockBytes, extendedCommit: encodeExtendedCommit(commit) };
}

/** One round of block sync against one peer; the heights applied, and what the peer was blamed for. */
async function syncOnce(extensionsFrom: number, extended: boolean) {
  const start = genesis(extensionsFrom);
  const applied: number[] = [];
  const blamed: string[] = [];
  const executor = {
    state: start,
    async apply(): Promise<object> {
      applied.push(executor.state.lastHeight + 1);
      executor.state = { ...start, lastHeight: 2 };
      return {};
    },
  };
  const round = Promise.withResolvers<void>();
  const network = {
    host: {
      peers: () => ["peer"],
      book: {
        penalise(_peer: string, code: string) {
          blamed.push(code);
          round.resolve();
        },
      },
    },
    blocks: {
      status: async () => ({ base: 1, height: 2 }),
      range: async () => [served(start, extended)],
    },
  };
  const silent = { info: () => {}, warn: () => {} };
  const sync = new BlockSync({
    network: network as unknown as Network,
    executor: executor as unknown as Executor,
    applying: new SerialQueue(),
    log: silent as unknown as NodeLog,
    committed: async () => {},
    moved: async () => round.resolve(),
    fatal: (error) => round.reject(error),
  });
  syncs.push(sync);
  sync.start();
  await round.promise;
  return { applied, blamed };
}

describe("a served block is proven by its commit", () => {
  test("with extensions once they are enabled, without them before", async () => {
    expect(await syncOnce(1, true)).toEqual({ applied: [1], blamed: [] });
    expect(await syncOnce(9, false)).toEqual({ applied: [1], blamed: [] });
    expect(await syncOnce(0, false)).toEqual({ applied: [1], blamed: [] });
  });

  test("the peer is blamed for one that lacks an extension, or has one too early", async () => {
    expect(await syncOnce(1, false)).toEqual({ applied: [], blamed: ["bad-block"] });
    expect(await syncOnce(9, true)).toEqual({ applied: [], blamed: ["bad-block"] });
  });
});
